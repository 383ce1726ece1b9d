"""Accounts whose secrets do not come (a key that waits for its pass phrase) hold no other account back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from omnitui.config.load import load
from omnitui.worker import Worker
from tests.channels.desk import Desk
from tests.channels.file.rig import FileRig

RIG = FileRig
MANY = 40
"""More than Python's own pool has threads."""


def test_an_answer_leaves_while_many_other_accounts_hang(desk: Desk, tmp_path: Path) -> None:
    desk.rig.write("Hello, is anybody there?")
    desk.once()
    pipe = tmp_path / "pipe"
    pipe.touch()
    # Each waits until the file has words.
    command = f'["sh", "-c", "while ! [ -s {pipe} ]; do sleep 0.2; done; cat {pipe}"]'
    hung = "".join(
        f'[[account]]\nname = "t{n}"\nchannel = "telegram"\n[account.telegram]\nbot_token_command = {command}\n'
        for n in range(MANY)
    )
    config = desk.places.config_file
    config.write_text(config.read_text().replace("[[account]]", f"{hung}[[account]]", 1))
    desk.settings = load(config)
    item = desk.reply("We are here")

    async def work() -> None:
        worker = Worker(desk.places, desk.settings, desk.now)
        running = asyncio.create_task(worker.run())
        try:
            await asyncio.to_thread(desk.until, lambda: desk.state(item) == "sent", 30)
        finally:
            pipe.write_text("x")
            running.cancel()
            await asyncio.wait([running])

    asyncio.run(work())
    assert [one.text for one in desk.rig.sent()] == ["We are here"]
