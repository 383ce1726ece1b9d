"""An agent who sends and leaves at once: the worker of the screen stays until it has left."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from omnitui import worker
from omnitui.core.times import DAY, SECOND, Instant
from omnitui.triage import drafting, sending
from tests.channels.desk import Desk
from tests.channels.file.rig import FileRig

RIG = FileRig


def test_the_worker_stays_for_what_is_held_but_not_for_what_leaves_tomorrow(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "FIRST_SCREEN", 0.1)
    monkeypatch.setattr(worker, "LAST_SCREEN", 0.1)
    desk.rig.write("Hello, is anybody there?")
    desk.once()
    for text, wait in (("Soon", 3 * SECOND), ("Tomorrow", DAY)):
        with desk.cache() as cache:
            draft = replace(drafting.reply(cache, desk.agent, 1, everyone=False), body=text)
            at = Instant(desk.now() + wait)
            sending.send(cache, desk.agent, draft, desk.now(), attachments=desk.places.attachments, at=at)
    asyncio.run(asyncio.wait_for(worker.Worker(desk.places, desk.settings, desk.now).run(while_used=True), 40))
    assert [one.text for one in desk.rig.sent()] == ["Soon"]
    assert [state for (state,) in desk.rows("SELECT state FROM outbox WHERE kind = 'send' ORDER BY rowid")] == [
        "sent",
        "held",
    ]
