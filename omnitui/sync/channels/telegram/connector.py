"""A Telegram bot at work.

Cursor: `{"offset", "heard", "last"}`.

- `offset` is the first update that we have not got; asking with it lets go of those before it, so it is only said once
  they are on the disk.
- `heard` is when nothing was left waiting at Telegram, which keeps updates for 24 hours: when more time than that has
  passed, a gap is reported.
- `last` is when an update came: after a quiet week Telegram may go on with any number, also a lower one (object
  `Update`), so by then no offset is said.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import replace
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from omnitui.core.channel_events import Event, GapEvent
from omnitui.core.channels import Window, window_of
from omnitui.core.errors import NotFound, ProtocolError, Refused
from omnitui.core.times import DAY, MINUTE, Instant
from omnitui.sync.channels.contract import (
    Action,
    Batch,
    Connector,
    Finding,
    Outbound,
    Probe,
    PullBudget,
    Receipt,
    Setup,
    Standing,
)
from omnitui.sync.channels.telegram import CAPABILITIES
from omnitui.sync.channels.telegram.actions import carry_out
from omnitui.sync.channels.telegram.client import SILENCE, Api, Moved
from omnitui.sync.channels.telegram.mapping import WANTED, Bot, connection_ids, events_of
from omnitui.sync.channels.telegram.notes import Connection, Notes, connection_of
from omnitui.sync.channels.telegram.reading import number, record, user, words
from omnitui.sync.channels.telegram.routes import Route, route_of
from omnitui.sync.channels.telegram.sending import call_for

KEPT = DAY
"""How long Telegram keeps an update for us (getUpdates)."""
QUIET = 6 * DAY
"""Without an update for so long, the next may have any number; Telegram says a week."""
PAGE = 100
"""Updates in one answer at most."""
LONGEST_POLL = 50.0
"""Seconds that one poll stays open at most."""


class TelegramConnector(Connector):
    """See the module."""

    capabilities = CAPABILITIES

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._settings = setup.settings
        self._api = Api(setup.http, self._settings.api, setup.secrets.get("bot_token", ""))
        self._notes = Notes(setup.notes / "telegram.json")
        self._read = False
        self._id = 0

    async def probe(self) -> Probe:
        """Who the bot is, and whether somebody else gets its messages. Asks only: a poll would cut off another one."""
        me = record(await self._api.ask("getMe"))
        hook = words(record(await self._api.ask("getWebhookInfo")).get("url"))
        findings = []
        if hook:
            host = _host(hook)
            findings.append(
                Finding(
                    "missing",
                    f"The bot has a webhook at {host}, which gets its messages: remove it there, or make a bot of its "
                    "own for omnitui; omnitui never removes it by itself.",
                )
            )
        if me.get("can_join_groups") is not False and me.get("can_read_all_group_messages") is not True:
            findings.append(
                Finding(
                    "warning",
                    "In groups the bot sees only commands and answers to itself: write /setprivacy to @BotFather and "
                    "turn it off, or make the bot an administrator.",
                )
            )
        if me.get("can_connect_to_business") is not True:
            findings.append(
                Finding(
                    "warning",
                    "The bot cannot answer for a Telegram Business account: turn on Business Mode at @BotFather if "
                    "you want that.",
                )
            )
        identity = user(me)
        if identity is None:
            raise ProtocolError("Telegram did not say who the bot is")
        return Probe(identity, tuple(findings))

    async def pull(self, cursor: str, budget: PullBudget) -> Batch:
        """One getUpdates: at most 100 updates, or as long as `budget` lets it wait for the first.

        There is no history: the first pull brings what Telegram has kept of the last 24 hours.
        """
        await self._ready()
        if not self._id:
            self._id = number(record(await self._api.ask("getMe")).get("id"))
        asked_at = self._setup.clock()
        offset, heard, last = _read_cursor(cursor, asked_at)
        limit = max(1, min(PAGE, budget.events))
        timeout = int(max(0.0, min(LONGEST_POLL, budget.seconds)))
        fields: dict[str, Any] = {"limit": limit, "timeout": timeout, "allowed_updates": list(WANTED)}
        if offset and asked_at - last < QUIET:
            fields["offset"] = offset
        found = await self._api.ask("getUpdates", fields, silence=timeout + SILENCE)
        if not isinstance(found, list):
            raise ProtocolError("Telegram answered something else than updates")
        await self._learn(found)
        now = self._setup.clock()
        events: list[Event] = []
        if heard and asked_at - heard > KEPT:
            # What comes in the next minutes of the same queue is within the same gap.
            until = Instant(asked_at - KEPT + 5 * MINUTE)
            reason = "omnitui was away for more than 24 hours, and Telegram keeps messages for no longer"
            events.append(GapEvent(since=heard, until=until, reason=reason))
            heard = until
        bot = Bot(self._id, now, _team(self._settings.team), self._notes.owners())
        for update in found:
            events.extend(events_of(update, bot))
        more = len(found) >= limit
        serials = [number(record(update).get("update_id")) for update in found]
        state = {
            "offset": max(serials) + 1 if serials else offset,
            "heard": (heard or asked_at) if more else asked_at,
            "last": asked_at if found else last,
        }
        return Batch(tuple(events), json.dumps(state), more, 0.0)

    async def send(self, draft: Outbound) -> Receipt:
        """One request for one message (`sending.py`). A group that has moved is followed: nothing was done by then."""
        await self._ready()
        if not draft.conversation:
            raise Refused("a bot cannot write first: Telegram lets it answer those who have written to it")
        route = route_of(draft.conversation)
        try:
            return await self._send(draft, route)
        except Moved as moved:
            there = replace(route, chat=moved.chat)
            receipt = await self._send(replace(draft, reply_to=""), there)
            return replace(receipt, conversation=there.conversation)

    async def _send(self, draft: Outbound, route: Route) -> Receipt:
        connection = self._connection(route)
        call = call_for(draft, route, connection, pictures=self._settings.pictures == "shown")
        try:
            result = await self._api.send(call.method, route.chat, call.fields, call.files)
        except Refused as error:
            # Telegram has looked at the picture and taken nothing: as a file it goes.
            if call.method == "sendMessage" or not any(word in str(error) for word in ("PHOTO_", "IMAGE_PROCESS")):
                raise
            call = call_for(draft, route, connection, pictures=False)
            result = await self._api.send(call.method, route.chat, call.fields, call.files)
        made = [number(record(one).get("message_id")) for one in (result if isinstance(result, list) else [result])]
        if not made or made[0] < 0 or not record(result[0] if isinstance(result, list) and result else result):
            raise ProtocolError("Telegram took the message and did not say which it is")
        remote_id = route.message(made[0]) if made[0] else ""
        if len(made) > 1 and remote_id:
            self._notes.albums[remote_id] = made
            await self._keep()
        return Receipt("accepted", remote_id)

    async def act(self, action: Action) -> Receipt:
        """See `actions.py`."""
        await self._ready()
        route = route_of(action.conversation)
        return await carry_out(self._api, action, route, self._connection(route), self._notes.albums)

    async def window(self, standing: Standing, now: Instant) -> Window:
        """A bot may always answer; for a business account it may for 24 hours (`BusinessBotRights.can_reply`)."""
        await self._ready()
        route = route_of(standing.conversation)
        if not route.owner:
            return window_of(self.capabilities, standing.last_customer_at, now, standing.barred)
        connection = self._notes.of_owner(route.owner)
        barred = standing.barred
        if connection is not None and not connection.enabled:
            barred = "The business account has disconnected the bot"
        elif connection is not None and not connection.can_reply:
            barred = "The business account does not let the bot reply"
        narrowed = replace(self.capabilities, window_hours=24)
        return window_of(narrowed, standing.last_customer_at, now, barred)

    async def fetch_attachment(self, ref: str, into: BinaryIO) -> None:
        """Raises NotFound for what Telegram does not give (any more)."""
        if not ref:
            raise NotFound("Telegram did not say how to get this file")
        await self._api.download(ref, into)

    async def _ready(self) -> None:
        """Read the notes, once."""
        if not self._read:
            await asyncio.to_thread(self._notes.load)
            self._read = True

    async def _learn(self, updates: list[Any]) -> None:
        """Whose the business connections are: told by updates, else asked for. Kept before anything is mapped."""
        known = len(self._notes.connections), dict(self._notes.connections)
        for update in updates:
            told = connection_of(record(update).get("business_connection"))
            if told.id:
                self._notes.connections[told.id] = told
        for name in connection_ids(updates):
            if name not in self._notes.connections:
                try:
                    asked = connection_of(
                        await self._api.ask("getBusinessConnection", {"business_connection_id": name})
                    )
                except Refused:
                    asked = Connection(name, "")
                self._notes.connections[name] = replace(asked, id=name)
        if known != (len(self._notes.connections), self._notes.connections):
            await self._keep()

    async def _keep(self) -> None:
        """Write the notes; a full disk costs no more than asking again, and must not make a send look failed."""
        with suppress(OSError):
            await asyncio.to_thread(self._notes.save)

    def _connection(self, route: Route) -> str:
        """The business connection to speak by; empty for a chat of the bot's own. Raises Refused."""
        if not route.owner:
            return ""
        found = self._notes.of_owner(route.owner)
        if found is None:
            raise Refused(
                "the connection to this business account is not known; it is with the customer's next message"
            )
        if not found.enabled:
            raise Refused("the business account has disconnected the bot; connect it again in Telegram's settings")
        return found.id


def _read_cursor(cursor: str, now: Instant) -> tuple[int, Instant, Instant]:
    """Offset, heard, last; a clock that was put back since counts from now. Raises ProtocolError."""
    if not cursor:
        return 0, Instant(0), now
    try:
        given = record(json.loads(cursor))
    except ValueError:
        raise ProtocolError("the place in Telegram's updates cannot be read") from None
    heard, last = (Instant(min(now, number(given.get(name)))) for name in ("heard", "last"))
    return number(given.get("offset")), heard, last


def _team(given: tuple[str, ...]) -> frozenset[str]:
    return frozenset(one.lower() for one in given)


def _host(url: str) -> str:
    """Host only: a webhook's path is often a secret."""
    try:
        return urlsplit(url).hostname or "another server"
    except ValueError:
        return "another server"
