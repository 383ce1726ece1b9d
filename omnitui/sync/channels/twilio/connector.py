"""One Twilio account at work."""

from __future__ import annotations

import json
from typing import BinaryIO

from omnitui.core.channels import Capabilities
from omnitui.core.errors import ConfigError, NotFound, ProtocolError, Refused
from omnitui.core.times import SECOND, Instant
from omnitui.sync.channels.contract import (
    Batch,
    Connector,
    Lookup,
    Outbound,
    Probe,
    PullBudget,
    Receipt,
    Setup,
    Template,
)
from omnitui.sync.channels.twilio import cursor as cursors
from omnitui.sync.channels.twilio import mapping
from omnitui.sync.channels.twilio.addresses import MEGABYTE, SMS, WHATSAPP, Pair, named, split
from omnitui.sync.channels.twilio.client import Declined, Twilio
from omnitui.sync.channels.twilio.feeds import Place, feeds, step
from omnitui.sync.channels.twilio.fields import text
from omnitui.sync.channels.twilio.history import older
from omnitui.sync.channels.twilio.lookup import SKEW, Circumstances, look
from omnitui.sync.channels.twilio.optout import STOPPED
from omnitui.sync.channels.twilio.probing import probe
from omnitui.sync.channels.twilio.publishing import published
from omnitui.sync.channels.twilio.reading import Reading
from omnitui.sync.channels.twilio.settings import TwilioSettings

LONGEST = 1600
"""Characters of a message (Twilio's error 21617)."""
TEMPLATE_PAGES = 20


