"""The rules that every channel keeps, each through the whole worker against the channel's other side.

What a channel has nothing like is skipped by name (`CannotHere`); everything else must hold.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator

import pytest

from omnitui.core.channels import Dedupe, History, Inbound
from omnitui.core.models import OlderState
from omnitui.store.chat import older, writing
from tests.channels.conformance.rigs import rig_of, rigged
from tests.channels.desk import LONG, Desk
from tests.channels.rig import Rig

HOSTILE = "\x1b]0;owned\x07 \x9b31m \u202egnp.exe \u2066a\u200b\u2069 [bold]x[/bold] \x00 end"


@pytest.fixture(params=rigged())
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    one = rig_of(request.param)()
    one.start()
    try:
        yield one
        assert not one.violations(), "requests that break the vendor's specification"
    finally:
        one.stop()


def begun(desk: Desk) -> Desk:
    """The account is in step, and ana has written once."""
    desk.once()
    desk.rig.write("Hello, is anybody there?")
    outcome = desk.once()
    assert outcome.error is None, outcome.detail
    assert desk.texts() == ["Hello, is anybody there?"]
    return desk


def happens(desk: Desk, act: Callable[[], None], there: Callable[[], bool]) -> None:
    """`act` at the other side has its effect here: at the next look, or while we listen where only that is told."""
    if desk.rig.capabilities.inbound is Inbound.STREAM:
        with desk.live():
            act()
            desk.until(there)
    else:
        act()
        desk.once()
        assert there()


def test_a_batch_that_comes_again_changes_nothing(desk: Desk) -> None:
    begun(desk)
    before = desk.rows("SELECT id, remote_id, at, conversation_id FROM message ORDER BY id")
    desk.once()
    assert desk.rows("SELECT id, remote_id, at, conversation_id FROM message ORDER BY id") == before


def test_many_arrive_once_and_in_order(desk: Desk) -> None:
    begun(desk)
    texts = [f"message {number}" for number in range(40)]
    for text in texts:
        desk.rig.write(text)
    desk.once()
    desk.once()
    # A mail server's clock counts whole seconds: within one of them mails have no order.
    same = sorted if desk.rig.channel == "email" else list
    assert same(desk.texts()[1:]) == same(texts)


def test_two_customers_are_two_conversations(desk: Desk) -> None:
    begun(desk)
    desk.rig.write("I am somebody else", who="ben")
    desk.once()
    assert len({number for (number,) in desk.rows("SELECT conversation_id FROM message WHERE class = 'customer'")}) == 2
    assert desk.one("SELECT count(*) FROM conversation WHERE waiting = 1") == 2


def test_events_that_come_twice_or_out_of_order(desk: Desk) -> None:
    begun(desk)
    desk.rig.faults.duplicate_events = True
    desk.rig.faults.reverse_events = True
    texts = [f"message {number}" for number in range(12)]
    for text in texts:
        desk.rig.write(text)
    desk.once()
    desk.once()
    assert sorted(desk.texts()[1:]) == sorted(texts)


def test_one_instant_across_a_page_border(desk: Desk) -> None:
    begun(desk)
    texts = [f"at once {number}" for number in range(25)]
    desk.rig.write_same_instant(texts)
    desk.once()
    desk.once()
    assert sorted(text for text in desk.texts() if text.startswith("at once")) == sorted(texts)


def test_an_answer_arrives_once_and_its_echo_is_the_same_message(desk: Desk) -> None:
    begun(desk)
    item = desk.reply("We are here")
    desk.once()
    desk.once()
    assert desk.state(item) == "sent"
    assert [one.text for one in desk.rig.sent()] == ["We are here"]
    assert desk.texts("human") == ["We are here"]
    assert desk.one("SELECT count(*) FROM conversation WHERE waiting = 1") == 0


def test_a_send_whose_fate_is_unknown_is_never_doubled(desk: Desk) -> None:
    begun(desk)
    desk.rig.faults.sends_lost_after = 1
    item = desk.reply("Only once, please")
    for _ in range(6):
        desk.once()
        assert len(desk.rig.sent()) == 1
        desk.ahead += LONG
    can_tell = desk.rig.capabilities.dedupe is not Dedupe.NONE
    assert desk.state(item) in (("sent",) if can_tell else ("sent", "asking"))
    assert desk.texts("human") == ["Only once, please"]


def test_a_send_that_was_cut_before_it_arrived(desk: Desk) -> None:
    begun(desk)
    desk.rig.faults.sends_cut_before = 1
    item = desk.reply("Try again where that is safe")
    for _ in range(6):
        desk.once()
        desk.ahead += LONG
    arrived = [one.text for one in desk.rig.sent()]
    if desk.state(item) == "sent":
        assert arrived == ["Try again where that is safe"]
    else:
        assert desk.state(item) == "asking"
        assert arrived == []


def test_the_customer_writes_again_before_an_answer_leaves(desk: Desk) -> None:
    begun(desk)
    item = desk.reply("An answer to the first")
    desk.rig.write("Wait, something else")
    desk.once()
    assert desk.state(item) == "asking"
    assert desk.rig.sent() == []


def test_a_window_that_closes_while_an_answer_waits(desk: Desk) -> None:
    begun(desk)
    item = desk.reply("In time when it was written")
    hours = desk.rig.capabilities.window_hours
    if not hours:
        pytest.skip("this channel has no reply window")
    desk.ahead += hours * 3_600_000 + LONG
    desk.once()
    assert desk.state(item) == "asking"
    assert desk.rig.sent() == []
    assert desk.one("SELECT detail FROM outbox WHERE id = ?", item)


def test_too_many_calls_lose_nothing(desk: Desk) -> None:
    begun(desk)
    desk.rig.faults.too_many = 1
    desk.rig.write("Under pressure")
    desk.once()
    desk.once()
    desk.rig.faults.too_many = 1
    item = desk.reply("Coming", conversation=desk.one("SELECT max(conversation_id) FROM message"))
    for _ in range(4):
        desk.ahead += LONG
        desk.once()
    assert "Under pressure" in desk.texts()
    assert desk.state(item) == "sent"
    assert [one.text for one in desk.rig.sent()] == ["Coming"]


def test_trouble_of_the_server_passes(desk: Desk) -> None:
    begun(desk)
    desk.rig.faults.server_error = 1
    desk.rig.write("While you were out of order")
    desk.once()
    desk.once()
    assert "While you were out of order" in desk.texts()


def test_a_refused_token_is_told_and_kept_secret(desk: Desk) -> None:
    begun(desk)
    desk.rig.faults.refuse_token = True
    outcome = desk.once()
    assert outcome.state == "refused", outcome.detail
    assert desk.one("SELECT state FROM account WHERE name = 'desk'") == "refused"
    log = desk.places.log.read_text(encoding="utf-8")
    kept = desk.places.cache_db.read_bytes() + desk.places.config_file.read_bytes()
    for secret in desk.rig.environment().values():
        assert secret not in log + outcome.detail
        assert secret.encode() not in kept
    desk.rig.faults.refuse_token = False
    assert desk.once().error is None


def test_a_second_consumer_is_told_and_not_fought(desk: Desk) -> None:
    begun(desk)
    if not desk.rig.capabilities.exclusive:
        pytest.skip("this channel allows any number of consumers")
    desk.rig.faults.occupied = True
    outcome = desk.once()
    assert outcome.state == "refused", outcome.detail
    desk.rig.faults.occupied = False
    desk.rig.write("After the fight")
    desk.once()
    assert "After the fight" in desk.texts()


def test_hostile_text_is_made_harmless(desk: Desk) -> None:
    begun(desk)
    desk.rig.write(HOSTILE)
    desk.once()
    (text,) = [text for text in desk.texts() if "end" in text]
    assert not set(text) & set("\x1b\x07\x9b\x00\u202e\u2066\u200b\u2069")


def test_an_edit_shows_and_its_history_stays(desk: Desk) -> None:
    begun(desk)
    remote_id = desk.rig.write("I want two")
    desk.once()
    happens(desk, lambda: desk.rig.edit(remote_id, "I want three"), lambda: "I want three" in desk.texts())
    assert "I want three" in desk.texts()
    assert ("I want two",) in desk.rows("SELECT trim(text) FROM message_edit")


def test_what_was_deleted_is_shown_as_such(desk: Desk) -> None:
    begun(desk)
    remote_id = desk.rig.write("A slip of the tongue")
    desk.once()
    gone = "SELECT deleted_at IS NOT NULL FROM message WHERE remote_id = ?"
    happens(desk, lambda: desk.rig.delete(remote_id), lambda: desk.one(gone, remote_id) == 1)
    assert "A slip of the tongue" in desk.texts()


def test_a_reaction_finds_its_message(desk: Desk) -> None:
    begun(desk)
    remote_id = desk.rig.write("Like this")
    desk.once()
    found = "SELECT count(*) FROM reaction r JOIN message m ON m.id = r.message_id WHERE m.remote_id = ?"
    happens(desk, lambda: desk.rig.react(remote_id, "\N{THUMBS UP SIGN}"), lambda: desk.one(found, remote_id) == 1)


def test_files_come_here_each_under_its_own_hash(desk: Desk) -> None:
    """Not one in the place of another: two customers send each a small file."""
    begun(desk)
    sent = [b"\x89PNG not really, but bytes all the same", b"\x89PNG of somebody else"]
    for number, content in enumerate(sent):
        desk.rig.write_file(f"photo{number}.png", content)
        desk.once()
    for number, here in desk.rows("SELECT id, here FROM attachment"):
        if not here:
            from omnitui.store import fetch_order

            with desk.cache() as cache:
                fetch_order.order(cache, number, desk.now())
            desk.once()
    digests = [digest for (digest,) in desk.rows("SELECT sha256 FROM attachment WHERE here = 1 ORDER BY id")]
    assert digests == [hashlib.sha256(content).hexdigest() for content in sent]
    assert [(desk.places.attachments / digest).read_bytes() for digest in digests] == sent


def test_a_colleague_s_answer_ends_the_wait(desk: Desk) -> None:
    begun(desk)
    desk.rig.colleague_writes("I have answered from my phone")
    desk.once()
    assert desk.texts("human") == ["I have answered from my phone"]
    assert desk.one("SELECT count(*) FROM conversation WHERE waiting = 1") == 0


def test_what_the_other_side_forgot_is_a_gap(desk: Desk) -> None:
    begun(desk)
    desk.rig.write("Nobody fetched this in time")
    desk.rig.forget_history()
    desk.ahead += 30 * 3_600_000
    desk.once()
    desk.once()
    gone = "Nobody fetched this in time" not in desk.texts()
    assert not gone or desk.one("SELECT count(*) FROM gap") >= 1


def test_what_was_said_before_we_came_comes_on_order(desk: Desk) -> None:
    if desk.rig.capabilities.history is History.NONE or desk.rig.channel == "email":
        pytest.skip("this channel gives no history on order")
    chance = random.Random(desk.rig.channel)
    texts = [f"long ago {number}" for number in range(70)]
    for text in texts:
        desk.rig.write_before_us(text)
    desk.once()
    desk.rig.write("Hello again")
    desk.once()
    number = desk.one("SELECT conversation_id FROM message ORDER BY at DESC LIMIT 1")
    waits = desk.rows("SELECT waiting_since, state, last_at FROM conversation WHERE id = ?", number)
    for _ in range(12):
        with desk.cache() as cache:
            stands = older.order(cache, number, desk.now())
        if stands.state is not OlderState.ASKED:
            break
        desk.killed(chance.uniform(0.5, 1.2))
        desk.once()
    assert stands.state is OlderState.ENDED, stands
    assert desk.texts() == [*texts, "Hello again"]
    assert desk.rows("SELECT waiting_since, state, last_at FROM conversation WHERE id = ?", number) == waits
    with desk.cache() as cache:
        assert older.order(cache, number, desk.now()).state is OlderState.ENDED
    assert not desk.one("SELECT count(*) FROM outbox WHERE kind = 'fetch' AND state <> 'sent'")


def test_who_is_typing_is_shown(desk: Desk) -> None:
    begun(desk)
    number = desk.one("SELECT conversation_id FROM message WHERE class = 'customer'")
    with desk.live():
        desk.rig.types()
        with desk.cache() as cache:
            desk.until(lambda: bool(writing.of_conversation(number, desk.now()).all(cache)))
    assert desk.texts() == ["Hello, is anybody there?"]


def test_that_we_are_typing_is_told(desk: Desk) -> None:
    begun(desk)
    if not desk.rig.capabilities.typing:
        pytest.skip("this channel shows nobody that we type")
    number = desk.one("SELECT conversation_id FROM message WHERE class = 'customer'")
    with desk.live():
        with desk.cache() as cache:
            writing.we_write(cache, number, desk.now())
        desk.until(desk.rig.sees_typing)
    assert desk.one("SELECT count(*) FROM outbox") == 0


def test_killed_at_any_moment_nothing_is_lost_or_doubled(desk: Desk) -> None:
    begun(desk)
    chance = random.Random(desk.rig.channel)
    texts = [f"burst {number}" for number in range(30)]
    for text in texts[:15]:
        desk.rig.write(text)
    desk.once()
    item = desk.reply("An answer in the middle of it")
    for text in texts[15:]:
        desk.rig.write(text, who="ben")
    for _ in range(5):
        desk.killed(chance.uniform(0.3, 1.5))
    for _ in range(5):
        desk.once()
        desk.ahead += LONG
    assert sorted(text for text in desk.texts() if text.startswith("burst")) == sorted(texts)
    arrived = [one.text for one in desk.rig.sent()].count("An answer in the middle of it")
    assert arrived <= 1
    # Killed between its arrival and the answer, a send can be told only where the other side can be asked.
    can_tell = desk.rig.capabilities.dedupe is not Dedupe.NONE
    allowed = ("sent",) if can_tell else ("sent", "asking")
    assert desk.state(item) in (allowed if arrived else ("asking", "queued"))


def test_every_request_was_checked_against_the_vendor_s_specification(desk: Desk) -> None:
    begun(desk)
    desk.reply("Checked")
    desk.once()
    assert desk.rig.violations() == []
    if not desk.rig.requests_checked():
        pytest.skip("no specification of the vendor is here")
