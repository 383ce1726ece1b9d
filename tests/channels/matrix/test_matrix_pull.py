"""Pulling from a real homeserver: nothing is missed, and the same cursor gives the same again."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import pytest

from omnitui.core.channel_events import (
    ConversationEvent,
    DeletedEvent,
    Direction,
    EditedEvent,
    Event,
    GapEvent,
    MessageEvent,
    ReactionEvent,
    ReceiptEvent,
    TypingEvent,
)
from omnitui.core.errors import LoginRefused, Offline
from omnitui.sync.channels.contract import Batch
from omnitui.sync.channels.matrix import answers, history, pulling
from tests.channels.matrix.conftest import Desk
from tests.channels.matrix.rig import MatrixRig
from tests.servers.synapse import quoted

pytestmark = pytest.mark.servers
E = TypeVar("E", bound=Event)


def of(batches: Batch | list[Batch], kind: type[E]) -> list[E]:
    """The events of one kind, in order."""
    given = [batches] if isinstance(batches, Batch) else batches
    return [event for batch in given for event in batch.events if isinstance(event, kind)]


def said(batches: Batch | list[Batch], room: str) -> list[MessageEvent]:
    """What people wrote in a room, in order; rooms themselves come in any order, as the server finished them."""
    return [m for m in of(batches, MessageEvent) if m.conversation == room and m.direction is not Direction.SYSTEM]


def texts(batches: Batch | list[Batch], room: str) -> list[str]:
    """Their words."""
    return [message.text for message in said(batches, room)]


async def test_the_first_pull_brings_the_latest_messages_and_names(desk: Desk, rig: MatrixRig) -> None:
    room = rig.rooms["ana"]
    for n in range(40):
        rig.write(f"m{n}")
    first = await desk.pull()
    assert texts(first, room)[-30:] == [f"m{n}" for n in range(10, 40)]
    message = said(first, room)[-1]
    assert (message.direction, message.author and message.author.name) == (Direction.IN, "Ana")
    about = {event.conversation: event for event in of(first, ConversationEvent)}
    assert (about[room].title, about[room].barred) == ("Ana", "")
    assert [person.address for person in about[room].people] == [rig.own_person()]


async def test_the_same_cursor_gives_the_same_again(desk: Desk, rig: MatrixRig) -> None:
    await desk.pull()
    sent = [rig.write(f"m{n}") for n in range(3)]
    one, two = await desk.pull(keep=False), await desk.pull(keep=False)
    assert [m.remote_id for m in of(one, MessageEvent)] == sent == [m.remote_id for m in of(two, MessageEvent)]
    desk.anew()
    assert [m.remote_id for m in of(await desk.pull(), MessageEvent)] == sent
    assert not of(await desk.pull(), MessageEvent)


async def test_what_sync_leaves_out_comes_in_the_same_batch_in_order(desk: Desk, rig: MatrixRig) -> None:
    await desk.pull()
    for n in range(answers.TIMELINE + 130):
        rig.write(f"m{n}")
    batch = await desk.pull()
    assert texts(batch, rig.rooms["ana"]) == [f"m{n}" for n in range(answers.TIMELINE + 130)]
    assert not of(batch, GapEvent)
    assert not batch.more


async def test_a_gap_beyond_the_bound_is_told_and_filled_by_the_next_pulls(
    desk: Desk, rig: MatrixRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST_AT_ONCE", 20)
    monkeypatch.setattr(pulling, "MOST_FILLED", 30)
    await desk.pull()
    sent = [rig.write(f"m{n}") for n in range(90)]
    desk.anew()
    first = await desk.pull()
    (gap,) = of(first, GapEvent)
    assert (gap.conversation, gap.filled, first.more) == (rig.rooms["ana"], False, True)
    assert [m.remote_id for m in of(first, MessageEvent)] == sent[20:]
    assert gap.since < gap.until
    desk.anew()
    second = await desk.pull()
    assert [m.remote_id for m in of(second, MessageEvent)] == sent[:20]
    (filled,) = of(second, GapEvent)
    assert (filled.since, filled.until, filled.filled) == (gap.since, gap.until, True)
    assert not second.more


async def test_a_place_that_the_server_has_lost_is_a_gap_and_a_new_beginning(desk: Desk, rig: MatrixRig) -> None:
    await desk.pull()
    desk.cursor = desk.cursor.replace('"since":"s', '"since":"lost')
    rig.write("still there")
    # The second, since Synapse gives out a first answer again for two minutes.
    batches = [await desk.pull(), await desk.pull()]
    (gap,) = of(batches, GapEvent)
    assert (gap.conversation, texts(batches, rig.rooms["ana"])) == ("", ["still there"])
    assert not of(await desk.pull(), MessageEvent)


async def test_edits_reactions_and_what_is_taken_back(desk: Desk, rig: MatrixRig) -> None:
    one, two = rig.write("one"), rig.write("two")
    await desk.pull()
    rig.edit(one, "one, better")
    rig.react(one, "👍")
    rig.delete(two)
    batch = await desk.pull()
    (edited,), (reaction,), (deleted,) = of(batch, EditedEvent), of(batch, ReactionEvent), of(batch, DeletedEvent)
    assert (edited.remote_id, edited.text) == (one, "one, better")
    assert (reaction.remote_id, reaction.emoji, reaction.added, reaction.ours) == (one, ("👍",), True, False)
    assert (deleted.remote_id, deleted.by) == (two, "Ana")


async def test_a_reaction_is_taken_back_also_after_a_new_start(desk: Desk, rig: MatrixRig) -> None:
    one, ana, room = rig.write("one"), rig.people["ana"], rig.rooms["ana"]
    await desk.pull()
    relation = {"rel_type": "m.annotation", "event_id": one, "key": "🎉"}
    put = ana.send(room, {"m.relates_to": relation}, "m.reaction")
    await desk.pull()
    ana.redact(room, put)
    desk.anew()
    batch = await desk.pull()
    (reaction,) = of(batch, ReactionEvent)
    assert (reaction.remote_id, reaction.emoji, reaction.added) == (one, ("🎉",), False)
    assert not of(batch, DeletedEvent)


async def test_nobody_edits_the_words_of_another(desk: Desk, rig: MatrixRig) -> None:
    room, ana = rig.rooms["ana"], rig.people["ana"]
    ours = rig.colleague_writes("We pay it back")
    await desk.pull()
    new = {"msgtype": "m.text", "body": "We pay it back tenfold"}
    relation = {"rel_type": "m.replace", "event_id": ours}
    ana.send(room, {**new, "m.new_content": new, "m.relates_to": relation})
    desk.anew()
    assert not of(await desk.pull(), EditedEvent)


async def test_receipts_and_typing(desk: Desk, rig: MatrixRig) -> None:
    ours = rig.colleague_writes("Hello")
    await desk.pull()
    rig.read_by_customer(ours)
    ana, room = rig.people["ana"], rig.rooms["ana"]
    ana.ask("PUT", f"/rooms/{quoted(room)}/typing/{quoted(ana.id)}", {"typing": True, "timeout": 30000})
    at = next(event["origin_server_ts"] for event in rig.timeline(room) if event["event_id"] == ours)
    desk.anew()
    batch = await desk.pull()
    (receipt,), (typing,) = of(batch, ReceiptEvent), of(batch, TypingEvent)
    assert (receipt.state, receipt.up_to, receipt.conversation) == ("read", at, room)
    assert (typing.typing, typing.person.address) == (True, ana.id)
    ana.ask("PUT", f"/rooms/{quoted(room)}/typing/{quoted(ana.id)}", {"typing": False})
    (stopped,) = of(await desk.pull(), TypingEvent)
    assert not stopped.typing


async def test_a_long_poll_wakes_with_the_message(desk: Desk, rig: MatrixRig) -> None:
    await desk.pull()

    async def listen() -> list[str]:
        # A server may also wake for something that is nothing to us.
        while not (found := texts(await desk.pull(seconds=90), rig.rooms["ana"])):
            continue
        return found

    listening = asyncio.create_task(listen())
    assert await asyncio.to_thread(rig.proxy.was_asked, "timeout=90000")
    await asyncio.to_thread(rig.write, "wake")
    async with asyncio.timeout(80):
        assert await listening == ["wake"]


async def test_a_refused_token_and_a_server_in_trouble_are_told_apart(desk: Desk, rig: MatrixRig) -> None:
    await desk.pull()
    rig.faults.refuse_token = True
    with pytest.raises(LoginRefused, match="access token"):
        await desk.pull()
    rig.faults.refuse_token = False
    rig.faults.server_error = 4
    with pytest.raises(Offline, match="500"):
        await desk.pull()
    rig.write("after all")
    assert texts(await desk.pull(), rig.rooms["ana"]) == ["after all"]


async def test_every_event_twice_is_the_same_event_twice(desk: Desk, rig: MatrixRig) -> None:
    rig.faults.duplicate_events = True
    one = rig.write("one")
    found = [m for m in of(await desk.pull(), MessageEvent) if m.text == "one"]
    assert [m.remote_id for m in found] == [one, one]
    assert found[0] == found[1]
