"""`omnitui mail parse` and the taking apart of mbox files."""

from __future__ import annotations

import io
import json
from pathlib import Path

from click.testing import CliRunner

from omnitui.cli.mail import mail as command
from omnitui.sync.mail.mbox import messages

ARCHIVE = b"""From anna at example.org  Tue Feb  3 10:00:00 2026
From: anna at example.org (Anna)
Subject: one

From here on it is text.
>From quoted

From bo at example.org  Wed Feb  4 10:00:00 2026
From: bo at example.org (Bo)
Subject: two

second

"""


def test_mbox_with_obfuscated_separators() -> None:
    one, two = messages(ARCHIVE)
    assert one.startswith(b"From: anna")
    assert b"\nFrom here on" in one
    assert b"\nFrom quoted" in one
    assert two.endswith(b"second\n")


def test_single_mail_is_one_message() -> None:
    raw = b"Subject: x\n\nFrom anna Tue Feb  3 10:00:00 2026\nSubject: y\n"
    assert list(messages(raw)) == [raw]


def test_one_json_line_a_message(tmp_path: Path) -> None:
    archive = tmp_path / "a.mbox"
    archive.write_bytes(ARCHIVE)
    done = CliRunner().invoke(
        command, ["parse", "--jsonl", str(archive), "-"], input=io.BytesIO(b"Subject: three\n\nx\n")
    )
    assert done.exit_code == 0
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["subject"] for line in lines] == ["one", "two", "three"]
    assert lines[0]["from"] == {"name": "Anna", "email": "anna@example.org"}
    assert {line["schema"] for line in lines} == {1}
    assert lines[2]["file"] == "-"
    wanted = {"schema", "file", "message_id", "subject", "from", "to", "cc", "date", "text", "reply_text", "html"}
    assert wanted | {"attachments", "kind", "error"} <= set(lines[0])


def test_missing_file_is_named_and_the_others_are_printed(tmp_path: Path) -> None:
    good = tmp_path / "good.eml"
    good.write_bytes(b"Subject: fine\n\nx\n")
    done = CliRunner().invoke(
        command, ["parse", "--jsonl", str(tmp_path / "none.eml"), str(good)], standalone_mode=False
    )
    assert done.return_value == 5
    assert "none.eml" in done.stderr
    assert json.loads(done.stdout)["subject"] == "fine"
