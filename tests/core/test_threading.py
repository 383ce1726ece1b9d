"""The rules of threading: what a mail says of its place, and which subjects are replies."""

from __future__ import annotations

import pytest

from omnitui.core import own_ids
from omnitui.core.threading import Join, base_subject, is_reply_subject, links, message_id
from tests.mails import parsed

DIGEST = "0" * 64


@pytest.mark.parametrize(
    ("subject", "base", "reply"),
    [
        ("Order 5", "order 5", False),
        ("Re: Order 5", "order 5", True),
        ("RE: FW: Re[3]: Order  5", "order 5", True),
        ("Aw: Antw: Order 5", "order 5", True),
        ("RE-Order 5", "order 5", True),
        ("Re-order of parts", "re-order of parts", False),
        ("Report: May", "report: may", False),
        ("回复：退款", "退款", True),
        ("答覆: 退款", "退款", True),
        ("Trả lời: Đơn hàng", "đơn hàng", True),
        ("SV: VS: Ordre", "ordre", True),
        ("[shop] Re: Order 5", "order 5", True),
        ("Fwd: Order 5", "order 5", False),
        ("", "", False),
        ("Re:", "", True),
    ],
)
def test_subjects(subject: str, base: str, reply: bool) -> None:
    assert (base_subject(subject), is_reply_subject(subject)) == (base, reply)


def test_a_mail_names_what_it_answers_first_and_its_root_last() -> None:
    found = links(parsed("c@x", in_reply_to=("<b@x>",), references=("a@x", "b@x")), DIGEST)
    assert found.named == ("b@x", "a@x")
    assert (found.root, found.reason, found.detail) == ("a@x", Join.IN_REPLY_TO, "b@x")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, Join.ROOT),
        ({"in_reply_to": ("c@x",)}, Join.ROOT),
        ({"references": ("a@x",)}, Join.REFERENCES),
        ({"in_reply_to": ("",), "references": ("", "c@x")}, Join.ROOT),
    ],
)
def test_a_mail_that_names_only_itself_is_a_root(more: dict[str, tuple[str, ...]], reason: Join) -> None:
    assert links(parsed("c@x", **more), DIGEST).reason is reason


def test_a_list_of_references_without_end_is_bounded_and_keeps_its_root() -> None:
    named = links(parsed("z@x", references=tuple(f"{n}@x" for n in range(100_000))), DIGEST).named
    assert len(named) == 100
    assert (named[0], named[-1]) == ("99999@x", "0@x")


def test_ids_are_bare_and_bounded() -> None:
    assert message_id(" <a b@x>\n") == "ab@x"
    assert message_id("<" + "x" * 5000 + "@x>") == message_id("x" * 5000 + "@x")
    assert len(message_id("x" * 5000)) < 100


def test_our_own_ids_cannot_be_forged() -> None:
    key, other = b"k" * 32, b"o" * 32
    mid = own_ids.make_mid(key, "shop root@x", "0199-abc", "shop.example")
    assert own_ids.verify(key, "shop root@x", mid)
    assert own_ids.is_own(key, mid)
    assert not own_ids.verify(key, "shop other@x", mid)
    assert not own_ids.is_forged(key, mid)
    changed = mid.replace("0199-abc", "0199-abd")
    assert own_ids.is_forged(key, changed)
    assert not own_ids.is_own(key, changed)
    assert not own_ids.is_own(other, mid)
    assert not own_ids.is_forged(other, mid), "a colleague's machine has another key: nothing is said of it"
    assert not own_ids.is_forged(key, "someone@elsewhere.example")
    with pytest.raises(ValueError, match="fit"):
        own_ids.make_mid(key, "c", "a@b", "shop.example")
