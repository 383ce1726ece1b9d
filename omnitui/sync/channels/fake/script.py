"""Customers of the fake chat service: what they write, when, and what they say to an answer."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from omnitui.core.channel_events import Direction, Event, MessageEvent, Person, ReactionEvent, ReceiptEvent, TypingEvent
from omnitui.core.times import DAY, HOUR, SECOND, Instant


class Script:
    """A TOML file: `haste` (by how much `after` is shorter), [[customer]] with name, address, phone, email,
    conversation, [[customer.message]] (text, and hours ago or `after` seconds) and `answers`, [[customer.earlier]]
    (text, and days ago) for what is had on order only. What is due is given out once for a run of the program."""

    def __init__(self, path: Path) -> None:
        with open(path, "rb") as file:
            read = tomllib.load(file)
        self._customers: list[dict[str, Any]] = read.get("customer", [])
        self._haste = max(float(read.get("haste", 1)), 0.01)
        self._began: Instant | None = None
        self._given: set[tuple[int, int]] = set()
        self._answered: dict[str, int] = {}
        self._later: list[tuple[Instant, Event]] = []

    def due(self, now: Instant) -> list[Event]:
        """What has been written by now and was not given out."""
        if self._began is None:
            self._began = now
        events: list[Event] = []
        for number, customer in enumerate(self._customers):
            for place, message in enumerate(customer.get("message", ())):
                at = self._time(message)
                if at <= now and (number, place) not in self._given:
                    self._given.add((number, place))
                    events.append(self._message(customer, message, at, f"{number}-{place}"))
        events += [event for at, event in self._later if at <= now]
        self._later = [(at, event) for at, event in self._later if at > now]
        return sorted(events, key=lambda event: getattr(event, "at", 0))

    def earlier(self, now: Instant) -> list[MessageEvent]:
        """What was said before we came, the oldest first."""
        events = [
            self._message(
                customer, message, Instant(now - int(float(message["days"]) * DAY)), f"{number}-earlier-{place}"
            )
            for number, customer in enumerate(self._customers)
            for place, message in enumerate(customer.get("earlier", ()))
        ]
        return sorted(events, key=lambda event: event.at)

    def answer(self, conversation: str, remote_id: str, now: Instant) -> list[Event]:
        """The customer reads it at once, and writes what they have left to say a little later."""
        customer = next((one for one in self._customers if one["conversation"] == conversation), None)
        if customer is None:
            return []
        who = Person(customer["address"], customer["name"])
        said = self._answered.get(conversation, 0)
        self._answered[conversation] = said + 1
        read = ReceiptEvent(conversation=conversation, remote_id=remote_id, at=now, state="read")
        self._later.append((Instant(now + 2 * SECOND), read))
        answers = customer.get("answers", ())
        at = Instant(now + 6 * SECOND)
        if said < len(answers):
            self._later.append((Instant(now + 3 * SECOND), TypingEvent(conversation=conversation, person=who)))
            message = {"text": answers[said]}
            self._later.append((at, self._message(customer, message, at, f"{remote_id}-answer")))
        else:
            thanks = ReactionEvent(
                conversation=conversation, remote_id=remote_id, at=at, person=who, emoji=("\N{THUMBS UP SIGN}",)
            )
            self._later.append((at, thanks))
        return []

    def _time(self, message: dict[str, Any]) -> Instant:
        began = self._began or Instant(0)
        if "after" in message:
            return Instant(began + int(message["after"] * SECOND / self._haste))
        return Instant(began - int(float(message.get("hours", 0)) * HOUR))

    @staticmethod
    def _message(customer: dict[str, Any], message: dict[str, Any], at: Instant, remote_id: str) -> MessageEvent:
        ours = message.get("from") == "us"
        who = Person(
            customer["address"], customer["name"], phone=customer.get("phone", ""), email=customer.get("email", "")
        )
        return MessageEvent(
            conversation=customer["conversation"],
            remote_id=f"{customer['conversation']}-{remote_id}",
            at=at,
            direction=Direction.OUT if ours else Direction.IN,
            author=None if ours else who,
            text=message["text"],
            people=(who,),
        )
