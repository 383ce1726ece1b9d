"""Handing a message over once, and looking for one whose fate is not known."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from omnitui.core.errors import Refused
from omnitui.core.times import MINUTE
from omnitui.sync.channels.chatwoot import messages
from omnitui.sync.channels.chatwoot.client import PAGE, ChatwootClient, Missing
from omnitui.sync.channels.chatwoot.inboxes import Inboxes
from omnitui.sync.channels.chatwoot.multipart import multipart
from omnitui.sync.channels.chatwoot.starting import Starter
from omnitui.sync.channels.chatwoot.templates import inbox_of, template_params
from omnitui.sync.channels.chatwoot.values import moment, number, record, records, words
from omnitui.sync.channels.contract import Lookup, Outbound, Receipt
from omnitui.sync.http.messages import Unanswered

FILES = 15
"""Files that Chatwoot takes with one message."""
SLACK = 2 * MINUTE
"""Milliseconds by which its clock and ours may differ."""
LOOKED = 10
"""Pages that are looked through for a message of ours."""


@dataclass
class Sender:
    """Sends as one agent. `my_id` says who that is there."""

    client: ChatwootClient
    inboxes: Inboxes
    starter: Starter
    my_id: Callable[[], int | None]
    claimed: dict[str, str] = field(default_factory=dict)
    """Messages there that are known to be of one of our sends, by its key."""

    async def send(self, draft: Outbound) -> Receipt:
        """Write an answer, a note or a template. Chatwoot hands it on to the inbox's channel by itself."""
        if len(draft.files) > FILES:
            raise Refused(f"Chatwoot takes {FILES} files with a message at most")
        params = await self._template(draft)
        room = draft.conversation
        if not room:
            room = await self.starter.conversation_for(draft)
            # Ours already where an earlier try came so far, or where the inbox keeps one conversation a contact.
            there = await self._look(draft, room)
            if there.state == "found":
                return Receipt("duplicate", there.remote_id, conversation=room)
        extra: dict[str, object] = {messages.KEY: draft.key}
        if draft.reply_to.isdigit():
            extra["in_reply_to"] = int(draft.reply_to)
        if draft.files:
            kind, body = await asyncio.to_thread(_form, draft, extra)
            made = await self.client.create_form(room, kind, body)
        else:
            fields: dict[str, object] = {
                "content": draft.text,
                "message_type": "outgoing",
                "private": draft.private,
                "content_attributes": extra,
                "echo_id": draft.key,
            }
            made = await self.client.create(room, {**fields, **({"template_params": params} if params else {})})
        id_ = messages.identity(made)
        if id_ is None:
            raise Unanswered("Chatwoot took the message, as it seems, without saying under which number")
        self.claimed[str(id_)] = draft.key
        return Receipt("accepted", str(id_), conversation="" if draft.conversation else room)

    async def reconcile(self, draft: Outbound) -> Lookup:
        """By our key where the server keeps it; else by the text, the time and ourselves as the writer."""
        room = draft.conversation or await self.starter.begun(draft)
        return await self._look(draft, room) if room else Lookup("absent")

    async def _template(self, draft: Outbound) -> dict[str, Any]:
        """The template's values as Chatwoot takes them; empty for any other message. Raises Refused."""
        if draft.template is None:
            return {}
        if draft.files:
            raise Refused("a template takes no files of its own; send them in a message after it")
        wanted = inbox_of(draft.template.id)
        if draft.conversation:
            inbox = await self.inboxes.find(draft.conversation)
            if inbox is not None and inbox.id != wanted:
                raise Refused(f"the template is of another inbox than {inbox.name}; choose one of this inbox")
        known = [one for one in await self.inboxes.refresh() if one.id == wanted]
        return template_params(known, draft.template)

    async def _look(self, draft: Outbound, room: str) -> Lookup:
        first, before = draft.composed_at - SLACK, 0
        alike: list[str] = []
        for _ in range(LOOKED):
            try:
                page = await self.client.messages(room, before=before)
            except Missing as error:
                return Lookup("cannot_tell", detail=str(error))
            for one in page:
                id_ = str(messages.identity(one) or "")
                if id_ and messages.key_of(one) == draft.key:
                    return Lookup("found", id_)
                if self._fits(one, draft, first) and self.claimed.get(id_, draft.key) == draft.key:
                    alike.append(id_)
            ids = [each for one in page if (each := messages.identity(one)) is not None]
            times = [at for one in page if (at := moment(one.get("created_at"))) is not None]
            if len(page) < PAGE or (times and min(times) < first):
                return self._verdict(alike, draft)
            before = min(ids, default=0)
        return Lookup("cannot_tell", detail="too much was written since to look through")

    def _fits(self, one: dict[str, Any], draft: Outbound, first: int) -> bool:
        """Whether a message without a key may be this draft."""
        sender = record(one.get("sender"))
        at = moment(one.get("created_at"))
        return (
            messages.type_of(one) == messages.OUTGOING
            and not messages.key_of(one)
            and number(sender.get("id")) == self.my_id()
            and words(sender.get("type")) in ("user", "")
            and (one.get("private") is True) == draft.private
            and words(one.get("content")).split() == draft.text.split()
            and len(records(one.get("attachments"))) == len(draft.files)
            and at is not None
            and at >= first
        )

    def _verdict(self, alike: list[str], draft: Outbound) -> Lookup:
        if len(alike) == 1:
            self.claimed[alike[0]] = draft.key
            return Lookup("found", alike[0], "recognised by its text and time")
        if alike:
            return Lookup("cannot_tell", detail="several messages there say the same")
        return Lookup("absent")


def _form(draft: Outbound, extra: dict[str, object]) -> tuple[str, bytes]:
    fields = {
        "content": draft.text,
        "message_type": "outgoing",
        "private": "true" if draft.private else "false",
        "content_attributes": json.dumps(extra),
        "echo_id": draft.key,
    }
    return multipart(fields, "attachments[]", [(file, file.path.read_bytes()) for file in draft.files])
