"""The killable child, what becomes of a mail that ends it, and the record of mails under parse."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from omnitui.core.blocks import BlockKind
from omnitui.sync.mail.child import MEMORY
from omnitui.sync.mail.journal import ParseJournal
from omnitui.sync.mail.parse import MailParser, parse_carefully
from omnitui.sync.mail.pool import ChildParser, ParseFailed

ODD = b"From: a@example.org\nSubject: odd\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nhello\0there\n--x--\n"


@pytest.fixture
def child() -> Iterator[ChildParser]:
    parser = ChildParser()
    yield parser
    parser.close()


def test_child_reads_as_the_careful_parser_does(child: ChildParser) -> None:
    assert child.parse(ODD) == parse_carefully(ODD)
    first = child.pid
    child.parse(ODD)
    assert child.pid == first


def test_killed_child_is_replaced(child: ChildParser) -> None:
    child.parse(ODD)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(ParseFailed, match="signal 9"):
        child.parse(ODD)
    assert child.parse(ODD).subject == "odd"


def test_late_child_is_killed_and_mail_becomes_a_readable_row() -> None:
    slow = ChildParser(wall=0.0)
    mail = MailParser(child=slow).parse(ODD)
    assert mail.error is not None
    assert "took too long" in mail.error
    assert mail.subject == "odd"
    assert mail.sender is not None
    assert [block.kind for block in mail.blocks] == [BlockKind.CODE]
    assert "hello" in mail.text
    assert "\0" not in mail.text
    assert slow.pid is None


def test_child_may_not_eat_the_memory(child: ChildParser) -> None:
    child.parse(ODD)
    assert child.pid is not None
    if not hasattr(psutil.Process, "rlimit"):
        pytest.skip("this system does not tell a process's limits")
    soft, _ = psutil.Process(child.pid).rlimit(psutil.RLIMIT_AS)
    assert MEMORY <= soft < 4 * MEMORY


def test_child_ends_with_its_parent() -> None:
    script = (
        "import os, sys; from omnitui.sync.mail.pool import ChildParser\n"
        f"child = ChildParser(); child.parse({ODD!r}); print(child._process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == -9
    orphan = int(done.stdout)
    try:
        psutil.Process(orphan).wait(5)
    except psutil.NoSuchProcess:
        return
    assert not psutil.pid_exists(orphan)


def test_mail_under_parse_when_the_worker_died_is_never_parsed_in_it_again(tmp_path: Path) -> None:
    plain = b"From: a@example.org\nSubject: poison\n\nhello\n"
    path = tmp_path / "parsing"
    script = (
        "import os, hashlib, pathlib; from omnitui.sync.mail.journal import ParseJournal\n"
        f"journal = ParseJournal(pathlib.Path({str(path)!r}))\n"
        f"with journal.parsing(hashlib.sha256({plain!r}).digest()): os.kill(os.getpid(), 11)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -11
    for _ in range(2):
        child = ChildParser()
        parser = MailParser(journal=path, child=child)
        assert parser.parse(plain.replace(b"poison", b"other")).subject == "other"
        assert child.pid is None, "an ordinary mail stays in the worker"
        assert parser.parse(plain).subject == "poison"
        assert child.pid is not None, "the suspect went to the child"
        parser.close()
    failing = MailParser(journal=path, child=ChildParser(wall=0.0))
    assert "an earlier run ended" in str(failing.parse(plain).error)
    failing.close()


def test_worker_that_dies_in_parse_mail_leaves_a_trace(tmp_path: Path) -> None:
    path = tmp_path / "parsing"
    script = (
        "import os, pathlib; from omnitui.sync.mail import fast, parse\n"
        f"parse.keep_journal(pathlib.Path({str(path)!r}))\n"
        "fast.parse_tree = lambda raw: os.kill(os.getpid(), 11)\n"
        "parse.parse_mail(b'Subject: poison\\n\\nhello')"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -11
    journal = ParseJournal(path)
    assert journal.suspects == {hashlib.sha256(b"Subject: poison\n\nhello").digest()}
    journal.close()


def test_journal_forgets_what_was_parsed(tmp_path: Path) -> None:
    journal = ParseJournal(tmp_path / "parsing")
    with journal.parsing(hashlib.sha256(b"x").digest()):
        pass
    journal.close()
    again = ParseJournal(tmp_path / "parsing")
    assert again.suspects == frozenset()
    again.close()
    assert os.stat(tmp_path / "parsing").st_mode & 0o777 == 0o600
