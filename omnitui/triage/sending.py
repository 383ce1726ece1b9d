"""Send, take back, try again. The mail is frozen when the agent presses the key; the worker only carries it out."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from omnitui.config.schema import AccountSettings
from omnitui.core import own_ids
from omnitui.core.errors import NotFound, Refused
from omnitui.core.mail import Address
from omnitui.core.models import Draft, StepRow, ThreadMessage
from omnitui.core.operations import Operation, OpKind
from omnitui.core.outgoing import Outgoing, to_json
from omnitui.core.recipients import check_address
from omnitui.core.saved_replies import unresolved, without_escapes
from omnitui.core.text.clean import safe_text
from omnitui.core.text.reply_quote import forward_quote, reply_quote
from omnitui.core.times import SECOND, Instant, as_datetime
from omnitui.store import drafts, identities, log, messages, outbox
from omnitui.store.connection import Cache, joined
from omnitui.store.outbox import OutboxItem
from omnitui.store.secret_key import secret_key
from omnitui.store.sending import settle_sent
from omnitui.store.targets import Target
from omnitui.triage import chatting, drafting, elsewhere, files
from omnitui.triage.agent import Agent
from omnitui.triage.steps import commit, look_up


def send(
    cache: Cache,
    agent: Agent,
    draft: Draft,
    now: Instant,
    *,
    attachments: Path,
    at: Instant | None = None,
    unless_reply: bool = False,
    follow_up: Instant | None = None,
) -> StepRow | None:
    """Put a draft into the outbox: held for the account's undo seconds, or until `at` (send later).

    With `unless_reply` it leaves at `at` only if they have not replied by then (`follow_ups.settle` takes it back).
    `follow_up`: open the conversation again then, unless they reply; one step with the sending.
    `attachments` is the folder for files. Raises Refused when nobody is to get it, an address or a file is bad, or the
    account cannot send; the draft is then untouched.
    """
    if agent.channel(draft.account) is not None:
        when = chatting.When(at, unless_reply, follow_up)
        return chatting.send(cache, agent, draft, now, when, attachments=attachments)
    account = agent.account(draft.account)
    _check(draft)
    kept = files.keep(cache, attachments, draft.attachments)
    with joined(cache):
        # As it is now, not as it was saved last: it is what undo brings back.
        draft = drafting.save(cache, agent, draft, now)
        identities.ensure(cache, "email", [*draft.to, *draft.cc, *draft.bcc])
        target = look_up(cache, [draft.conversation_id])[0] if draft.conversation_id else None
        here = target if target is not None and target.account == account.name else None
        mail = replace(_outgoing(cache, agent, draft, here, now), files=kept)
        later = at if at is not None else now + account.undo_seconds * SECOND if account.undo_seconds else 0
        payload = {
            "outgoing": json.loads(to_json(mail)),
            "draft": drafts.frozen(cache, draft.id),
            "not_before": later,
            "saw_at": draft.saw_at,
            "author": agent.name,
            **({} if here else {"account": account.name}),
            **({"unless_reply": True} if unless_reply else {}),
        }
        key = here.key if here else f"{account.name} {mail.mid}"
        operations = [Operation(OpKind.SEND, key, payload)]
        if follow_up is not None:
            saw = (here.last_customer_at or 0) if here else 0
            operations.append(Operation(OpKind.FOLLOW_UP, key, {"at": follow_up, "saw": saw}))
        if target is not None and here is None:
            operations += elsewhere.told(agent, target, mail.sender.email, now)
        operations += elsewhere.answered(cache, agent, draft, here, now)
        return commit(cache, agent, _label(draft), operations, now)


def _check(draft: Draft) -> None:
    people = [*draft.to, *draft.cc, *draft.bcc]
    if not people:
        raise Refused("Nobody is to get it: add a recipient")
    for person in people:
        check_address(person.email)
    if not draft.body.strip() and not draft.attachments and draft.kind != "forward":
        raise Refused("There is nothing in it: write something first")
    blanks = unresolved(f"{draft.subject}\n{draft.body}")
    if blanks:
        raise Refused(f"{', '.join(blanks)} is not filled in: write what belongs there. Nothing was sent")


def _outgoing(cache: Cache, agent: Agent, draft: Draft, here: Target | None, now: Instant) -> Outgoing:
    """The mail, frozen: what it will say under which name. `here` is the conversation that it stays in."""
    account = agent.account(draft.account)
    item, answered = uuid.uuid4().hex, _answered(cache, draft)
    answers, references = _links(cache, draft, answered)
    domain = account.address.rpartition("@")[2]
    mid = own_ids.make_mid(secret_key(cache), here.key if here else f"{account.name} {item}", item, domain)
    return Outgoing(
        item,
        mid,
        now,
        _sender(account, answered, draft.sender),
        draft.to,
        draft.cc,
        draft.bcc,
        subject=safe_text(draft.subject, lines=False),
        body=without_escapes(draft.body),
        signature=account.signature,
        quote=_quote(cache, agent, draft, answered),
        in_reply_to=answers,
        references=references,
    )


def _label(draft: Draft) -> str:
    first = (draft.to or draft.cc or draft.bcc)[0]
    more = len(draft.to) + len(draft.cc) + len(draft.bcc) - 1
    words = "Forwarded to" if draft.kind == "forward" else "Sent to"
    return f"{words} {first.name or first.email}{f' and {more} more' if more else ''}"


def _answered(cache: Cache, draft: Draft) -> ThreadMessage | None:
    return None if draft.message_id is None else messages.by_ids([draft.message_id]).first(cache)


def _sender(account: AccountSettings, answered: ThreadMessage | None, wanted: str) -> Address:
    """From the address that was chosen; else from the one that the customer wrote to, where that is an alias."""
    if wanted in (account.address, *account.aliases):
        return Address(account.display_name, wanted)
    written_to = [person.email.lower() for person in (*answered.to, *answered.cc)] if answered else []
    alias = next((alias for alias in account.aliases if alias.lower() in written_to), None)
    return Address(account.display_name, alias or account.address)


def _links(cache: Cache, draft: Draft, answered: ThreadMessage | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """In-Reply-To, and References with the answered mail last (RFC 5322 3.6.4). Ids that were only derived here stay
    here, and a forward answers nobody."""
    if answered is None or draft.kind == "forward":
        return (), ()
    refs = messages.references(answered.id).first(cache) or ()
    known = [mid for mid in (*refs, answered.mid) if not mid.endswith(".invalid")]
    return tuple(mid for mid in (answered.mid,) if mid in known), tuple(dict.fromkeys(known))


def _quote(cache: Cache, agent: Agent, draft: Draft, answered: ThreadMessage | None) -> str:
    if answered is None or not (draft.quote or draft.kind == "forward"):
        return ""
    body = messages.bodies([answered.id]).first(cache)
    text = body.text if body else ""
    at = as_datetime(answered.sent_at or answered.at).astimezone(ZoneInfo(agent.zone))
    if draft.kind == "forward":
        return forward_quote(answered.sender, at, answered.subject, answered.to, answered.cc, text)
    return reply_quote(answered.sender, at, text)


def cancel_send(
    cache: Cache, agent: Agent, item_id: str, now: Instant, *, label: str = "Took back ", undoable: bool = True
) -> StepRow | None:
    """Take a mail out of the outbox; its draft is there again, to be edited or thrown away.

    Raises Refused when it is on its way, was sent, or may have been; NotFound when there is no such item.
    """
    item = _item(cache, item_id)
    head = messages.by_ids([item.message_id or 0]).first(cache)
    if head is None:
        outbox.cancel(cache, item_id, now)
        return None
    again = {
        "outgoing": item.payload,
        "draft": None,
        "not_before": item.not_before,
        "saw_at": item.saw_at,
        "author": head.author,
    }
    with joined(cache):
        payload = log.way_back(cache, item.step_id or 0, OpKind.UNSEND, head.mid)
        payload = payload or {"people": [], "created": False, "again": again}
        unsend = Operation(OpKind.UNSEND, head.mid, payload)
        return commit(cache, agent, label + (head.subject or "a mail"), [unsend], now, undoable=undoable)


def send_now(cache: Cache, item_id: str, now: Instant) -> None:
    """Do not wait: end the undo window or the pause before another try, or try a failed one and one that asks again.

    Raises Refused when it may have been sent already (`retry_send` and `arrived` decide that) or waits for nothing.
    """
    item = _item(cache, item_id)
    if outbox.hurry(cache, item.id, now):
        return
    if item.may_have_gone:
        raise Refused("It may have arrived already: say that it did (sent), or that it did not (again)")
    outbox.answer(cache, item.id, "send", now)


def retry_send(cache: Cache, item_id: str, now: Instant) -> None:
    """Send it (again) at once: a failed one, one that asks, or an unknown one that the agent is sure has not arrived.

    Raises Refused when it waits for no decision, NotFound when there is no such item.
    """
    outbox.answer(cache, _item(cache, item_id).id, "send", now)


def arrived(cache: Cache, item_id: str, now: Instant) -> None:
    """The agent knows that an unknown one has arrived. Raises Refused when that is no question."""
    item = _item(cache, item_id)
    if not item.may_have_gone:
        raise Refused("It is known whether this was sent")
    settle_sent(cache, item.id, "You said that it was sent", now, copy="chat" not in item.payload)


def give_up(cache: Cache, agent: Agent, item_id: str, now: Instant) -> StepRow | None:
    """Do not send it (again). What has certainly not been sent goes back to its draft (`cancel_send`), with undo; what
    may have been is only put aside and stays in the thread."""
    item = _item(cache, item_id)
    if not item.may_have_gone:
        return cancel_send(cache, agent, item_id, now)
    outbox.answer(cache, item.id, "drop", now)
    return None


def _item(cache: Cache, item_id: str) -> OutboxItem:
    item = outbox.by_id(item_id).first(cache)
    if item is None:
        raise NotFound(f"There is no item {item_id} in the outbox")
    return item
