"""Draws the README's pictures from the real screen on the demo's mailbox: `python -m tools.pictures`."""

from __future__ import annotations

import asyncio
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from omnitui.app import OmnituiApp
from omnitui.config.places import places, prepare
from omnitui.config.schema import Settings
from omnitui.core.operations import Operation, OpKind, Step
from omnitui.core.times import HOUR, Instant, instant
from omnitui.demo.letters import SUPPORT, talks
from omnitui.demo.posting import Posted
from omnitui.demo.server import already_there
from omnitui.screen_start import make_session
from omnitui.store import accounts
from omnitui.store.connection import Role, open_cache
from omnitui.store.log import commit_step
from omnitui.sync.files.reading import read_into
from omnitui.sync.files.sources import FoundMail

DOCS = Path(__file__).resolve().parents[1] / "docs"
NOW = datetime(2026, 11, 16, 12, 14, tzinfo=UTC)
PICTURES = {
    "picture.svg": ((132, 38), ("j", "j", "j", "j", "enter")),
    "picture-narrow.svg": ((80, 24), ("j", "j", "x", "x", "x", "s")),
}
"""File to the size of the terminal and the keys that are pressed."""


def main() -> None:
    """Write the pictures."""
    for name, (size, keys) in PICTURES.items():
        with tempfile.TemporaryDirectory() as home:
            (DOCS / name).write_text(asyncio.run(_draw(Path(home), size, keys)), encoding="utf-8")
        print(f"wrote {name}")


async def _draw(home: Path, size: tuple[int, int], keys: tuple[str, ...]) -> str:
    found = places(home, {})
    prepare(found)
    _fill(found.cache_db, instant(NOW))
    session = make_session(found, Settings(), "Ana", lambda: instant(NOW))
    app = OmnituiApp(session, None)
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.5)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.1)
        await pilot.pause(0.5)
        return without_fonts_from_afar(app.export_screenshot(title="omnitui"))


def without_fonts_from_afar(svg: str) -> str:
    """A picture in a README must load nothing from elsewhere; the reader's own monospaced font does."""
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace(
        "Fira Code,", "ui-monospace, Menlo, Consolas,"
    )


def _fill(path: Path, now: Instant) -> None:
    connection = open_cache(path, Role.PULL)
    mails = already_there(talks(), NOW)
    for folder, role in (("INBOX", "inbox"), ("Sent", "sent")):
        read_into(connection, "shop", folder, role, [_found(mail) for mail in mails if mail.folder == folder], now)
    account = accounts.upsert(connection, "shop", "email", SUPPORT)
    accounts.set_state(connection, account, "online", "", now)
    for step in _worked():
        commit_step(connection, step, Instant(now - 20 * HOUR))
    connection.close()


def _worked() -> list[Step]:
    """What the team has done so far."""
    parcel = "shop en.priya.raman.0@harbour.example"
    note = {"mid": "note.1", "text": "Carrier case 88-120, answer by Thursday.", "author": "Ben", "at": 0}
    return [
        _step(OpKind.TAG, parcel, add=["parcel"], remove=[]),
        _step(OpKind.ASSIGN, parcel, assignee="Ana"),
        _step(OpKind.NOTE, parcel, **note | {"at": instant(NOW) - 20 * HOUR}),
        _step(OpKind.TAG, "shop en.tom.0@ashdown.example", add=["refund"], remove=[]),
        _step(OpKind.TAG, "shop vi.hung.pham.0@caonguyen.example", add=["broken"], remove=[]),
        _step(OpKind.PRIORITY, "shop en.jack.doyle.0@trawler.example", priority=2),
        _step(OpKind.STATE, "shop en.helen.moss.0@parish.example", state="closed", until=None, folder=None),
        _step(OpKind.STATE, "shop nl.sanne.visser.0@grachtpand.example", state="closed", until=None, folder=None),
    ]


def _step(kind: OpKind, target: str, **payload: object) -> Step:
    return Step("", "Ana", (Operation(kind, target, payload),))


def _found(mail: Posted) -> FoundMail:
    return FoundMail(mail.folder, mail.raw, frozenset(mail.flags), instant(mail.at))


if __name__ == "__main__":
    main()
