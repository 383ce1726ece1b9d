"""The user's command: what it is given, that it has a limit, and that its failure is said in words."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from omnitui.notify.command import CommandRunner
from omnitui.notify.notice import Kind, notice

TOLD = notice(Kind.MESSAGE, "New from -x $(touch owned)", 'Where\'s my "parcel"?', conversation_id=7, account="shop")
PRINTS = """
import os, sys
secret = "OMNITUI_PASSWORD_SHOP" in os.environ
open(sys.argv[1], "w").write(f"{sys.stdin.read()}\\n{os.environ['OMNITUI_TITLE']}\\n{secret}")
"""


def wait_for(found: object) -> None:
    deadline = time.monotonic() + 10
    while not found() and time.monotonic() < deadline:  # type: ignore[operator]
        time.sleep(0.02)
    assert found()  # type: ignore[operator]


def test_it_gets_the_notice_and_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNITUI_PASSWORD_SHOP", "secret")
    out, failed = tmp_path / "out", list[str]()
    runner = CommandRunner([sys.executable, "-c", PRINTS, str(out)], failed.append)
    runner.give(TOLD)
    wait_for(lambda: out.exists() and out.read_text().count("\n") == 2)
    document, title, secret = out.read_text().split("\n")
    assert json.loads(document) == {
        "schema": 1, "kind": "message", "title": TOLD.title, "text": TOLD.text, "account": "shop", "conversation": 7,
    }  # fmt: skip
    assert (title, secret) == ("New from -x $(touch owned)", "False")
    runner.close()
    assert failed == []


def test_one_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    failed = list[str]()
    child = tmp_path / "child"
    runner = CommandRunner(["sh", "-c", f"sleep 60 & echo $! > {child}; wait"], failed.append, limit=0.5)
    runner.give(TOLD)
    wait_for(lambda: failed)
    assert failed == ["notify.command took more than 0.5 s and was ended"]
    runner.close()
    number = int(child.read_text())
    wait_for(lambda: not Path(f"/proc/{number}").exists() or "Z" in Path(f"/proc/{number}/stat").read_text())


def test_leaving_ends_what_runs(tmp_path: Path) -> None:
    started, failed = tmp_path / "started", list[str]()
    runner = CommandRunner(["sh", "-c", f"echo $$ > {started}; exec sleep 60"], failed.append)
    runner.give(TOLD)
    wait_for(lambda: started.exists() and started.read_text())
    runner.close()
    wait_for(lambda: not _alive(int(started.read_text())))
    assert failed == []


@pytest.mark.parametrize(
    ("command", "words"), [(["/nowhere/at/all"], "does not start"), (["false"], "ended with exit code 1")]
)
def test_what_goes_wrong_is_said(command: list[str], words: str) -> None:
    failed = list[str]()
    runner = CommandRunner(command, failed.append)
    runner.give(TOLD)
    wait_for(lambda: failed)
    assert words in failed[0]
    runner.close()


def _alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True
