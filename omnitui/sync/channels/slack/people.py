"""Who somebody is in Slack: users.info and team.info, remembered for a while within a bound.

A user id is unique within a workspace, so that a person's address is `team:user`; in a shared channel (Slack Connect)
people of several workspaces meet. https://docs.slack.dev/apis/slack-connect
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from omnitui.core.channel_events import Event, IdentityEvent, Person
from omnitui.core.errors import Offline
from omnitui.sync.channels.slack.client import SlackClient, SlackRefused
from omnitui.sync.channels.slack.text import string
from omnitui.sync.http.messages import TooMany

MOST = 2000
"""People that are remembered."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody as Slack describes them. `team` and `enterprise` are ids, empty where unknown."""

    id: str
    person: Person
    team: str = ""
    enterprise: str = ""
    bot: bool = False


def member_of(user: Mapping[str, Any], organisation: str = "") -> Member:
    """A user object of Slack (https://docs.slack.dev/reference/objects/user-object), whatever is in it."""
    raw = user.get("profile")
    profile: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
    grid = user.get("enterprise_user")
    id, team = string(user.get("id")), string(user.get("team_id")) or string(profile.get("team"))
    named = (profile.get("real_name"), user.get("real_name"), profile.get("display_name"), user.get("name"))
    handle = string(profile.get("display_name")) or string(user.get("name"))
    person = Person(
        address=address_of(team, id),
        name=next((name for name in map(string, named) if name), ""),
        handle=f"@{handle}" if handle else "",
        phone=_number(string(profile.get("phone"))),
        email=string(profile.get("email")),
        organisation=organisation,
    )
    enterprise = string(grid.get("enterprise_id")) if isinstance(grid, dict) else ""
    return Member(id, person, team, enterprise, user.get("is_bot") is True)


def address_of(team: str, user: str) -> str:
    """`team:user`, or the user alone where nobody says the team."""
    return f"{team}:{user}" if team else user


def user_of(address: str) -> str:
    """The user id within an address."""
    return address.rpartition(":")[2]


def _number(phone: str) -> str:
    digits = "".join(c for c in phone if c.isascii() and c.isdigit())
    return f"+{digits}" if phone.strip().startswith("+") and 7 <= len(digits) <= 15 else ""


class People:
    """Those whom one account has met."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client
        self._known: OrderedDict[str, Member] = OrderedDict()
        self._teams: OrderedDict[str, str] = OrderedDict()
        self._owed: OrderedDict[str, str] = OrderedDict()
        """Those whom Slack let nobody ask for at the time, and their team: they are known by their id until then."""

    async def known(self, ids: Iterable[str], teams: Mapping[str, str], own_team: str) -> dict[str, Member]:
        """Members by id; `teams` says the team of those whom Slack does not describe to us. Raises Offline."""
        found = {}
        for id in sorted(set(ids) - {""}):
            if id not in self._known:
                try:
                    self._keep(await self._asked(id, teams.get(id, ""), own_team))
                except TooMany:
                    self._owed[id] = teams.get(id, "")
                    found[id] = Member(id, Person(address_of(teams.get(id, ""), id)), teams.get(id, ""))
                    continue
            self._known.move_to_end(id)
            found[id] = self._known[id]
        return found

    async def settled(self, own_team: str) -> list[Event]:
        """Who those are that could not be asked for before, as far as Slack lets us now."""
        events: list[Event] = []
        while self._owed:
            id, team = next(iter(self._owed.items()))
            try:
                member = self._known.get(id) or await self._asked(id, team, own_team, patience=0.0)
            except Offline:
                break
            del self._owed[id]
            self._keep(member)
            events.append(IdentityEvent(person=member.person))
        return events

    def met(self, id: str) -> bool:
        """Whether something is known of them."""
        return id in self._known

    def forget(self, id: str) -> None:
        """What is known of them has changed."""
        self._known.pop(id, None)

    async def _asked(self, id: str, team: str, own_team: str, *, patience: float = 10.0) -> Member:
        try:
            answer = await self._client.call("users.info", {"user": id}, patience=patience)
        except SlackRefused as refused:
            if refused.code == "missing_scope":
                raise
            return Member(id, Person(address_of(team, id)), team)
        raw = answer.get("user")
        user: dict[str, Any] = {"id": id, "team_id": team, **(raw if isinstance(raw, dict) else {})}
        home = string(user.get("team_id")) or team
        return member_of(user, await self._team(home, patience) if home and home != own_team else "")

    async def _team(self, id: str, patience: float) -> str:
        """The name of another organisation, empty where Slack does not tell it."""
        if id not in self._teams:
            try:
                answer = await self._client.call("team.info", {"team": id}, patience=patience)
            except SlackRefused:
                answer = {}
            raw = answer.get("team")
            self._teams[id] = string(raw.get("name")) if isinstance(raw, dict) else ""
            if len(self._teams) > MOST:
                self._teams.popitem(last=False)
        return self._teams[id]

    def _keep(self, member: Member) -> None:
        self._known[member.id] = member
        if len(self._known) > MOST:
            self._known.popitem(last=False)