class TwilioConnector(Connector):
    """SMS, WhatsApp and calls of one account."""

    def __init__(self, setup: Setup) -> None:
        settings: TwilioSettings = setup.settings
        self.capabilities = settings.abilities.whole
        self._settings, self._clock = settings, setup.clock
        self._client = Twilio(setup.http, settings, setup.secrets["auth_token"])
        self._started = setup.clock()
        self._tried: dict[str, Instant] = {}
        self._sent: dict[str, str] = {}
        self._fresh: dict[str, str] = {}
        self._refused: dict[str, Instant] = {}

    async def probe(self) -> Probe:
        """Login, numbers and what may be read."""
        return await probe(self._client, self._settings)

    async def pull(self, cursor: str, budget: PullBudget) -> Batch:
        """A page of each list, and the fate of what was not at its end."""
        now = self._clock()
        state = cursors.read(cursor)
        fresh = dict(self._fresh)
        for sid, conversation in fresh.items():
            state.open.setdefault(sid, cursors.Open(now, now, "", conversation))
        reading = Reading(self._client, self._settings, state, now)
        refused = dict(self._refused)
        told = [reading.opt_outs.stop(pair, at, "Twilio refuses messages to them") for pair, at in refused.items()]
        reading.events += [event for event in told if event is not None]
        places: dict[str, Place] = {}
        more = history = False
        for feed in feeds(self._settings):
            place = state.places.get(feed.name, Place())
            items, places[feed.name], goes_on = await step(self._client, feed, place, now, self._settings.history_days)
            more |= goes_on
            # A later page of the walk that is the first.
            history |= bool(place.then) and not place.high
            await reading.take(feed.resource, items)
        await reading.look_again()
        after = cursors.Cursor(places, reading.open, reading.opt_outs.known).text()
        wait = None if more else float(self._settings.poll_seconds)
        token = (tuple(fresh), tuple(refused))
        return Batch(tuple(reading.events), after, more, wait, token, history)

    async def committed(self, batch: Batch) -> None:
        """The cursor on the disk names the sends of the batch: they need not be remembered here."""
        fresh, refused = batch.token or ((), ())
        for sid in fresh:
            self._fresh.pop(sid, None)
        for conversation in refused:
            self._refused.pop(conversation, None)

    async def backfill(self, conversation: str, before: str) -> Batch:
        """Older messages of a pair of numbers."""
        reading = Reading(self._client, self._settings, cursors.Cursor(), self._clock())
        return await older(self._client, reading, conversation, before)

    async def send(self, draft: Outbound) -> Receipt:
        """One message. Twilio takes no key of ours: nothing is sent a second time from here."""
        whose, wrong = self._whither(draft)
        if whose is None or wrong:
            return Receipt("rejected", detail=wrong)
        fields = {"From": whose.sender, "To": whose.recipient}
        if self._settings.messaging_service_sid and whose.kind == SMS:
            fields["MessagingServiceSid"] = self._settings.messaging_service_sid
        if draft.template is not None:
            fields["ContentSid"] = draft.template.id
            if draft.template.variables:
                fields["ContentVariables"] = json.dumps(dict(draft.template.variables))
        elif draft.text.strip():
            fields["Body"] = draft.text
        files = [await published(self._settings.publish_command, file) for file in draft.files]
        self._tried[draft.key] = self._clock()
        try:
            made = await self._client.send([*fields.items(), *(("MediaUrl", address) for address in files)])
        except Declined as declined:
            if declined.code == STOPPED:
                # A little earlier: a START that is older than the refusal by Twilio's clock does not undo it.
                self._refused[whose.id] = Instant(self._clock() - SKEW)
            return Receipt("rejected", detail=str(declined))
        except NotFound:
            raise Refused("Twilio has no such account; check the account SID") from None
        sid = text(made, "sid")
        if not sid:
            raise ProtocolError("Twilio took the message and did not say under which id")
        self._sent[sid] = draft.key
        if mapping.REACHED.get(text(made, "status")) == "failed":
            return Receipt("rejected", sid, mapping.trouble(made), whose.id)
        self._fresh[sid] = whose.id
        return Receipt("accepted", sid, conversation=whose.id)

    async def reconcile(self, draft: Outbound) -> Lookup:
        """By numbers, time and text; absent only when Twilio has had the time to list it."""
        whose, wrong = self._whither(draft)
        if whose is None or wrong:
            return Lookup("absent", detail=wrong)
        tried = max(self._tried.get(draft.key, self._started), draft.composed_at)
        settled = self._clock() - tried >= self._settings.index_seconds * SECOND
        others = {sid for sid, key in self._sent.items() if key != draft.key}
        service = bool(self._settings.messaging_service_sid) and whose.kind == SMS
        rewritten = draft.template is not None or service or bool(draft.files)
        return await look(self._client, draft, whose, Circumstances(others, settled, rewritten))

    def narrowed(self, conversation: str) -> Capabilities:
        """SMS has segments and no window; WhatsApp has a window and templates."""
        whose = named(conversation)
        return self._settings.abilities.of(whose.kind) if whose is not None else self.capabilities

    async def templates(self) -> tuple[Template, ...]:
        """Those that WhatsApp has approved."""
        found: list[Template] = []
        then = ""
        for _ in range(TEMPLATE_PAGES):
            page, then = await self._client.contents(then)
            found += [one for one in map(mapping.template, page) if one is not None]
            if not then:
                break
        return tuple(found)

    async def fetch_attachment(self, ref: str, into: BinaryIO) -> None:
        """A file of a message, or a recording."""
        await self._client.save(ref, into)

    def _whither(self, draft: Outbound) -> tuple[Pair | None, str]:
        """Whom it goes to and from which number, or why it cannot go."""
        whose = named(draft.conversation) if draft.conversation else self._new(draft)
        if whose is None:
            return None, "there is no number of yours to send it from, or none to send it to; name yours in the config"
        can = self._settings.abilities.of(whose.kind)
        if draft.files and not can.attachments:
            return (
                whose,
                "Twilio takes files only from a public web address (publish_command); send the text without them",
            )
        if draft.files and draft.template is not None:
            return whose, "the files of a template are part of it at Twilio; send yours as a message of their own"
        if any(file.size > can.most_file for file in draft.files):
            return whose, f"files may have {can.most_file // MEGABYTE} MB here"
        if draft.template is None and not draft.text.strip() and not draft.files:
            return whose, "there is no text to send"
        if len(draft.text) > LONGEST:
            return whose, f"the text is longer than {LONGEST} characters"
        return whose, ""

    def _new(self, draft: Outbound) -> Pair | None:
        """A conversation that begins: from the first of our numbers of that kind."""
        address = draft.to[0].address or draft.to[0].phone if draft.to else ""
        kind, theirs = split(address)
        if draft.template is not None and address and ":" not in address:
            kind = WHATSAPP
        ours = [bare for sort, bare in map(split, self._settings.numbers) if sort == kind]
        return Pair(kind, ours[0], theirs) if ours and theirs else None


def connect(setup: Setup) -> TwilioConnector:
    """For the registry. Raises ConfigError without a secret."""
    if not setup.secrets.get("auth_token"):
        raise ConfigError(f"the account {setup.name} has no token; `omnitui secret set {setup.name}` takes it")
    return TwilioConnector(setup)
