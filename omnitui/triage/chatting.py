"""Answering in a chat: to whom, whether it may still go, and what is done to single messages afterwards."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any, NamedTuple

from omnitui.core.channels import Capabilities, Window, window_of
from omnitui.core.chat_sending import length, parts
from omnitui.core.errors import NotFound, Refused
from omnitui.core.mail import Address
from omnitui.core.models import ConversationId, Draft, MessageClass, MessageId, StepRow, ThreadMessage
from omnitui.core.operations import Operation, OpKind
from omnitui.core.outgoing import Outgoing, OutgoingFile, to_json
from omnitui.core.saved_replies import unresolved, without_escapes
from omnitui.core.times import SECOND, Instant
from omnitui.store import channels, drafts, identities, messages
from omnitui.store.channels import Possible
from omnitui.store.chat.scene import remote_of
from omnitui.store.chat.sending import partner
from omnitui.store.connection import Cache, joined
from omnitui.store.targets import Target
from omnitui.triage import elsewhere, files
from omnitui.triage.agent import Agent
from omnitui.triage.steps import commit, look_up


class When(NamedTuple):
    """When a message leaves: at a time or as soon as may be, then only if they have not replied; and when the
    conversation opens again unless they reply."""

    at: Instant | None = None
    unless_reply: bool = False
    follow_up: Instant | None = None


def reply(cache: Cache, agent: Agent, target: Target, message_id: int | None) -> Draft:
    """An answer in a chat; `message_id` is what it answers, where the channel can say so."""
    who = partner(target.id).first(cache)
    return Draft(
        0, ConversationId(target.id), target.account, "reply", None if message_id is None else MessageId(message_id),
        (who,) if who else (), quote=False, saw_at=Instant(target.last_customer_at or 1), author=agent.name,
    )  # fmt: skip


def window(cache: Cache, conversation_id: int, now: Instant) -> Window:
    """What may be sent in a conversation now."""
    here = channels.possible(conversation_id).first(cache)
    if here is None:
        return Window("open")
    return window_of(here.capabilities, here.last_customer_at, now, here.barred)


def send(
    cache: Cache,
    agent: Agent,
    draft: Draft,
    now: Instant,
    when: When,
    *,
    attachments: Path,
) -> StepRow | None:
    """Put a chat's draft into the outbox, held for the account's undo seconds or until `when.at`.

    Raises Refused when the channel would not take it: too long, outside its window, no such person; the draft stays.
    """
    account = agent.channel(draft.account)
    can = channels.capabilities(draft.account).first(cache)
    if account is None or can is None:
        raise Refused(f"The account {draft.account} has not been reached yet: start `omnitui sync` once")
    target = look_up(cache, [draft.conversation_id])[0] if draft.conversation_id else None
    here = target if target is not None and target.account == draft.account else None
    possible = channels.possible(here.id).first(cache) if here else None
    chat = json.loads(draft.chat) if draft.chat else {}
    can = possible.capabilities if possible else can
    kept = files.keep(cache, attachments, draft.attachments)
    _check(draft, chat, can, kept)
    if possible is None and (not can.may_start or not draft.to):
        raise Refused("On this channel the customer must write first")
    if possible is not None and not chat.get("template"):
        _check_window(possible, when.at or now)
    answered = messages.by_ids([draft.message_id]).first(cache) if draft.message_id else None
    with joined(cache):
        draft = drafts.save(cache, draft, now)
        if here is None:
            identities.ensure(cache, account.channel, draft.to)
        held = now + account.undo_seconds * SECOND if account.undo_seconds else 0
        chat |= {
            "conversation": remote_of(cache, here.id) if here else "",
            "reply_to": _remote_id(cache, answered) if can.reply_to and here else "",
        }
        payload = {
            "not_before": when.at if when.at is not None else held,
            "saw_at": draft.saw_at,
            "author": agent.name,
            **({} if here else {"account": draft.account}),
            **({"unless_reply": True} if when.unless_reply else {}),
        }
        key = here.key if here else f"{draft.account} {uuid.uuid4().hex}"
        sender = Address(account.display_name or account.name, "")
        each = _messages(drafts.frozen(cache, draft.id) or {}, draft, can, (sender, kept, now), chat)
        operations = [Operation(OpKind.SEND, key, {**payload, **one}) for one in each]
        if when.follow_up is not None:
            saw = (here.last_customer_at or 0) if here else 0
            operations.append(Operation(OpKind.FOLLOW_UP, key, {"at": when.follow_up, "saw": saw}))
        if target is not None and here is None:
            operations += elsewhere.told(agent, target, draft.account, now)
        operations += elsewhere.answered(cache, agent, draft, here, now)
        to = draft.to[0] if draft.to else None
        name = (to.name or to.email) if to else (here.contact_name if here else "")
        return commit(cache, agent, f"Sent to {name or 'the chat'}", operations, now)


def _messages(
    frozen: dict[str, Any],
    draft: Draft,
    can: Capabilities,
    what: tuple[Address, tuple[OutgoingFile, ...], Instant],
    chat: dict[str, Any],
) -> list[dict[str, Any]]:
    """What is particular to each message that the draft becomes: most often one. Taken back, each is the draft of what
    it held, and all together the draft that it was."""
    sender, kept, now = what
    words = without_escapes(draft.body)
    pieces = [(words, slice(None))] if chat.get("template") else parts(can, words, len(kept))
    made = []
    for index, (text, which) in enumerate(pieces):
        item = uuid.uuid4().hex
        mail = Outgoing(item, f"{item} {draft.account}", now, sender, draft.to, body=text, files=kept[which])
        own = {"body": draft.body if text or not index else "", "attachments": json.dumps(draft.attachments[which])}
        one: dict[str, Any] = {"outgoing": json.loads(to_json(mail)), "chat": chat, "draft": frozen}
        if len(pieces) > 1:
            one |= {"draft": {**frozen, **own}, "part": list(draft.attachments)}
        if index:
            one["chat"] = {name: value for name, value in chat.items() if name != "reply_to"}
        made.append(one)
    return made


def _check(draft: Draft, chat: dict[str, object], can: Capabilities, kept: tuple[OutgoingFile, ...]) -> None:
    if not draft.body.strip() and not kept and not chat.get("template"):
        raise Refused("There is nothing in it: write something first")
    blanks = unresolved(draft.body)
    if blanks:
        raise Refused(f"{', '.join(blanks)} is not filled in: write what belongs there. Nothing was sent")
    if can.most_text and length(can, draft.body.strip()) > can.most_text:
        over = length(can, draft.body.strip()) - can.most_text
        raise Refused(f"It is {over:,} characters longer than the channel's {can.most_text:,}: shorten it")
    if kept and not can.attachments:
        raise Refused("This channel takes no files: take them out")
    if chat.get("template") and can.most_files and len(kept) > can.most_files:
        raise Refused("A template takes one file at most: send the others after it")
    for file in kept:
        if can.most_file and file.size > can.most_file:
            raise Refused(f"{file.name} is larger than the channel's {can.most_file / 1_000_000:.0f} MB")


def _check_window(possible: Possible, at: Instant) -> None:
    shut = window_of(possible.capabilities, possible.last_customer_at, at, possible.barred)
    if shut.kind != "open":
        raise Refused(f"{shut.words}: {'choose a template' if shut.kind == 'template' else 'it cannot be sent'}")


def _remote_id(cache: Cache, answered: ThreadMessage | None) -> str:
    return "" if answered is None else (messages.remote_id(answered.id).first(cache) or "")


def edit(cache: Cache, agent: Agent, message_id: int, text: str, now: Instant) -> StepRow | None:
    """Another text for a message of ours. Raises Refused where the channel cannot, NotFound."""
    message = _ours(cache, message_id)
    _must(cache, message, "edit", "cannot edit messages")
    if not text.strip():
        raise Refused("There is nothing in it: to take it back, delete it")
    return commit(cache, agent, "Edited a message", [Operation(OpKind.MESSAGE_EDIT, message.mid, {"text": text})], now)


def delete(cache: Cache, agent: Agent, message_id: int, now: Instant) -> StepRow | None:
    """Take a message of ours back at the other side, after the account's undo seconds. Raises Refused, NotFound."""
    message = _ours(cache, message_id)
    _must(cache, message, "delete", "cannot take messages back")
    target = look_up(cache, [message.conversation_id])[0]
    account = agent.channel(target.account)
    wait = (account.undo_seconds if account else 0) * SECOND
    payload = {"on": True, "not_before": now + wait if wait else 0}
    return commit(cache, agent, "Took a message back", [Operation(OpKind.MESSAGE_DELETE, message.mid, payload)], now)


