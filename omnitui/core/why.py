"""Why things are as they are, in words: a place in the order, a mail in its conversation, a change, a wait. Pure.

Times are put into words by whoever shows them: every function takes `when`, from an instant to words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from omnitui.core.models import AccountStatus, ConversationRow, Order, OutboxRow, Priority, State, ThreadMessage
from omnitui.core.threading import SUBJECT_WINDOW, Join
from omnitui.core.times import DAY, HOUR, Instant

When = Callable[[Instant], str]
"""An instant in words."""


def place(row: ConversationRow, order: Order, when: When) -> list[str]:
    """Why a conversation stands where it does in this order, the key of the order in words; and what is to move it."""
    return [*_place(row, order, when), *_followed_up(row, when)]


def _followed_up(row: ConversationRow, when: When) -> list[str]:
    if row.follow_up_at is not None:
        return [f"It opens again {when(row.follow_up_at)}, unless they reply before."]
    at = row.followed_up_at
    return [f"It was opened again {when(at)}: no reply had come by then."] if row.no_reply and at else []


def _place(row: ConversationRow, order: Order, when: When) -> list[str]:
    if order is not Order.WAITING:
        first, last = ("newest", "oldest") if order is Order.NEWEST else ("oldest", "newest")
        return [f"The list goes from {first} to {last} by the last message, which here is of {when(row.last_at)}."]
    if row.failed_count:
        return [
            "It stands before all who wait: something you sent has failed or asks for a decision.",
            f"Among those like it the one with the newest message stands first; here that is of {when(row.last_at)}.",
        ]
    if row.waiting_since is not None and row.state is State.OPEN:
        words = [f"The customer has waited since {when(row.waiting_since)}: who waits longest stands first."]
        if row.last_customer_at is not None and row.last_customer_at > row.waiting_since:
            words.append(
                f"That is the first of their messages that nobody has answered; the last is of"
                f" {when(row.last_customer_at)} and does not move it."
            )
        if row.queued_count:
            words.append("An answer is on its way; the wait ends when the server has taken it.")
        if row.priority is not Priority.NORMAL:
            words.append(f"Its priority ({row.priority.name.lower()}) is shown, but does not move it in this order.")
        return words
    return [
        f"Nobody waits here: {_quiet(row, when)}.",
        f"So it stands behind all who wait, newest first; its last message is of {when(row.last_at)}.",
    ]


def _quiet(row: ConversationRow, when: When) -> str:
    if row.state is State.SNOOZED:
        return f"it is snoozed until {when(row.snoozed_until) if row.snoozed_until else 'they reply'}"
    if row.state is not State.OPEN:
        return f"it is {row.state.value}"
    if row.last_agent_at is not None and row.answered_last:
        return f"our answer of {when(row.last_agent_at)} is the last word"
    return "none of its messages asks for an answer"


def joined(message: ThreadMessage, known: Mapping[str, ThreadMessage], when: When) -> str:
    """Why a message is in its conversation: the reason kept when it was stored. `known`: by Message-ID."""
    other = known.get(message.join_detail)
    named = f"the mail of {_writer(other)} of {when(other.at)}" if other is not None else "a mail that is not here"
    if message.join_detail and other is None:
        named += f" ({message.join_detail})"
    days = SUBJECT_WINDOW // DAY
    words = {
        Join.ROOT: "begins the conversation: it names no other mail",
        Join.IN_REPLY_TO: f"answers {named} (its In-Reply-To says so)",
        Join.REFERENCES: f"names {named} in its References",
        Join.OWN_ID: f"answers {named}, which we sent: its Message-ID bears our seal",
        Join.SUBJECT: "names no mail, but is a reply by its subject, and its writer takes part already"
        f" (within {days} days)",
        Join.BOUNCE_OF: f"is the delivery report about {named}",
        Join.SAME_ID: f"bears the same Message-ID, subject and writer as {named}, but other content",
        Join.MERGED: "was merged into it by hand",
        Join.SPLIT: "was split off by hand",
        Join.CONVERSATION: "is of this conversation: the channel says so",
    }
    if not message.join_reason:
        return "was written here"
    return words.get(message.join_reason, message.join_reason)  # type: ignore[call-overload, no-any-return]


def _writer(message: ThreadMessage) -> str:
    return message.author or message.sender.name or message.sender.email or "somebody"


def changed(kind: str, payload: Mapping[str, Any], replaces: Mapping[str, Any], when: When) -> str:
    """What an entry of the log did, in words."""
    match kind:
        case "state":
            return _state(payload, when)
        case "assign":
            before = f" (before: {replaces['assignee']})" if replaces.get("assignee") else ""
            return (f"assigned to {payload['assignee']}" if payload.get("assignee") else "assigned to nobody") + before
        case "priority":
            names = {priority.value: priority.name.lower() for priority in Priority}
            before = names.get(replaces.get("priority", 99), "")
            return f"priority {names.get(payload.get('priority', 0), '?')}" + (f" (before: {before})" if before else "")
        case "tag":
            signs = [f"+{tag}" for tag in payload.get("add") or ()] + [f"-{tag}" for tag in payload.get("remove") or ()]
            return f"tags {' '.join(signs)}"
        case "star":
            return "starred" if payload.get("on") else "star taken away"
        case "seen":
            return "marked as read" if payload.get("seen") else "marked as unread"
        case "contact":
            return f"contact changed: {', '.join(sorted(set(payload) - {'if'}))}"
        case "bounced":
            return "a mail came back"
        case "follow-up":
            at = payload.get("at")
            return f"to be opened again {when(at)} unless they reply" if at else "no follow-up any more"
    return _WORDS.get(kind, kind)


_WORDS = {
    "note": "wrote a note",
    "note-edit": "changed a note",
    "note-delete": "deleted a note",
    "merge": "merged another conversation in",
    "unmerge": "took a merge back",
    "split": "split messages off",
    "unsplit": "took a split back",
    "block": "blocked or unblocked a sender",
    "identity": "said whose an address is",
    "other-person": "said that two contacts are two people",
    "saved-reply": "changed a saved reply",
    "message-edit": "gave a message another text",
    "message-delete": "took a message back, or left it after all",
    "react": "reacted to a message, or took the reaction away",
    "send": "wrote an answer",
    "unsend": "took an answer back before it left",
    "draft": "threw a draft away, or brought it back",
    "follow-up due": "opened again: no reply has come",
    "follow-up replied": "no follow-up any more: they have replied",
    "united": "a mail showed that two conversations are one",
    "woken": "woke up: its snooze was over",
    "reopened": "opened again: the customer wrote",
    "moved": "followed its mails, which another program moved",
}


def _state(payload: Mapping[str, Any], when: When) -> str:
    state, until = payload.get("state", ""), payload.get("until")
    if state == "snoozed":
        return f"snoozed until {when(until) if until else 'they reply'}"
    return {"open": "opened", "closed": "closed", "pending": "set to pending", "spam": "marked as spam"}.get(
        state, str(state) or "state changed"
    )


def waits(item: OutboxRow, account: AccountStatus | None, now: Instant, when: When) -> list[str]:
    """Why something to be sent has not gone, or has."""
    due = max(item.not_before, item.next_try_at)
    detail = [f"{item.detail[0].upper()}{item.detail[1:]}."] if item.detail else []
    offline = account is not None and account.state not in ("online", "local", "connecting")
    server = (
        [f"The account {item.account} is {account.state} now: {account.detail or 'no reason given'}."]
        if (offline and account is not None)
        else []
    )
    match item.state:
        case "held" if item.not_before > max(now, item.created_at + HOUR):
            return [f"It goes at {when(item.not_before)}; until then it can be taken back.", *detail, *server]
        case "held" if item.not_before > now:
            return [f"It is held until {when(item.not_before)}, so that it can still be taken back.", *detail, *server]
        case "queued" | "held" if item.attempts and due > now:
            return [f"It was tried {item.attempts} times; the next try is at {when(due)}.", *detail, *server]
        case "queued" | "held" if due > now:
            return [f"It goes at {when(due)}.", *detail, *server]
        case "queued" | "held":
            return ["It is the worker's turn: it goes as soon as the server can be reached.", *detail, *server]
        case "sending":
            return [f"It is being sent ({item.phase or 'connecting'})."]
        case "asking":
            return ["It was not sent: something has changed since you wrote it, and you decide.", *detail]
        case "unknown":
            return ["Nobody knows yet whether it arrived: the connection broke after its last byte.", *detail]
        case "failed":
            return ["It could not be sent.", *detail]
        case "sent":
            return ["It was sent.", *detail]
    return [f"It is {item.state}.", *detail]
