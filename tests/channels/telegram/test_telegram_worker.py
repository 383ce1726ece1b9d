"""Telegram through the whole worker: what the screen may offer, what is held and why, and what goes on elsewhere."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from omnitui.core.errors import Refused
from omnitui.store import channels
from omnitui.store.channels import Possible
from omnitui.store.chat import writing
from omnitui.triage import chatting, drafting, labels, sending
from tests.channels.desk import Desk
from tests.channels.telegram.fake import Refusal
from tests.channels.telegram.making import OWNER, connect
from tests.channels.telegram.rig import PEOPLE, TelegramRig, private

RIG = TelegramRig
GROUP = {"id": -9, "type": "group", "title": "Builders"}


def rig_of(desk: Desk) -> TelegramRig:
    assert isinstance(desk.rig, TelegramRig)
    return desk.rig


def business(desk: Desk, text: str, sender: dict[str, Any] = PEOPLE["ana"], **content: Any) -> dict[str, Any]:
    """Somebody writes in the chat that Ana has with the business account."""
    fake = rig_of(desk).fake
    message = fake.message(private("ana"), sender, text=text, business_connection_id="c", **content)
    fake.happen("business_message", dict(message))
    return message


def possible(desk: Desk) -> Possible:
    """What the screen knows of the newest conversation."""
    with desk.cache() as cache:
        number = desk.one("SELECT id FROM conversation ORDER BY last_at DESC LIMIT 1")
        found = channels.possible(number).first(cache)
    assert found is not None
    return found


def why(desk: Desk, item: str) -> str:
    return str(desk.one("SELECT detail FROM outbox WHERE id = ?", item))


def member(desk: Desk, status: str, chat: dict[str, Any]) -> None:
    change = {"chat": chat, "from": PEOPLE["ana"], "date": int(time.time()), "new_chat_member": {"status": status}}
    rig_of(desk).fake.happen("my_chat_member", change)


def test_a_business_account_from_its_first_message_to_the_end_of_its_connection(desk: Desk) -> None:
    fake = rig_of(desk).fake
    connect(fake, "c")
    desk.once()
    asked = business(desk, "Do you open on Sunday?")
    assert desk.once().error is None
    can = possible(desk).capabilities
    assert (can.react, can.mark_read, can.window_hours) == (False, True, 24)
    item = desk.reply("From ten to two")
    number = desk.one("SELECT max(conversation_id) FROM message")
    with desk.cache() as cache:
        labels.read(cache, desk.agent, [number], True, desk.now())
    desk.once()
    assert desk.state(item) == "sent"
    assert fake.sent[0]["fields"]["business_connection_id"] == "c"
    assert fake.messages[1001, asked["message_id"]]["read"] is True
    # The owner answers by phone, the customer edits and takes back.
    business(desk, "And by appointment", OWNER)
    fake.happen("edited_business_message", {**asked, "text": "On Monday?", "edit_date": int(time.time()) + 5})
    desk.once()
    assert desk.texts() == ["On Monday?"]
    assert "And by appointment" in desk.texts("human")
    gone = {"business_connection_id": "c", "chat": private("ana"), "message_ids": [asked["message_id"]]}
    fake.happen("deleted_business_messages", gone)
    desk.once()
    assert desk.one("SELECT deleted_at IS NOT NULL FROM message WHERE class = 'customer'") == 1
    # What waits when the account disconnects the bot is held, and nothing more is offered.
    waits = desk.reply("One more thing")
    fake.happen("business_connection", connect(fake, "c", enabled=False))
    desk.once()
    assert desk.state(waits) == "asking"
    assert "disconnected the bot" in why(desk, waits)
    assert "disconnected the bot" in possible(desk).barred
    with pytest.raises(Refused, match="disconnected the bot"):
        desk.reply("And another")
    assert len(fake.sent) == 1


def test_what_may_not_be_answered_any_more_is_held_when_its_day_is_over(desk: Desk) -> None:
    connect(rig_of(desk).fake, "c")
    desk.once()
    business(desk, "Good evening")
    desk.once()
    item = desk.reply("Good morning")
    desk.ahead += 25 * 3_600_000
    desk.once()
    assert desk.state(item) == "asking"
    assert "24 hours" in why(desk, item)
    assert rig_of(desk).sent() == []


def test_a_customer_who_blocks_the_bot(desk: Desk) -> None:
    rig = rig_of(desk)
    desk.once()
    rig.write("Hello")
    desk.once()
    assert possible(desk).capabilities.mark_read is False
    item = desk.reply("Hello to you")
    member(desk, "kicked", private("ana"))
    desk.once()
    assert desk.state(item) == "asking"
    assert "has blocked the bot" in why(desk, item)
    rig.write("Sorry, I am back")
    desk.once()
    assert possible(desk).barred == ""
    # Nobody said that it was blocked: Telegram's refusal tells.
    rig.fake.refusals["sendMessage"] = [Refusal(403, "Forbidden: bot was blocked by the user")]
    refused = desk.reply("Welcome back")
    desk.once()
    assert desk.state(refused) == "failed"
    assert "the customer has blocked the bot" in why(desk, refused)
    assert rig.sent() == []


def test_a_group_that_becomes_a_supergroup_is_the_same_conversation(desk: Desk) -> None:
    fake = rig_of(desk).fake
    desk.once()
    fake.happen("message", fake.message(GROUP, PEOPLE["ana"], text="When do you come?"))
    desk.once()
    asked = desk.one("SELECT id FROM message WHERE class = 'customer'")
    fake.happen("message", fake.message(GROUP, PEOPLE["ana"], migrate_to_chat_id=-1009))
    fake.moved[-9] = -1009
    big = {**GROUP, "id": -1009, "type": "supergroup"}
    later = fake.message(big, PEOPLE["ben"], text="Today?", date=int(time.time()) + 2)
    fake.happen("message", later)
    desk.once()
    assert desk.one("SELECT count(DISTINCT conversation_id) FROM message WHERE class = 'customer'") == 1
    item = desk.reply("At noon", message_id=asked)
    desk.once()
    assert (desk.state(item), [one.conversation for one in rig_of(desk).sent()]) == ("sent", ["-1009"])
    reaction = desk.one("SELECT id FROM message WHERE remote_id = ?", f"-1009:{later['message_id']}")
    with desk.cache() as cache:
        chatting.react(cache, desk.agent, reaction, "❤️", True, desk.now())
    desk.once()
    assert fake.messages[-1009, later["message_id"]]["reaction"] == ["❤"]


def test_a_file_that_no_bot_gets_is_shown_with_the_reason(desk: Desk) -> None:
    rig = rig_of(desk)
    desk.once()
    rig.write("Here is the film")
    document = {"file_id": "F", "file_unique_id": "F", "file_name": "film.mp4", "file_size": 60_000_000}
    rig.fake.happen("message", rig.fake.message(private("ana"), PEOPLE["ana"], document=document))
    desk.once()
    (notices,) = [said for (said,) in desk.rows("SELECT notices FROM message") if "film.mp4" in said]
    assert "20 MB" in notices
    assert desk.one("SELECT count(*) FROM outbox WHERE kind = 'fetch' AND state <> 'sent'") == 0


def test_the_token_of_another_bot_is_refused_before_anything_is_read(desk: Desk) -> None:
    rig = rig_of(desk)
    desk.once()
    rig.write("To the first bot")
    desk.once()
    rig.fake.me |= {"id": 555, "username": "other_bot"}
    rig.write("To the second bot")
    outcome = desk.once()
    assert outcome.state == "refused"
    assert "another bot" in outcome.detail
    assert desk.texts() == ["To the first bot"]
    rig.fake.me |= {"id": 987654}
    desk.once()
    assert "To the second bot" in desk.texts()


def test_what_fits_into_no_message_is_told_or_divided_before_it_leaves(desk: Desk, tmp_path: Path) -> None:
    rig = rig_of(desk)
    desk.once()
    rig.write("Send me everything")
    desk.once()
    papers = []
    for number in range(12):
        (tmp_path / f"{number}.txt").write_text(f"paper {number}")
        papers.append(tmp_path / f"{number}.txt")
    number = desk.one("SELECT id FROM conversation")

    def send(text: str, *files: Path) -> None:
        with desk.cache() as cache:
            draft = drafting.reply(cache, desk.agent, number, message_id=None, everyone=False)
            written = replace(draft, body=text, attachments=tuple(map(str, files)))
            sending.send(cache, desk.agent, written, desk.now(), attachments=desk.places.attachments)

    with pytest.raises(Refused, match="4,096"):
        send("😀" * 2049)
    send("x" * 1025, *papers)
    desk.once()
    sent = rig.sent()
    assert [one.text for one in sent if one.text] == ["x" * 1025]
    assert sorted(name for one in sent for name in one.files) == sorted(path.name for path in papers)
    assert max(len(one.files) for one in sent) <= 10
    assert {state for (state,) in desk.rows("SELECT state FROM outbox WHERE kind = 'send'")} == {"sent"}


def test_a_customer_sees_that_we_write(desk: Desk) -> None:
    fake = rig_of(desk).fake
    connect(fake, "c")
    desk.once()
    business(desk, "Anybody there?")
    desk.once()

    def told() -> list[dict[str, Any]]:
        return [fields for method, fields in list(fake.calls) if method == "sendChatAction"]

    with desk.live():
        with desk.cache() as cache:
            writing.we_write(cache, desk.one("SELECT id FROM conversation"), desk.now())
        desk.until(lambda: bool(told()))
    assert told()[0] == {"chat_id": 1001, "business_connection_id": "c", "action": "typing"}