def react(cache: Cache, agent: Agent, message_id: int, emoji: str, on: bool, now: Instant) -> StepRow | None:
    """Put an emoji to a message, or take it away. Raises Refused where the channel has no reactions, NotFound."""
    message = messages.by_ids([message_id]).first(cache)
    if message is None:
        raise NotFound("This message is gone")
    _must(cache, message, "react", "has no reactions")
    if not emoji.strip():
        raise Refused("Say which emoji")
    label = f"Reacted with {emoji}" if on else f"Took {emoji} away"
    return commit(cache, agent, label, [Operation(OpKind.REACT, message.mid, {"emoji": emoji, "on": on})], now)


def _must(cache: Cache, message: ThreadMessage, ability: str, words: str) -> None:
    here = channels.possible(message.conversation_id).first(cache)
    if here is None:
        raise Refused("That is done in chats, and this is none")
    if not getattr(here.capabilities, ability):
        raise Refused(f"{here.channel} {words}")


def _ours(cache: Cache, message_id: int) -> ThreadMessage:
    message = messages.by_ids([message_id]).first(cache)
    if message is None:
        raise NotFound("This message is gone")
    if message.class_ not in (MessageClass.HUMAN, MessageClass.MACHINE):
        raise Refused("Only messages of ours can be changed")
    return message
