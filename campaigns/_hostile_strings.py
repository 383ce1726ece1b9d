"""Strings that try to steer a terminal: every control, bidirectional and zero-width character in made-up surroundings,
whole attacks, and, where the corpora are, what other projects collected."""

from __future__ import annotations

import json
import os
import random
import re
import tarfile
from pathlib import Path

CORPORA = Path(os.environ.get("OMNITUI_CORPORA") or Path(__file__).resolve().parents[2] / "shared/corpora")
CONTROLS = [
    chr(point)
    for span in (
        range(1, 9), range(11, 13), range(14, 32), range(0x7F, 0xA0), [0xAD, 0x34F, 0x61C, 0x115F, 0x1160],
        range(0x17B4, 0x17B6), range(0x180B, 0x1810), range(0x200B, 0x2010), range(0x2028, 0x202F),
        range(0x2060, 0x2070), [0x3164, 0xFEFF, 0xFFA0], range(0xFFF9, 0xFFFC), [0xE0001], range(0xE0020, 0xE0080),
    )
    for point in span
]  # fmt: skip
"""What may never reach the terminal from outside: C0, DEL, C1, bidirectional, without width, separators, tags."""
ATTACKS = (
    "\x1b]52;c;aGk=\x07", "\x1b]0;owned\x07", "\x1b]2;owned\x1b\\", "\x1b]8;;http://evil.example\x1b\\x\x1b]8;;\x1b\\",
    "\x1b]9;4;3;50\x07", "\x1b]777;notify;a;b\x07", "\x1b]22;wait\x07", "\x1b]1337;File=:aGk=\x07", "\x1b]4;1;?\x07",
    "\x1bP$qm\x1b\\", "\x1bP+q544e\x1b\\", "\x1b_Gf=24;AAAA\x1b\\", "\x1b^pm\x1b\\", "\x1bXsos\x1b\\", "\x1bc",
    "\x1b(0",
    "\x1b[5;8;31m", "\x1b[2J", "\x1b[3J", "\x1b[9999;9999H", "\x1b[6n", "\x1b[c", "\x1b[>0q", "\x1b[?1049l",
    "\x1b[?2004l",
    "\x1b[21t", "\x1b[8;1;1t", "\x1b[200~rm -rf\x1b[201~", "\x9b5;31m", "\x9d52;c;aGk=\x9c", "\x90$q\x9c", "\x1b#8",
    "[@click=app.quit]x[/]", "[/b]", "[link=http://evil.example]x", "\u202egnp.exe", "pay\u200bpal",
    "a\r\nBcc: b@c.example",
    "\x0eSO\x0f", "a\u0300" * 40, "\ufdfd" * 9, "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 4, "=cmd|' /C calc'!A0",
)  # fmt: skip
_WORDS = (
    "Rechnung",
    "parcel",
    "發票",
    "Đổi",
    "número",
    "'; DROP TABLE message; --",
    "%s%n",
    "{{name}}",
    "../../etc/passwd",
)


def strings(count: int, seed: int = 7) -> list[str]:
    """So many different strings: first every character and attack by itself, then the corpora's, then mixtures."""
    chance = random.Random(seed)
    found = dict.fromkeys([f"a{char}b" for char in CONTROLS] + [f"x{attack}y" for attack in ATTACKS] + _collected())
    while len(found) < count:
        parts = [chance.choice((CONTROLS, ATTACKS, _WORDS)) for _ in range(chance.randint(2, 6))]
        found["".join(chance.choice(part) + chance.choice(("", " ", "Q")) for part in parts)] = None
    listed = list(found)[:count]
    chance.shuffle(listed)
    return listed


def _collected() -> list[str]:
    """Single strings of the hostile corpus; nothing where it is not."""
    path = CORPORA / "hostile.tar.gz"
    if not path.exists():
        return []
    texts: list[str] = []
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is None or not re.search(r"blns|escapes|\.in$|\.input$|homoglyph|Bidi|emoji", member.name):
                continue
            data = file.read().decode("latin-1" if member.name.endswith((".in", ".input")) else "utf-8", "replace")
            texts += _pieces(data, jsonl=member.name.endswith(".jsonl"))
    return [text for text in dict.fromkeys(texts) if text.strip()][:4000]


def _pieces(data: str, *, jsonl: bool) -> list[str]:
    if jsonl:
        rows = [json.loads(line) for line in data.splitlines() if line.strip()]
        return [str(row if isinstance(row, str) else row.get("input", row.get("text", ""))) for row in rows]
    return [piece[:300] for piece in data.split("\n") if piece][:400]
