"""Who we are at the homeserver, and what is missing there."""

from __future__ import annotations

from omnitui.core.channel_events import Person
from omnitui.core.errors import NotFound
from omnitui.sync.channels.contract import Finding, Probe
from omnitui.sync.channels.matrix.client import V3, Denied, Homeserver, part
from omnitui.sync.channels.matrix.fields import record, records, texts, words
from omnitui.sync.channels.matrix.settings import MatrixSettings

ROOMS_ONLY = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "account_data": {"types": []},
        "ephemeral": {"types": []},
        "timeline": {"limit": 1},
        "state": {"types": ["m.room.encryption", "m.room.create"]},
    },
}
"""A first sync that tells which rooms there are and which of them are encrypted."""


async def probe(server: Homeserver, settings: MatrixSettings) -> Probe:
    """Asks, and changes nothing. Raises LoginRefused, Offline, ProtocolError."""
    who = await server.get(f"{V3}/account/whoami", urgent=True)
    me = words(who.get("user_id"))
    findings = []
    if not me:
        findings.append(Finding("missing", "The homeserver does not say whose the token is; look at its address"))
    if who.get("is_guest") is True:
        findings.append(Finding("missing", "The token is a guest's; sign in as a user and take that token"))
    if me in settings.colleagues:
        findings.append(Finding("warning", f"{me} is this account itself; it need not stand among the colleagues"))
    findings += await _media(server)
    findings += await _rooms(server, settings)
    try:
        profile = await server.get(f"{V3}/profile/{part(me)}", urgent=True)
    except (Denied, NotFound):
        profile = {}
    return Probe(Person(me, name=words(profile.get("displayname"))[:300], handle=me), tuple(findings))


async def _media(server: Homeserver) -> list[Finding]:
    """Files need v1.11; before that, servers have the older path."""
    told = texts((await server.get("/_matrix/client/versions", urgent=True)).get("versions"))
    numbers = [v[1:].split(".") for v in told if v.startswith("v")]
    good = any(len(n) == 2 and n[0].isdigit() and n[1].isdigit() and (int(n[0]), int(n[1])) >= (1, 11) for n in numbers)
    if good:
        return []
    words_ = (
        "The homeserver is older than version 1.11 of Matrix: files may not come; ask its administrator to renew it"
    )
    return [Finding("warning", words_)]


async def _rooms(server: Homeserver, settings: MatrixSettings) -> list[Finding]:
    rooms = record((await server.sync("", ROOMS_ONLY, 0.0)).get("rooms"))
    joined, invited = record(rooms.get("join")), record(rooms.get("invite"))
    encrypted = 0
    for data in joined.values():
        inside = record(data)
        events = [*records(record(inside.get("state")).get("events"))]
        events += records(record(inside.get("timeline")).get("events"))
        encrypted += any(event.get("type") == "m.room.encryption" for event in events)
    found = [Finding("fine", f"It is in {len(joined)} {'room' if len(joined) == 1 else 'rooms'}")]
    if encrypted:
        found.append(
            Finding(
                "warning",
                f"{encrypted} of its rooms are encrypted: omnitui can neither read nor answer there; "
                "ask those customers to write in a room without encryption",
            )
        )
    if invited:
        what = "they will be joined" if settings.join_invites else "each is shown as a message, and answering joins"
        found.append(Finding("fine", f"{len(invited)} invitations wait; {what}"))
    return found
