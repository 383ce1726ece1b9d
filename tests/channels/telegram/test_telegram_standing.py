"""What can be done in a conversation is told when it changes: rights of a business account, blocks, topics."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from omnitui.core.channel_events import ConversationEvent, DeletedEvent, Event, GapEvent
from omnitui.core.channels import Capabilities, from_json
from omnitui.core.errors import Refused
from omnitui.core.times import DAY, HOUR, Instant
from omnitui.sync.channels.contract import Action, Standing
from omnitui.sync.channels.telegram.connector import TelegramConnector
from omnitui.sync.http.client import Client
from tests.channels.telegram.fake import BOT, FakeTelegram
from tests.channels.telegram.making import AT_ONCE, OWNER, Clock, a_file, connect, draft, made, pulled, texts, write
from tests.channels.telegram.rig import PEOPLE, private

GROUP = {"id": -1005, "type": "supergroup", "title": "Shop", "is_forum": True}


def told(events: Sequence[Event], conversation: str) -> tuple[str | None, Capabilities]:
    """What is said last of a conversation."""
    found = [one for one in events if isinstance(one, ConversationEvent) and one.conversation == conversation]
    assert found, "nothing was told"
    assert found[-1].capabilities is not None
    return found[-1].barred, from_json(found[-1].capabilities)


def standings(events: Sequence[Event]) -> list[str]:
    return [one.conversation for one in events if isinstance(one, ConversationEvent)]


async def test_a_bot_s_own_chat_has_reactions_and_no_marks_of_reading(
    fake: FakeTelegram, bot: TelegramConnector
) -> None:
    write(fake, "hi")
    batch = await pulled(bot)
    barred, can = told(batch.events, "1001")
    assert (barred, can.react, can.mark_read, can.window_hours) == ("", True, False, 0)
    assert can == bot.narrowed("1001")
    write(fake, "again")
    assert standings((await pulled(bot, batch.next_cursor)).events) == []


async def test_what_was_not_kept_is_told_again(fake: FakeTelegram, bot: TelegramConnector) -> None:
    write(fake, "hi")
    for _ in range(2):
        assert standings((await bot.pull("", AT_ONCE)).events) == ["1001"]
    cursor = (await pulled(bot)).next_cursor
    write(fake, "again")
    assert standings((await bot.pull(cursor, AT_ONCE)).events) == []
    # A new cache begins anew, whatever was told to the one before.
    assert standings((await bot.pull("", AT_ONCE)).events) == ["1001"]


async def test_the_rights_of_a_business_account_are_those_of_its_chats(
    fake: FakeTelegram, bot: TelegramConnector
) -> None:
    connect(fake, "c")
    write(fake, "hi", business_connection_id="c")
    batch = await pulled(bot)
    barred, can = told(batch.events, "b77/1001")
    assert barred == ""
    assert (can.react, can.mark_read, can.edit, can.delete, can.window_hours) == (False, True, True, True, 24)
    fewer = {"can_reply": False, "can_read_messages": False, "can_delete_sent_messages": False}
    fake.happen("business_connection", connect(fake, "c", **fewer))
    batch = await pulled(bot, batch.next_cursor)
    barred, can = told(batch.events, "b77/1001")
    assert barred is not None
    assert "does not let the bot reply" in barred
    assert (can.mark_read, can.edit, can.delete, can.typing) == (False, False, False, False)
    fake.happen("business_connection", connect(fake, "c", enabled=False))
    batch = await pulled(bot, batch.next_cursor)
    assert "disconnected" in (told(batch.events, "b77/1001")[0] or "")
    with pytest.raises(Refused, match="disconnected"):
        await bot.send(draft(conversation="b77/1001"))
    fake.happen("business_connection", connect(fake, "c2", 2))
    batch = await pulled(bot, batch.next_cursor)
    assert told(batch.events, "b77/1001")[0] == ""
    assert (await bot.send(draft(conversation="b77/1001"))).state == "accepted"
    assert fake.sent[-1]["fields"]["business_connection_id"] == "c2"


async def test_rights_that_changed_while_nobody_listened_are_asked_for(
    fake: FakeTelegram, bot: TelegramConnector, clock: Clock, http: Client, tmp_path: Path
) -> None:
    connect(fake, "c")
    write(fake, "hi", business_connection_id="c")
    batch = await pulled(bot)
    connect(fake, "c", enabled=False)
    again = made(fake, clock, http, tmp_path)
    batch = await pulled(again, batch.next_cursor)
    assert "disconnected" in (told(batch.events, "b77/1001")[0] or "")
    # A process that goes on asks after a gap.
    connect(fake, "c")
    assert standings((await pulled(again, batch.next_cursor)).events) == []
    clock.at += 2 * DAY
    batch = await pulled(again, batch.next_cursor)
    assert isinstance(batch.events[0], GapEvent)
    assert told(batch.events, "b77/1001")[0] == ""


async def test_messages_of_a_business_account_that_are_deleted_or_edited(
    fake: FakeTelegram, bot: TelegramConnector
) -> None:
    connect(fake, "c")
    asked = write(fake, "three", business_connection_id="c")
    fake.happen("edited_business_message", {**asked, "text": "four", "edit_date": 1_800_000_009})
    gone = {"business_connection_id": "c", "chat": private("ana"), "message_ids": [asked["message_id"]]}
    fake.happen("deleted_business_messages", gone)
    fake.happen("business_message", fake.message(private("ana"), OWNER, text="by phone", business_connection_id="c"))
    batch = await pulled(bot)
    assert texts(batch) == ["three", "four", "by phone"]
    (deleted,) = [one for one in batch.events if isinstance(one, DeletedEvent)]
    assert (deleted.conversation, deleted.remote_id) == ("b77/1001", f"b77/1001:{asked['message_id']}")


async def test_an_album_that_comes_back_is_one_message(
    fake: FakeTelegram, bot: TelegramConnector, tmp_path: Path
) -> None:
    connect(fake, "c")
    write(fake, "hi", business_connection_id="c")
    batch = await pulled(bot)
    picture = a_file(tmp_path, "a.png", "image/png")
    sent = (await bot.send(draft("both", picture, picture, conversation="b77/1001"))).remote_id
    first = int(sent.rpartition(":")[2])
    for number in (first, first + 1):
        echo = {"message_id": number, "date": 1_800_000_000, "chat": private("ana"), "from": OWNER}
        echo |= {"sender_business_bot": BOT, "business_connection_id": "c", "photo": [{"file_id": "F"}]}
        fake.happen("business_message", echo)
    back = await pulled(bot, batch.next_cursor)
    assert [getattr(one, "remote_id", "") for one in back.events] == [sent]


async def test_a_block_and_its_end_are_told_and_so_is_whoever_writes_again(
    fake: FakeTelegram, bot: TelegramConnector
) -> None:
    def member(status: str, chat: dict[str, object]) -> None:
        change = {"chat": chat, "from": PEOPLE["ana"], "date": 5, "new_chat_member": {"status": status}}
        fake.happen("my_chat_member", change)

    write(fake, "hi")
    member("kicked", private("ana"))
    batch = await pulled(bot)
    assert told(batch.events, "1001")[0] == "The customer has blocked the bot"
    # That they let it in again was said while nobody listened.
    write(fake, "me again")
    batch = await pulled(bot, batch.next_cursor)
    assert told(batch.events, "1001")[0] == ""


async def test_who_is_put_out_of_a_group_is_out_of_its_topics(fake: FakeTelegram, bot: TelegramConnector) -> None:
    for topic in ({}, {"message_thread_id": 4, "is_topic_message": True}):
        fake.happen("message", fake.message(GROUP, PEOPLE["ana"], text="hi", **topic))
    batch = await pulled(bot)
    for status, words in (("left", "no member"), ("member", "")):
        change = {"chat": GROUP, "from": PEOPLE["ana"], "date": 5, "new_chat_member": {"status": status}}
        fake.happen("my_chat_member", change)
        batch = await pulled(bot, batch.next_cursor)
        for conversation in ("-1005", "-1005/4"):
            assert words in (told(batch.events, conversation)[0] or "")
            assert bool(told(batch.events, conversation)[0]) is bool(words)


async def test_the_window_of_a_business_account(fake: FakeTelegram, bot: TelegramConnector, clock: Clock) -> None:
    fake.happen("business_connection", connect(fake, "first"))
    await bot.pull("", AT_ONCE)
    fresh, old = Instant(clock.at - HOUR), Instant(clock.at - 25 * HOUR)
    assert (await bot.window(Standing("b77/1001", fresh), clock())).kind == "open"
    assert (await bot.window(Standing("b77/1001", old), clock())).kind == "closed"
    assert (await bot.window(Standing("1001", old), clock())).kind == "open"
    fake.happen("business_connection", connect(fake, "first", can_reply=False))
    await bot.pull("", AT_ONCE)
    assert "reply" in (await bot.window(Standing("b77/1001", fresh), clock())).words


async def test_another_bot_is_not_taken_for_the_first(
    fake: FakeTelegram, bot: TelegramConnector, clock: Clock, http: Client, tmp_path: Path
) -> None:
    write(fake, "to the first")
    cursor = (await pulled(bot)).next_cursor
    fake.me |= {"id": 555, "username": "other_bot"}
    fake.serial = 10
    write(fake, "to the second")
    asked = len([1 for method, _ in fake.calls if method == "getUpdates"])
    with pytest.raises(Refused, match=r"another bot.*other_bot.*account of its own"):
        await made(fake, clock, http, tmp_path / "2").pull(cursor, AT_ONCE)
    assert len([1 for method, _ in fake.calls if method == "getUpdates"]) == asked
    assert [one["message"]["text"] for one in fake.updates if one["message"]["text"] == "to the second"]


async def test_another_server_of_the_bot_api_counts_its_updates_anew(
    fake: FakeTelegram, bot: TelegramConnector, clock: Clock, http: Client, tmp_path: Path
) -> None:
    write(fake, "before")
    cursor = (await pulled(bot)).next_cursor
    with FakeTelegram() as own:
        own.serial = 10
        write(own, "after")
        moved = made(own, clock, http, tmp_path)
        batch = await pulled(moved, cursor)
        assert texts(batch) == ["after"]
        assert texts(await pulled(moved, batch.next_cursor)) == []
        assert own.updates == []


async def test_a_change_goes_to_the_chat_of_its_message(fake: FakeTelegram, bot: TelegramConnector) -> None:
    """Two conversations that were merged hold messages of two chats."""
    other = fake.message(private("ben"), PEOPLE["ben"], text="hi")
    remote = f"1002:{other['message_id']}"
    await bot.act(Action(kind="react", conversation="1001", remote_id=remote, value={"emoji": "👍"}))
    assert fake.messages[1002, other["message_id"]]["reaction"] == ["👍"]
