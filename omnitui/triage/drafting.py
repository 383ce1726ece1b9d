"""The beginning of an answer, a forward or a new mail: to whom, from what, about what."""

from __future__ import annotations

from omnitui.core.channels import EMAIL
from omnitui.core.errors import NotFound, Refused
from omnitui.core.mail import Address
from omnitui.core.models import ConversationId, Draft, MessageClass, StepRow, ThreadMessage
from omnitui.core.operations import Operation, OpKind
from omnitui.core.recipients import reply_recipients
from omnitui.core.text.reply_quote import forward_subject, reply_subject
from omnitui.core.times import Instant
from omnitui.store import accounts, channels, drafts, identities, messages
from omnitui.store.connection import Cache, joined
from omnitui.store.targets import Target
from omnitui.triage import chatting
from omnitui.triage.agent import Agent
from omnitui.triage.steps import commit, look_up


def reply(
    cache: Cache, agent: Agent, conversation_id: int, *, everyone: bool = True, message_id: int | None = None
) -> Draft:
    """An answer to a message, or to the customer's newest. Raises NotFound when there is none to answer."""
    (target,) = look_up(cache, [conversation_id])
    if channels.possible(target.id).first(cache) is not None:
        return chatting.reply(cache, agent, target, message_id)
    message = _answered(cache, target, message_id)
    recipients = reply_recipients(
        message.sender,
        reply_to=message.reply_to,
        to=message.to,
        cc=message.cc,
        ours=identities.ours(cache, "email"),
        everyone=everyone,
    )
    return Draft(
        0,
        ConversationId(target.id),
        target.account,
        "reply_all" if everyone else "reply",
        message.id,
        recipients.to,
        recipients.cc,
        subject=reply_subject(message.subject or target.subject),
        saw_at=seen_up_to(target),
        author=agent.name,
    )


def forward(cache: Cache, agent: Agent, conversation_id: int, *, message_id: int | None = None) -> Draft:
    """A message passed on, with its files. Raises NotFound when there is none."""
    (target,) = look_up(cache, [conversation_id])
    if channels.possible(target.id).first(cache) is not None:
        raise Refused("A chat cannot be forwarded as a mail: copy what is to be passed on")
    message = _answered(cache, target, message_id)
    files = tuple(f"attachment:{file.id}" for file in messages.attachments([message.id]).all(cache) if not file.inline)
    return Draft(
        0,
        ConversationId(target.id),
        target.account,
        "forward",
        message.id,
        subject=forward_subject(message.subject or target.subject),
        attachments=files,
        author=agent.name,
    )


def fresh(agent: Agent, account: str, to: tuple[Address, ...] = (), subject: str = "") -> Draft:
    """A new mail from an account."""
    return Draft(0, None, account, "new", None, to, subject=subject, quote=False, author=agent.name)


def note(cache: Cache, agent: Agent, conversation_id: int) -> Draft:
    """A note that is being written."""
    (target,) = look_up(cache, [conversation_id])
    return Draft(0, ConversationId(target.id), target.account, "note", None, quote=False, author=agent.name)


def save(cache: Cache, agent: Agent, draft: Draft, now: Instant) -> Draft:
    """Keep a draft as it is now; returns it with its id. Its mailbox may never have been reached: it is known from here
    on, so that what is written from it is its own."""
    with joined(cache):
        for mailbox in agent.accounts:
            if mailbox.name == draft.account and accounts.number(cache, mailbox.name) is None:
                accounts.upsert(cache, mailbox.name, EMAIL, mailbox.address)
        return drafts.save(cache, draft, now)


def discard(cache: Cache, agent: Agent, draft: Draft, now: Instant) -> StepRow | None:
    """Throw a draft away; undo brings it back. None when it is gone already."""
    first = next(iter(draft.to), None)
    words = "a note" if draft.kind == "note" else "a draft"
    label = f"Threw away {words} to {first.name or first.email}" if first else f"Threw away {words}"
    key = look_up(cache, [draft.conversation_id])[0].key if draft.conversation_id else ""
    return commit(cache, agent, label, [Operation(OpKind.DRAFT, key, {"id": draft.id, "row": None})], now)


def seen_up_to(target: Target) -> Instant:
    """The customer's newest message here, by the server's clock: what the agent has before them. An answer is held
    when a newer one comes in before it leaves. Never 0, which means that nothing is asked (a forward, a new mail)."""
    return Instant(target.last_customer_at or 1)


def _answered(cache: Cache, target: Target, message_id: int | None) -> ThreadMessage:
    if message_id is not None:
        found = messages.by_ids([message_id]).first(cache)
        if found is None:
            raise NotFound("This message is gone")
        return found
    mails = [m for m in messages.thread(target.id, limit=500).all(cache) if m.class_ is not MessageClass.NOTE]
    if not mails:
        raise NotFound("There is no message to answer")
    return next((mail for mail in mails if mail.class_ is MessageClass.CUSTOMER), mails[0])
