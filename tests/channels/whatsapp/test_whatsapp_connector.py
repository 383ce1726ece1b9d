"""The connector between the fake of Meta and a real relay: pulls, sends, what is unknown, gaps and findings."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.core.channel_events import Event, GapEvent, MessageEvent, Person, ReceiptEvent
from omnitui.core.errors import LoginRefused, NotFound, Offline, ProtocolError, Refused
from omnitui.core.times import Instant
from omnitui.sync.channels.contract import Action, Outbound, OutboundFile, PullBudget, Setup, Standing
from omnitui.sync.channels.whatsapp import CHANNEL
from omnitui.sync.channels.whatsapp.connector import WhatsApp
from omnitui.sync.channels.whatsapp.settings import WhatsAppSettings
from omnitui.sync.http.client import Client
from omnitui.sync.http.messages import TooMany, Unanswered
from tests.channels.whatsapp import meta_spec
from tests.channels.whatsapp.fake import PHONE_ID, TOKEN, WABA
from tests.channels.whatsapp.rig import PEOPLE, WhatsAppRig
from tests.relay import running

NOW = Instant(1_800_000_000_000)
ANA = PEOPLE["ana"]


@pytest.fixture
def rig() -> Iterator[WhatsAppRig]:
    made = WhatsAppRig()
    made.start()
    yield made
    made.stop()
    assert made.violations() == []


def setup_of(rig: WhatsAppRig, http: Client, **changes: str) -> Setup:
    settings = WhatsAppSettings(
        phone_number_id=PHONE_ID, waba_id=WABA, relay_url=rig.relay.url, api_url=rig.fake.url
    )  # fmt: skip
    secrets = {"access_token": TOKEN, "relay_token": running.TOKEN} | changes
    return Setup(name="desk", settings=settings, secrets=secrets, http=http, clock=lambda: NOW, notes=Path("unused"))


@pytest.fixture
async def desk(rig: WhatsAppRig) -> AsyncIterator[WhatsApp]:
    async with Client() as http:
        made = CHANNEL.connect(setup_of(rig, http))
        assert isinstance(made, WhatsApp)
        yield made


async def everything(desk: WhatsApp, cursor: str = "") -> tuple[list[Event], str]:
    events: list[Event] = []
    while True:
        batch = await desk.pull(cursor, PullBudget(seconds=0))
        events += batch.events
        cursor = batch.next_cursor
        if not batch.more:
            return events, cursor


def texts(events: list[Event]) -> list[str]:
    return [one.text for one in events if isinstance(one, MessageEvent)]


def answer(text: str, key: str = "key-1", **more: object) -> Outbound:
    return replace(Outbound(key=key, conversation=ANA, text=text), **more)  # type: ignore[arg-type]


async def in_thread(call: object, *values: object, **named: object) -> object:
    return await asyncio.to_thread(call, *values, **named)  # type: ignore[arg-type]


async def test_what_customers_write_comes_again_until_it_is_confirmed(rig: WhatsAppRig, desk: WhatsApp) -> None:
    first = await in_thread(rig.write, "one")
    await in_thread(rig.write, "two", who="ben")
    batch = await desk.pull("", PullBudget(events=1, seconds=0))
    assert texts(list(batch.events)) == ["one"]
    assert batch.more
    assert [one.remote_id for one in batch.events if isinstance(one, MessageEvent)] == [first]
    again = await desk.pull("", PullBudget(events=1, seconds=0))
    assert again.events == batch.events
    await desk.committed(batch)
    rest, cursor = await everything(desk, batch.next_cursor)
    assert texts(rest) == ["two"]
    assert await everything(desk, cursor) == ([], (await everything(desk, cursor))[1])
    assert running_standing(rig)["confirmed"] == batch.token


def running_standing(rig: WhatsAppRig) -> dict[str, int]:
    found: dict[str, int] = rig.relay.events(limit=0).json()
    return found


async def test_a_pull_waits_at_the_relay(rig: WhatsAppRig, desk: WhatsApp) -> None:
    waiting = asyncio.create_task(desk.pull("", PullBudget(seconds=90)))
    await in_thread(rig.write, "hello")
    async with asyncio.timeout(60):
        batch = await waiting
    assert texts(list(batch.events)) == ["hello"]


async def test_an_answer_goes_out_and_its_statuses_come_with_our_key(rig: WhatsAppRig, desk: WhatsApp) -> None:
    asked = str(await in_thread(rig.write, "question"))
    receipt = await desk.send(answer("the answer", reply_to=asked))
    assert (receipt.state, receipt.conversation) == ("accepted", ANA)
    body = rig.fake.bodies[0]
    assert (body["context"], body["text"]) == ({"message_id": asked}, {"body": "the answer"})
    await in_thread(rig.read_by_customer, receipt.remote_id)
    states: dict[str, str] = {}
    cursor = ""
    async with asyncio.timeout(60):
        while len(states) < 3:
            batch = await desk.pull(cursor, PullBudget(seconds=1))
            cursor = batch.next_cursor
            states |= {one.state: one.key for one in batch.events if isinstance(one, ReceiptEvent)}
    assert states == {"sent": "key-1", "delivered": "key-1", "read": "key-1"}


async def test_an_unknown_send_is_proved_by_its_status_and_never_sent_twice(rig: WhatsAppRig, desk: WhatsApp) -> None:
    await in_thread(rig.write, "question")
    rig.faults.sends_lost_after = 1
    with pytest.raises(Unanswered):
        await desk.send(answer("lost"))
    async with asyncio.timeout(60):
        cursor = ""
        while (await desk.reconcile(answer("lost"))).state != "found":
            cursor = (await desk.pull(cursor, PullBudget(seconds=1))).next_cursor
    assert (await desk.reconcile(answer("lost"))).remote_id == rig.sent()[0].remote_id
    assert len(rig.sent()) == 1


async def test_what_was_cut_off_before_cannot_be_told(rig: WhatsAppRig, desk: WhatsApp) -> None:
    await in_thread(rig.write, "question")
    rig.faults.sends_cut_before = 1
    with pytest.raises(Unanswered):
        await desk.send(answer("cut"))
    await everything(desk)
    assert (await desk.reconcile(answer("cut"))).state == "cannot_tell"
    assert rig.sent() == []


async def test_files_both_ways(rig: WhatsAppRig, desk: WhatsApp, tmp_path: Path) -> None:
    await in_thread(rig.write_file, "bill.pdf", b"%PDF")
    (message,) = [one for one in (await everything(desk))[0] if isinstance(one, MessageEvent)]
    into = io.BytesIO()
    await desk.fetch_attachment(message.files[0].ref, into)
    assert (into.getvalue(), message.files[0].name) == (b"%PDF", "bill.pdf")
    with pytest.raises(NotFound):
        await desk.fetch_attachment("media-999", io.BytesIO())
    path = tmp_path / "photo"
    path.write_bytes(b"jpeg")
    photo = OutboundFile('my "photo".jpg', "image/jpeg", 4, path)
    await desk.send(answer("look", files=(photo,)))
    assert rig.sent()[0].text == "look"
    assert rig.fake.bodies[0]["type"] == "image"
    voice = OutboundFile("note.mp3", "audio/mpeg", 4, path)
    await desk.send(answer("listen", key="key-2", files=(voice,)))
    assert rig.fake.bodies[1]["document"]["filename"] == "note.mp3"


async def test_after_a_day_only_a_template_goes(rig: WhatsAppRig, desk: WhatsApp) -> None:
    with pytest.raises(Refused, match="more than 24 hours"):
        await desk.send(answer("too late"))
    found = {one.name: one for one in await desk.templates()}
    assert set(found) == {"back_soon", "hello", "picture", "bill"}
    soon = found["back_soon"]
    assert soon.body.startswith("Order {{header.1}}\n\nDear {{1}}, your {{2}}")
    with pytest.raises(Refused, match="needs a value for"):
        await desk.send(answer("", template=soon))
    filled = replace(soon, variables={"header.1": "77", "1": "Ana", "2": "red\nhat", "button.0": "77"})
    new = Outbound(key="k", conversation="", to=(Person("+34 600 111-222"),), template=filled)
    receipt = await desk.send(new)
    assert receipt.conversation == ANA
    components = rig.fake.bodies[0]["template"]["components"]
    assert [one["type"] for one in components] == ["header", "body", "button"]
    assert [one["text"] for one in components[1]["parameters"]] == ["Ana", "red hat"]
    window = await desk.window(Standing(ANA, Instant(NOW - 25 * 3_600_000)), NOW)
    assert (window.kind, (await desk.window(Standing(ANA, NOW), NOW)).kind) == ("template", "open")


async def test_a_template_with_a_file_at_its_head(rig: WhatsAppRig, desk: WhatsApp, tmp_path: Path) -> None:
    found = {one.name: one for one in await desk.templates()}
    picture, bill = found["picture"], found["bill"]
    assert picture.body == "[a picture at its head]\n\nFor {{name}}"
    path = tmp_path / "file"
    path.write_bytes(b"data")
    jpeg, pdf, text = (
        OutboundFile(f"one.{end}", kind, 4, path)
        for end, kind in (("jpg", "image/jpeg"), ("pdf", "application/pdf"), ("txt", "text/plain"))
    )
    filled = replace(picture, variables={"name": "Ana"})
    for wrong, files, words in (
        (filled, (), "attach it"),
        (filled, (pdf,), "wants a picture"),
        (bill, (text,), "wants a PDF"),
        (filled, (replace(jpeg, size=6 * 1024 * 1024),), "larger than"),
        (found["hello"], (jpeg,), "no place for a file"),
    ):
        with pytest.raises(Refused, match=words):
            await desk.send(answer("", template=wrong, files=files))
    await desk.send(answer("", template=filled, files=(jpeg,)))
    await desk.send(answer("", key="key-2", template=bill, files=(pdf,)))
    assert [(one.text, one.files) for one in rig.sent()] == [
        ("template picture", ("one.jpg",)), ("template bill", ("one.pdf",)),
    ]  # fmt: skip
    head, body = rig.fake.bodies[0]["template"]["components"]
    assert (head["parameters"][0]["type"], body["parameters"][0]["parameter_name"]) == ("image", "name")
    assert rig.fake.bodies[1]["template"]["components"][0]["parameters"][0]["document"]["filename"] == "one.pdf"


async def test_reactions_and_read_marks(rig: WhatsAppRig, desk: WhatsApp) -> None:
    asked = str(await in_thread(rig.write, "question"))
    await desk.act(Action(kind="react", conversation=ANA, remote_id=asked, value={"emoji": "👍", "added": True}))
    await desk.act(Action(kind="react", conversation=ANA, remote_id=asked, value={"emoji": "👍", "added": False}))
    await desk.act(Action(kind="read", conversation=ANA, value={"up_to": asked}))
    assert [one.get("reaction", {}).get("emoji") for one in rig.fake.acts] == ["👍", "", None]
    assert rig.fake.acts[2]["message_id"] == asked
    with pytest.raises(Refused):
        await desk.act(Action(kind="edit", conversation=ANA, remote_id=asked, value={"text": "x"}))


async def test_that_we_write_is_shown_now_and_then(rig: WhatsAppRig, desk: WhatsApp) -> None:
    asked = str(await in_thread(rig.write, "question"))
    for value, last in ((True, asked), (True, asked), (False, ""), (True, ""), (True, "relay:x:1:1")):
        await desk.act(Action(kind="typing", conversation=ANA, remote_id=last, value={"typing": value}))
    assert [(one["message_id"], one["typing_indicator"]) for one in rig.fake.acts] == [(asked, {"type": "text"})]


async def test_errors_are_of_the_right_kind(rig: WhatsAppRig, desk: WhatsApp) -> None:
    await in_thread(rig.write, "question")
    rig.faults.server_error = 1
    with pytest.raises(ProtocolError):
        await desk.send(answer("fate unknown"))
    assert rig.sent() == []
    rig.faults.too_many = 100
    with pytest.raises(TooMany):
        await desk.send(answer("too many"))
    rig.faults.too_many = 0
    rig.faults.refuse_token = True
    with pytest.raises(LoginRefused) as refused:
        await WhatsApp(setup_of(rig, desk._graph._http), CHANNEL.capabilities).send(answer("no"))
    assert TOKEN not in str(refused.value)
    for nobody in ("unknown", "whatsapp-account"):
        with pytest.raises(Refused, match="nobody in this conversation"):
            await desk.send(replace(answer("x"), conversation=nobody))
    for wrong in (answer(""), answer("x" * 4097), answer("x", private=True), replace(answer("x"), conversation="")):
        with pytest.raises(Refused):
            await desk.send(wrong)


async def test_what_waited_at_the_relay_before_we_came_is_history_on_every_page(
    rig: WhatsAppRig, desk: WhatsApp
) -> None:
    for number in range(3):
        await in_thread(rig.write, f"old {number}")
    told, cursor = [], ""
    for _ in range(3):
        batch = await desk.pull(cursor, PullBudget(events=1, seconds=0))
        cursor = batch.next_cursor
        told.append(batch.history)
    assert told == [True, True, True]
    await in_thread(rig.write, "new")
    batch = await desk.pull(cursor, PullBudget(seconds=0))
    assert (texts(list(batch.events)), batch.history) == (["new"], False)


async def test_two_numbers_of_one_app_share_a_source(rig: WhatsAppRig, desk: WhatsApp) -> None:
    """Each account takes what is its own, and what one has confirmed is there for the other all the same."""
    second = "106540352249999"
    one = {"from": ANA, "timestamp": "1700000000", "type": "text"}
    await in_thread(rig.write, "to the first")
    text = {**one, "id": "wamid.second", "text": {"body": "to the second"}}
    await in_thread(rig.fake.push, phone_id=second, messages=[text])
    first = await desk.pull("", PullBudget(seconds=0))
    assert texts(list(first.events)) == ["to the first"]
    await desk.committed(first)
    async with Client() as http:
        setup = setup_of(rig, http)
        other = CHANNEL.connect(replace(setup, settings=replace(setup.settings, phone_number_id=second)))
        assert texts(list((await other.pull("", PullBudget(seconds=0))).events)) == ["to the second"]


async def test_a_token_that_has_ended_is_told_after_what_came_was_brought(rig: WhatsAppRig, desk: WhatsApp) -> None:
    await in_thread(rig.write, "still comes")
    rig.faults.refuse_token = True
    batch = await desk.pull("", PullBudget(seconds=0))
    assert texts(list(batch.events)) == ["still comes"]
    with pytest.raises(LoginRefused):
        await desk.pull(batch.next_cursor, PullBudget(seconds=0))
    rig.faults.refuse_token = False
    await desk.pull(batch.next_cursor, PullBudget(seconds=0))
    looked = rig.fake.checked
    await desk.pull(batch.next_cursor, PullBudget(seconds=0))
    assert rig.fake.checked == looked


async def test_a_relay_that_lost_its_file_leaves_a_gap_and_is_read_anew(rig: WhatsAppRig, desk: WhatsApp) -> None:
    for number in range(3):
        await in_thread(rig.write, f"old {number}")
    _, cursor = await everything(desk)
    await in_thread(rig.write, "never fetched")
    await in_thread(rig.forget_history)
    await in_thread(rig.write, "after")
    events, cursor = await everything(desk, cursor)
    assert texts(events) == ["after"]
    assert ["new file" in one.reason for one in events if isinstance(one, GapEvent)] == [True]
    assert (await everything(desk, cursor))[0] == []


async def test_what_the_relay_turned_away_is_a_gap_once(rig: WhatsAppRig, desk: WhatsApp) -> None:
    await in_thread(rig.relay.kill)
    with (rig.relay.folder / "relay.toml").open() as file:
        text = file.read()
    (rig.relay.folder / "relay.toml").write_text("most_waiting = 1\n" + text)
    await in_thread(rig.relay.start)
    assert [(await in_thread(rig.relay.post, b'{"n": %d}' % n)).status_code for n in (1, 2)] == [200, 503]  # type: ignore[attr-defined]
    events, cursor = await everything(desk)
    assert ["turned 1 messages" in one.reason for one in events if isinstance(one, GapEvent)] == [True]
    assert (await everything(desk, cursor))[0] == []


async def test_the_probe_finds_nothing_missing_and_names_what_is(rig: WhatsAppRig, desk: WhatsApp) -> None:
    good = await desk.probe()
    assert (good.works, good.identity.phone, good.identity.name) == (True, "+15550783881", "Shop")
    assert any("not got anything" in one.words for one in good.findings)
    rig.fake.scopes, rig.fake.apps = ["whatsapp_business_messaging"], []
    rig.fake.number["status"] = "BANNED"
    async with Client() as http:
        bad = await CHANNEL.connect(setup_of(rig, http, relay_token="another-token-0123")).probe()
    missing = " ".join(one.words for one in bad.findings if one.grade == "missing")
    for words in ("banned", "whatsapp_business_management", "subscribe your app", "does not know the source"):
        assert words in missing
    rig.faults.refuse_token = True
    with pytest.raises(LoginRefused):
        await desk.probe()


async def test_a_relay_that_is_away(rig: WhatsAppRig, desk: WhatsApp) -> None:
    await in_thread(rig.relay.kill)
    async with asyncio.timeout(60):
        with pytest.raises(Offline):
            await desk.pull("", PullBudget(seconds=0))


def test_the_check_against_the_specification_can_fail() -> None:
    if meta_spec.document() is None:
        pytest.skip("Meta's specification is not beside the project")
    path = "/{Version}/{Phone-Number-ID}/messages"
    good = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "34", "type": "text"}
    text = {**good, "text": {"body": "x"}}
    assert meta_spec.problems("POST", path, {}, text) == []
    assert meta_spec.problems("POST", path, {}, _with_head({"type": "image", "image": {"id": "1"}})) == []
    for bad in (
        good,
        {**text, "text": "x"},
        {**text, "text": {"body": 3}},
        {**text, "text": {"words": "x"}},
        {**text, "type": "telegram"},
        {**text, "recipient_type": "herd"},
        {**text, "colour": "red"},
        {**good, "type": "image", "image": {"caption": "no id"}},
        {**good, "type": "template", "template": {"name": "x", "language": {"code": "de"}}},
        {"messaging_product": "whatsapp", "status": "read", "message_id": "1", "typing_indicator": {"type": "voice"}},
        {"messaging_product": "whatsapp", "status": "read", "message_id": "1", "typing": True},
        {"messaging_product": "whatsapp", "status": "read"},
        _with_head({"type": "image"}),
        _with_head({"type": "picture", "image": {"id": "1"}}),
    ):
        assert meta_spec.problems("POST", path, {}, bad), bad
    assert meta_spec.problems("GET", "/{Version}/{WABA-ID}/message_templates", {"filter": "x"})
    assert meta_spec.problems("DELETE", path, {})


def _with_head(parameter: dict[str, object]) -> dict[str, object]:
    template = {"name": "x", "language": {"policy": "deterministic", "code": "de"}}
    head = {"type": "header", "parameters": [parameter]}
    return {
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": "34", "type": "template",
        "template": {**template, "components": [head]},
    }  # fmt: skip


async def test_requests_were_checked(rig: WhatsAppRig, desk: WhatsApp) -> None:
    await in_thread(rig.write, "question")
    await desk.send(answer("x"))
    await desk.templates()
    assert json.dumps(rig.fake.bodies)
    if meta_spec.document() is not None:
        assert rig.requests_checked() >= 3
