"""What is counted by its name: mails where all of it is mail, else messages."""

from __future__ import annotations

from dataclasses import replace

from omnitui.core.models import AccountId, AccountStatus
from omnitui.core.times import Instant
from omnitui.screens.top_state import progress_words
from omnitui.widgets.words import said

MAILBOX = AccountStatus(AccountId(1), "support", "email", "", "online", "", Instant(0), 10, 30)
CHAT = replace(MAILBOX, id=AccountId(2), name="shop-chat", channel="chatwoot", done=5, total=20)


def test_the_progress_of_a_sync() -> None:
    assert progress_words([MAILBOX]).startswith("10 of 30 mails, newest first")
    assert progress_words([CHAT]).startswith("5 of 20 messages, newest first")
    assert progress_words([MAILBOX, CHAT]).startswith("15 of 50 messages, newest first")
    # A chat of which nothing is counted has no part in it.
    assert progress_words([MAILBOX, replace(CHAT, done=0, total=0)]).startswith("10 of 30 mails")
    assert progress_words([replace(MAILBOX, done=30)]) == ""


def test_several_channels() -> None:
    assert (said([]), said(["email"]), said(["email", "telegram"]), said(["sms"])) == (
        "mail", "mail", "message", "message",
    )  # fmt: skip
