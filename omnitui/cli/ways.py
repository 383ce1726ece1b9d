"""What `reply` takes besides: another way to the same person, and a template of the chat's account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from omnitui.core.chat_sending import filled, template_json, variables
from omnitui.core.errors import NotFound, Refused

if TYPE_CHECKING:
    from omnitui.core.models import Draft
    from omnitui.store.connection import Cache
    from omnitui.triage.agent import Agent


def draft_through(cache: Cache, agent: Agent, conversation: int, account: str) -> Draft:
    """An answer through that account. Raises Refused where it does not reach the person, or reaches them twice."""
    from omnitui.store import targets
    from omnitui.triage.ways import through, ways

    target = targets.of_ids([conversation]).first(cache)
    if target is None:
        raise NotFound(f"There is no conversation {conversation}")
    found = ways(cache, agent, target.id, target.account)
    fitting = [way for way in found if way.account == account]
    if len(fitting) == 1:
        return through(cache, agent, target.id, fitting[0])
    if fitting:
        there = ", ".join(way.to.email for way in fitting)
        raise Refused(f"{account} reaches this person at {there}: write to one of them with `omnitui new`")
    names = ", ".join(sorted({way.account for way in found}))
    raise Refused(f"{account} is no other way to this person; " + (f"there is {names}" if names else "there is none"))


def from_template(cache: Cache, draft: Draft, name: str, values: Sequence[str]) -> Draft:
    """The draft with a template's text. Raises Refused for one that is not known, or without all of its values."""
    from omnitui.store import channels

    known = channels.templates(draft.account).all(cache)
    chosen = next((one for one in known if one.name == name), None)
    if chosen is None:
        names = ", ".join(one.name for one in known)
        told = f"there are {names}" if names else "none is known; they come with the sync"
        raise Refused(f"{draft.account} has no template {name}: {told}")
    given = dict(_pair(value) for value in values)
    wanted = variables(chosen.body)
    lacking = [one for one in wanted if not given.get(one)]
    if lacking:
        raise Refused(f"{name} needs " + " ".join(f"--value {one}=..." for one in lacking))
    if foreign := [one for one in given if one not in wanted]:
        raise Refused(f"{name} asks for no {', '.join(foreign)}")
    text = filled(chosen.body, given)
    return replace(draft, body=text, chat=template_json(chosen.id, chosen.name, chosen.language, given, text))


def _pair(value: str) -> tuple[str, str]:
    name, sign, text = value.partition("=")
    if not sign or not name.strip():
        raise Refused(f"{value} is no NAME=TEXT")
    return name.strip(), text
