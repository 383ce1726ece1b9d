"""`omnitui keys` and what is wrong in `[keys]`: each mistake with file and line, the other keys as they are."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.run import omnitui

CONFIG = """\
[keys]
# a comment
"conversation.clsoe" = "d"
"conversation.close" = "ctrl+h"
"reply.all" = "n"
"note.write" = [
  "f13",
]
"view.all" = "g"
"conversation.snooze 2h" = "H"
"""


def test_every_mistake_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    file = tmp_path / "config" / "config.toml"
    file.write_text(CONFIG, encoding="utf-8")
    done = omnitui(tmp_path, "keys", "--check")
    assert done.returncode == 1
    assert [line.removeprefix(f"{file}:") for line in done.stderr.splitlines()] == [
        "3: conversation.clsoe: there is no command conversation.clsoe; did you mean conversation.close?",
        "4: conversation.close: classic terminals send ctrl+h as backspace; choose another key",
        "5: reply.all: n already runs note.write there; free that first",
        "6: note.write: there is no key f13; did you mean f3?",
        "9: view.all: g begins g g (cursor.first), so it cannot be a key of its own",
    ]
    keys = {row["id"]: row["keys"] for row in json.loads(omnitui(tmp_path, "keys", "--json").stdout)["keys"]}
    assert (keys["conversation.close"], keys["reply.all"], keys["note.write"]) == (["e"], ["r"], ["n"])
    assert keys["conversation.snooze"] == ["s"]
    assert omnitui(tmp_path, "config", "check").returncode != 0
