"""Contacts, agents and bots as the kit knows people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from omnitui.core.channel_events import Person
from omnitui.core.errors import Refused
from omnitui.sync.channels.chatwoot.values import number, record, records, words

BOTS = ("agent_bot", "agentbot", "captain_assistant", "captain::assistant")


@dataclass(frozen=True, slots=True)
class Place:
    """One account on one server. Ids in addresses carry it: contact 7 elsewhere is somebody else."""

    host: str
    account: int

    def address(self, kind: str, id_: int) -> str:
        """The stable address of a contact, an agent or a bot."""
        return f"{kind}-{id_}@{self.host}/{self.account}"


def contact(place: Place, value: Any) -> Person | None:
    """A customer; None where it has no id."""
    found = record(value)
    id_ = number(found.get("id"))
    if id_ is None:
        return None
    return Person(
        place.address("contact", id_),
        name=words(found.get("name")),
        handle=words(found.get("identifier")),
        phone=words(found.get("phone_number")),
        email=words(found.get("email")),
        organisation=words(record(found.get("additional_attributes")).get("company_name")),
    )


def is_bot(sender: dict[str, Any], sender_type: str) -> bool:
    """Whether a message's sender is a bot of ours."""
    return (words(sender.get("type")) or sender_type).lower() in BOTS


def worker(place: Place, value: Any, *, bot: bool = False) -> Person | None:
    """An agent or a bot of ours; None where it has no id."""
    found = record(value)
    id_ = number(found.get("id"))
    if id_ is None:
        return None
    return Person(
        place.address("bot" if bot else "agent", id_),
        name=words(found.get("available_name")) or words(found.get("name")),
        email=words(found.get("email")),
    )


@dataclass
class Agents:
    """The agents by the names they have here: those of the setting `agents`, else those of Chatwoot."""

    listed: list[dict[str, Any]] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)
    """Name here by mail address or name there, both in small letters."""

    @classmethod
    def of_settings(cls, lines: Iterable[str]) -> Agents:
        """From lines such as `ana = ana@shop.example`; a line without = is passed over."""
        pairs = (line.partition("=") for line in lines)
        return cls(named={there.strip().casefold(): here.strip() for here, sign, there in pairs if sign})

    def take(self, answer: Any) -> None:
        """The list as the server gives it."""
        self.listed = records(answer)

    def name_of(self, value: Any) -> str:
        """What an assignee is called here; empty for nobody."""
        found = record(value)
        own = [words(found.get(part)) for part in ("email", "available_name", "name")]
        for one in own:
            if one and one.casefold() in self.named:
                return self.named[one.casefold()]
        return own[1] or own[2] or own[0]

    def id_of(self, name: str) -> int | None:
        """The agent who is called so here; None: not in the list. Raises Refused when it fits several."""
        wanted = name.strip().casefold()
        fits = {
            id_: agent
            for agent in self.listed
            if (id_ := number(agent.get("id"))) is not None and wanted in self._names(agent)
        }
        exact = [id_ for id_, agent in fits.items() if self.name_of(agent).casefold() == wanted]
        found = exact or list(fits)
        if len(found) > 1:
            raise Refused(f"several agents of Chatwoot are called {name}; name them in the setting agents")
        return found[0] if found else None

    def _names(self, agent: dict[str, Any]) -> set[str]:
        mail = words(agent.get("email")).casefold()
        own = {words(agent.get("name")).casefold(), words(agent.get("available_name")).casefold(), mail}
        return (own | {mail.partition("@")[0], self.name_of(agent).casefold()}) - {""}
