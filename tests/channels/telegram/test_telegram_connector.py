"""The connector against a Bot API that remembers: cursors, gaps, sends of one fate, faults, businesses, probing."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from omnitui.core.channel_events import GapEvent, MessageEvent
from omnitui.core.errors import LoginRefused, NotFound, Offline, ProtocolError, Refused
from omnitui.core.times import DAY, HOUR
from omnitui.sync.backoff import Backoff
from omnitui.sync.channels.contract import Action, Occupied, OutboundFile, PullBudget
from omnitui.sync.channels.telegram.connector import TelegramConnector
from omnitui.sync.http.client import Client
from omnitui.sync.http.messages import TooMany, Unanswered
from tests.channels.telegram import checking
from tests.channels.telegram.fake import TOKEN, FakeTelegram, Refusal
from tests.channels.telegram.making import AT_ONCE, Clock, a_file, connect, draft, made, texts, write


async def test_one_cursor_gives_the_same_until_a_later_one_lets_go(fake: FakeTelegram, bot: TelegramConnector) -> None:
    write(fake, "one")
    first = await bot.pull("", AT_ONCE)
    await bot.committed(first)
    assert texts(first) == texts(await bot.pull("", AT_ONCE)) == ["one"]
    write(fake, "two")
    second = await bot.pull(first.next_cursor, AT_ONCE)
    assert texts(second) == texts(await bot.pull(first.next_cursor, AT_ONCE)) == ["two"]
    assert texts(await bot.pull(second.next_cursor, AT_ONCE)) == []
    assert fake.updates == []
    asked = [fields for method, fields in fake.calls if method == "getUpdates"]
    assert all("message_reaction" in fields["allowed_updates"] for fields in asked)


async def test_pages_and_a_long_poll_that_wakes(fake: FakeTelegram, bot: TelegramConnector) -> None:
    for number in range(5):
        write(fake, str(number))
    first = await bot.pull("", PullBudget(3, 0))
    second = await bot.pull(first.next_cursor, PullBudget(3, 20))
    assert (texts(first), first.more) == (["0", "1", "2"], True)
    assert (texts(second), second.more) == (["3", "4"], False)


async def test_a_day_away_is_a_gap_and_is_told_once(fake: FakeTelegram, bot: TelegramConnector, clock: Clock) -> None:
    cursor = (await bot.pull("", AT_ONCE)).next_cursor
    clock.at += 23 * HOUR
    assert (await bot.pull(cursor, AT_ONCE)).events == ()
    clock.at += 2 * HOUR
    write(fake, "still there")
    batch = await bot.pull(cursor, PullBudget(1, 0))
    gap = batch.events[0]
    assert isinstance(gap, GapEvent)
    assert gap.since == clock.at - 25 * HOUR
    assert gap.since < gap.until <= clock.at - DAY + 5 * 60_000
    assert texts(batch) == ["still there"]
    assert (await bot.pull(batch.next_cursor, AT_ONCE)).events == ()


async def test_pages_that_were_never_read_to_their_end_leave_a_gap(
    fake: FakeTelegram, bot: TelegramConnector, clock: Clock
) -> None:
    start = (await bot.pull("", AT_ONCE)).next_cursor
    clock.at += 10 * HOUR
    write(fake, "a"), write(fake, "b")
    half = await bot.pull(start, PullBudget(1, 0))
    clock.at += 20 * HOUR
    later = await bot.pull(half.next_cursor, AT_ONCE)
    assert isinstance(later.events[0], GapEvent)


async def test_after_a_quiet_week_numbers_may_be_lower(
    fake: FakeTelegram, bot: TelegramConnector, clock: Clock
) -> None:
    write(fake, "before")
    cursor = (await bot.pull("", AT_ONCE)).next_cursor
    for _ in range(7):
        clock.at += 23 * HOUR
        cursor = (await bot.pull(cursor, AT_ONCE)).next_cursor
    fake.serial = 10
    write(fake, "after")
    assert texts(await bot.pull(cursor, AT_ONCE)) == ["after"]


async def test_a_text_is_one_call(fake: FakeTelegram, bot: TelegramConnector) -> None:
    asked = write(fake, "a question")
    receipt = await bot.send(draft(reply_to=f"1001:{asked['message_id']}"))
    assert (receipt.state, receipt.remote_id) == ("accepted", f"1001:{fake.sent[0]['message_id']}")
    assert fake.sent[0]["fields"]["reply_parameters"]["message_id"] == asked["message_id"]
    await bot.send(draft(conversation="-1005/4"))
    assert fake.sent[1]["fields"]["message_thread_id"] == 4


async def test_files_are_one_call(fake: FakeTelegram, bot: TelegramConnector, tmp_path: Path) -> None:
    picture = a_file(tmp_path, 'a"b\r\n.png', "image/png", b"\x89PNG\r\n--x")
    await bot.send(draft("one", picture))
    assert (fake.sent[0]["method"], fake.sent[0]["text"]) == ("sendPhoto", "one")
    assert fake.messages[1001, 1]["datas"] == [b"\x89PNG\r\n--x"]
    paper = a_file(tmp_path, "Übersicht.pdf", "application/pdf")
    await bot.send(draft("", paper))
    assert (fake.sent[1]["method"], fake.sent[1]["names"]) == ("sendDocument", ["Übersicht.pdf"])
    receipt = await bot.send(draft("both", picture, paper))
    assert fake.sent[2]["method"] == "sendMediaGroup"
    assert [one["type"] for one in fake.sent[2]["fields"]["media"]] == ["document", "document"]
    assert (receipt.remote_id, fake.sent[2]["text"]) == ("1001:3", "both")
    await bot.act(Action(kind="delete", conversation="1001", remote_id=receipt.remote_id))
    assert {number for _, number in fake.messages} == {1, 2}


async def test_a_picture_that_telegram_does_not_show_goes_as_a_file(
    fake: FakeTelegram, bot: TelegramConnector, tmp_path: Path
) -> None:
    fake.refusals["sendPhoto"] = [Refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")]
    await bot.send(draft("", a_file(tmp_path, "long.png", "image/png")))
    assert [one["method"] for one in fake.sent] == ["sendDocument"]


@pytest.mark.parametrize(
    ("text", "files", "conversation", "said"),
    [
        ("x" * 4097, 0, "1001", "4,096"),
        ("😀" * 2049, 0, "1001", "4,098"),
        ("x" * 1025, 1, "1001", "1,024"),
        ("x", 11, "1001", "10 files"),
        (" ", 0, "1001", "empty"),
        ("x", 0, "", "cannot write first"),
        ("x", 0, "b77/1001", "not known"),
    ],
)
async def test_what_does_not_fit_is_refused_before_anything_leaves(
    fake: FakeTelegram, bot: TelegramConnector, tmp_path: Path, text: str, files: int, conversation: str, said: str
) -> None:
    given = [a_file(tmp_path, "a", "text/plain")] * files
    with pytest.raises(Refused, match=said):
        await bot.send(draft(text, *given, conversation=conversation))
    assert fake.calls == []


async def test_files_of_more_than_50_mb_are_refused(fake: FakeTelegram, bot: TelegramConnector, tmp_path: Path) -> None:
    large = OutboundFile("a.bin", "application/octet-stream", 30_000_000, tmp_path / "none")
    with pytest.raises(Refused, match="60 MB"):
        await bot.send(draft("", large, large))
    assert fake.calls == []


@pytest.mark.parametrize(("fault", "arrived"), [("sends_lost_after", 1), ("sends_cut_before", 0), ("server_error", 0)])
async def test_a_send_without_an_answer_is_unknown_and_not_tried_again(
    fake: FakeTelegram, bot: TelegramConnector, fault: str, arrived: int
) -> None:
    setattr(fake.faults, fault, 1)
    with pytest.raises(Unanswered) as caught:
        await bot.send(draft())
    assert len(fake.sent) == arrived
    assert TOKEN not in str(caught.value)
    assert (await bot.reconcile(draft())).state == "cannot_tell"


async def test_too_many_is_heeded(fake: FakeTelegram, bot: TelegramConnector) -> None:
    fake.faults.too_many = 1
    assert (await bot.send(draft())).state == "accepted"
    assert len(fake.sent) == 1
    assert fake.faults.seen == ["too_many"]


async def test_a_long_pause_is_handed_on_and_nobody_is_asked_meanwhile(
    fake: FakeTelegram, bot: TelegramConnector
) -> None:
    fake.refusals["sendMessage"] = [Refusal(429, "Too Many Requests: retry after 300", retry_after=300)]
    with pytest.raises(TooMany) as held:
        await bot.send(draft())
    assert 290 <= held.value.wait <= 300
    asked = len(fake.calls)
    with pytest.raises(TooMany):
        await bot.send(draft())
    assert len(fake.calls) == asked
    assert fake.sent == []


async def test_a_group_that_moved_is_followed(fake: FakeTelegram, bot: TelegramConnector) -> None:
    fake.moved[-9] = -1009
    receipt = await bot.send(draft(conversation="-9"))
    assert (receipt.conversation, receipt.remote_id) == ("-1009", "-1009:1")
    assert [one["chat"]["id"] for one in fake.sent] == [-1009]
    # What is answered stands in the group before it moved: the answer goes, and points at nothing.
    await bot.send(draft(conversation="-1009", reply_to="-9:5"))
    assert "reply_parameters" not in fake.sent[-1]["fields"]
    fake.message({"id": -1009, "type": "supergroup"}, {"id": 5}, text="x")
    await bot.act(Action(kind="react", conversation="-9", remote_id="-1009:3", value={"emoji": "❤\ufe0f"}))
    assert fake.messages[-1009, 3]["reaction"] == ["❤"]


async def test_errors_say_who_can_mend_them(
    fake: FakeTelegram, bot: TelegramConnector, clock: Clock, http: Client, tmp_path: Path
) -> None:
    fake.refusals["sendMessage"] = [Refusal(403, "Forbidden: bot was blocked by the user")]
    with pytest.raises(Refused, match="the customer has blocked the bot"):
        await bot.send(draft())
    fake.refusals["sendMessage"] = [Refusal(400, "Bad Request: TOPIC_CLOSED")]
    with pytest.raises(Refused, match="open it again in Telegram"):
        await bot.send(draft())
    for wrong in ("1:" + "x" * 30, "nonsense", "a/../b:" + "x" * 30):
        with pytest.raises(LoginRefused) as refused:
            await made(fake, clock, http, tmp_path, wrong).pull("", AT_ONCE)
        assert wrong not in str(refused.value)
    fake.faults.occupied = True
    with pytest.raises(Occupied, match="another program"):
        await bot.pull("", AT_ONCE)
    fake.faults.occupied, fake.webhook = False, "https://hooks.example/secret-path"
    with pytest.raises(Occupied, match="webhook"):
        await bot.pull("", AT_ONCE)
    assert {method for method, _ in fake.calls} <= {"sendMessage", "getMe", "getUpdates"}


class Quick(Backoff):
    """Does not wait."""

    def next(self) -> float:
        return 0.0


async def test_away_is_offline_and_tells_no_token(clock: Clock, tmp_path: Path) -> None:
    with FakeTelegram() as fake:
        pass
    async with Client(backoff=Quick) as http:
        with pytest.raises(Offline) as caught:
            await made(fake, clock, http, tmp_path).send(draft())
    assert not isinstance(caught.value, Unanswered)
    assert TOKEN not in str(caught.value)


async def test_probe_names_what_is_missing(fake: FakeTelegram, bot: TelegramConnector) -> None:
    found = await bot.probe()
    assert (found.identity.address, found.identity.handle) == ("987654", "@desk_bot")
    assert {one.grade for one in found.findings} == {"fine"}
    assert "cannot be seen from here" in found.findings[1].words
    fake.webhook = "https://hooks.example/secret-path"
    fake.me |= {"can_read_all_group_messages": False, "can_connect_to_business": False}
    found = await bot.probe()
    assert not found.works
    said = {finding.grade: finding.words for finding in found.findings}
    assert "hooks.example" in said["missing"]
    assert "secret-path" not in said["missing"]
    assert [finding.grade for finding in found.findings] == ["fine", "missing", "warning", "warning"]
    assert {method for method, _ in fake.calls} == {"getMe", "getWebhookInfo"}


async def test_a_business_account(
    fake: FakeTelegram, bot: TelegramConnector, clock: Clock, http: Client, tmp_path: Path
) -> None:
    connect(fake, "first")
    asked = write(fake, "hi", business_connection_id="first")
    batch = await bot.pull("", AT_ONCE)
    (message,) = [one for one in batch.events if isinstance(one, MessageEvent)]
    assert message.conversation == "b77/1001"
    # Another worker, before it has pulled, knows the account all the same.
    again = made(fake, clock, http, tmp_path)
    receipt = await again.send(draft(conversation=message.conversation))
    assert fake.sent[0]["fields"]["business_connection_id"] == "first"
    assert receipt.remote_id == f"b77/1001:{fake.sent[0]['message_id']}"
    await again.act(Action(kind="read", conversation="b77/1001", value={"up_to": message.remote_id}))
    assert asked["read"] is True
    with pytest.raises(Refused, match="react"):
        await again.act(Action(kind="react", conversation="b77/1001", remote_id=message.remote_id))
    # The connection is made anew: the conversation goes on by it.
    fake.happen("business_connection", connect(fake, "second", 2))
    write(fake, "still me", business_connection_id="second")
    batch = await bot.pull(batch.next_cursor, AT_ONCE)
    assert [one.conversation for one in batch.events if isinstance(one, MessageEvent)] == ["b77/1001"]
    await bot.send(draft(conversation="b77/1001"))
    assert fake.sent[-1]["fields"]["business_connection_id"] == "second"
    assert (tmp_path / "telegram.json").stat().st_mode & 0o777 == 0o600


async def test_actions_may_be_done_twice(fake: FakeTelegram, bot: TelegramConnector, tmp_path: Path) -> None:
    asked = f"1001:{write(fake, 'hi')['message_id']}"
    ours = (await bot.send(draft("first"))).remote_id
    paper = (await bot.send(draft("under it", a_file(tmp_path, "a.pdf", "application/pdf")))).remote_id
    number = int(ours.partition(":")[2])
    for _ in range(2):
        await bot.act(Action(kind="edit", conversation="1001", remote_id=ours, value={"text": "second"}))
        assert fake.messages[1001, number]["text"] == "second"
        await bot.act(Action(kind="react", conversation="1001", remote_id=asked, value={"emoji": "👍"}))
        assert fake.messages[1001, 1]["reaction"] == ["👍"]
        await bot.act(Action(kind="edit", conversation="1001", remote_id=paper, value={"text": "other words"}))
        assert fake.messages[1001, 3]["caption"] == "other words"
    taken = Action(kind="react", conversation="1001", remote_id=asked, value={"emoji": "👍", "added": False})
    await bot.act(taken)
    assert fake.messages[1001, 1]["reaction"] == []
    deletes = [await bot.act(Action(kind="delete", conversation="1001", remote_id=ours)) for _ in range(2)]
    assert [one.state for one in deletes] == ["accepted", "duplicate"]
    assert (await bot.act(Action(kind="typing", conversation="1001"))).state == "accepted"
    with pytest.raises(Refused, match="no reaction 🦖"):
        await bot.act(Action(kind="react", conversation="1001", remote_id=asked, value={"emoji": "🦖"}))
    with pytest.raises(Refused):
        await bot.act(Action(kind="assign", conversation="1001"))


async def test_files_are_fetched_or_lost(fake: FakeTelegram, bot: TelegramConnector) -> None:
    fake.files["F1"] = b"bytes"
    into = io.BytesIO()
    await bot.fetch_attachment("F1", into)
    assert into.getvalue() == b"bytes"
    fake.files["huge"] = b"x"
    fake.sizes["huge"] = 30_000_000
    with pytest.raises(NotFound, match="20 MB") as caught:
        await bot.fetch_attachment("huge", io.BytesIO())
    assert TOKEN not in str(caught.value)
    # A wrong id and a bad moment are told in the same words: it is tried again before it counts as lost.
    with pytest.raises(ProtocolError, match="now"):
        await bot.fetch_attachment("gone", io.BytesIO())
    with pytest.raises(NotFound):
        await bot.fetch_attachment("", io.BytesIO())


@pytest.mark.parametrize("cursor", ["{", "[]", '{"offset": "x", "heard": null}', json.dumps({"offset": 1 << 80})])
async def test_a_damaged_cursor_loses_nothing(fake: FakeTelegram, bot: TelegramConnector, cursor: str) -> None:
    write(fake, "kept")
    if cursor == "{":
        with pytest.raises(Exception, match="cannot be read"):
            await bot.pull(cursor, AT_ONCE)
    else:
        assert texts(await bot.pull(cursor, AT_ONCE)) == ["kept"]


def test_the_check_against_the_description_can_fail() -> None:
    if checking.description() is None:
        pytest.skip("the description of the Bot API is not beside the project")
    assert (
        checking.faults_of("sendMessage", {"chat_id": 1, "text": "x", "reply_parameters": {"message_id": 2}}, set())
        == []
    )
    assert checking.faults_of("sendMessage", {"chat_id": 1}, set())
    assert checking.faults_of("sendMessage", {"chat_id": 1, "text": 5}, set())
    assert checking.faults_of("sendMessage", {"chat_id": 1, "text": "x", "dedupe": "k"}, set())
    assert checking.faults_of("sendMessage", {"chat_id": 1, "text": "x", "reply_parameters": {"id": 2}}, set())
    assert checking.faults_of("sendPhoto", {"chat_id": 1}, {"photo"}) == []
    assert checking.faults_of("sendPhotos", {}, set())
