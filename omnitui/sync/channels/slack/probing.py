"""Whether an account can work: both tokens, the app's scopes, the channels that it is in. Changes nothing in Slack."""

from __future__ import annotations

from omnitui.core.channel_events import Person
from omnitui.core.errors import LoginRefused, Refused
from omnitui.sync.channels.contract import Finding, Probe
from omnitui.sync.channels.slack.client import SlackClient, SlackRefused, judged
from omnitui.sync.channels.slack.people import address_of
from omnitui.sync.channels.slack.rooms import Room, Rooms
from omnitui.sync.channels.slack.scopes import NEEDED, USEFUL
from omnitui.sync.channels.slack.settings import SlackSettings
from omnitui.sync.channels.slack.text import string


async def probe(client: SlackClient, rooms: Rooms, settings: SlackSettings) -> Probe:
    """Ask Slack who we are and look for what is missing. Raises LoginRefused for a bad bot token, Offline."""
    answer = await client.ask("auth.test")
    who = judged("auth.test", answer, client.secrets)
    team = string(who.get("team_id"))
    identity = Person(
        address=address_of(team, string(who.get("user_id"))),
        name=string(who.get("user")),
        organisation=string(who.get("team")),
    )
    findings = [Finding("fine", f"The bot token belongs to {identity.name} in {identity.organisation}.")]
    if not string(who.get("bot_id")):
        findings.append(
            Finding("missing", "This is not a bot's token; copy the Bot User OAuth Token, which begins with xoxb-.")
        )
    findings += _scopes(answer.headers.get("x-oauth-scopes", ""))
    findings.append(await _socket_mode(client))
    if all(finding.grade != "missing" for finding in findings):
        findings += await _channels(rooms, settings)
    return Probe(identity, tuple(findings))


def _scopes(given: str) -> list[Finding]:
    """What the app may not do; nothing where Slack does not say its scopes."""
    if not given.strip():
        return []
    has = {scope.strip() for scope in given.split(",")}
    found = [
        Finding("missing", f"The app lacks the scope {scope} ({what}); add it in its settings and install it again.")
        for scope, what in NEEDED.items()
        if scope not in has
    ]
    found += [
        Finding("warning", f"Without the scope {scope} the app cannot {what}.")
        for scope, what in USEFUL.items()
        if scope not in has
    ]
    return found or [Finding("fine", "The app has every scope that it needs.")]


async def _socket_mode(client: SlackClient) -> Finding:
    """Whether the other token opens the door for events; no connection is made."""
    try:
        await client.call("apps.connections.open", by="app")
    except LoginRefused as error:
        return Finding("missing", f"The app-level token does not work: {error}.")
    except SlackRefused as error:
        if error.code == "missing_scope":
            return Finding("missing", "The app-level token lacks the scope connections:write; make a new one with it.")
        return Finding("missing", f"Socket Mode cannot be used: {error}. Turn it on in the app's settings.")
    return Finding(
        "fine",
        "Socket Mode works. What Slack does not tell from here: whether the app is subscribed to its events (the "
        "manifest does that), and whether another program listens with the same app, which gets some of them. History "
        "is read beside the events, so that messages come either way.",
    )


async def _channels(rooms: Rooms, settings: SlackSettings) -> list[Finding]:
    try:
        watched = await rooms.refresh()
    except Refused as error:
        return [Finding("missing", f"The app's channels cannot be listed: {error}.")]
    found = [
        Finding("warning", f"The app is not in the channel {name}; invite it there with /invite.")
        for name in (*settings.channels, *settings.whole_channels)
        if not any(_is(room, name) for room in watched)
    ]
    if not watched:
        found.append(Finding("warning", "The app is in no channel yet; invite it with /invite where customers write."))
    return found


def _is(room: Room, name: str) -> bool:
    return name.lstrip("#") in (room.id, room.name)
