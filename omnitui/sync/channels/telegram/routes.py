"""Where a message belongs: the ids by which conversations and messages of Telegram are known here.

A conversation is `<chat>`, `<chat>/<topic>` (a forum topic), `<chat>/d<topic>` (direct messages of a channel), or
`b<owner>/<chat>` (a chat of a Telegram Business account). The owner is a user id, not the id of the connection: a
connection that is made anew goes on with the same conversations. Where the owner is not known, `b=<connection>/<chat>`.

Message ids count within a chat, and in basic groups and private chats within an account; so ours are
`<chat>:<message>` and `b<owner>/<chat>:<message>`, without the topic, which reactions do not tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from omnitui.core.errors import Refused

_CONVERSATION = re.compile(r"(?:b(?P<owner>\d+|=[\w-]+)/)?(?P<chat>-?\d+)(?:/(?P<topic>d?\d+))?", re.ASCII)
_MESSAGE = re.compile(r"(?P<base>(?:b(?:\d+|=[\w-]+)/)?-?\d+):(?P<message>\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Route:
    """A chat, with the topic in it, or the business account through which it is seen."""

    chat: int
    topic: str = ""
    owner: str = ""
    """User id of the business account, or `=` and the id of a connection whose owner is not known."""

    @property
    def conversation(self) -> str:
        """Remote id of the conversation."""
        topic = f"/{self.topic}" if self.topic else ""
        return f"{self._base}{topic}"

    @property
    def _base(self) -> str:
        return f"b{self.owner}/{self.chat}" if self.owner else str(self.chat)

    def message(self, number: int | str) -> str:
        """Remote id of a message in it."""
        return f"{self._base}:{number}"


def route_of(conversation: str) -> Route:
    """The inverse of `Route.conversation`. Raises Refused."""
    found = _CONVERSATION.fullmatch(conversation)
    if found is None:
        raise Refused("this is no conversation of Telegram")
    return Route(int(found["chat"]), found["topic"] or "", found["owner"] or "")


def is_conversation(conversation: str) -> bool:
    """Whether `route_of` knows it."""
    return _CONVERSATION.fullmatch(conversation) is not None


def found_at(remote_id: str) -> tuple[Route, int]:
    """The chat of a message and Telegram's id of it there. A conversation that was merged, or that goes on in another
    group, has messages of several chats. Raises Refused for one that has no id."""
    found = _MESSAGE.fullmatch(remote_id)
    if found is None:
        raise Refused("Telegram does not know this message")
    return route_of(found["base"]), int(found["message"])


def number_in(remote_id: str, route: Route) -> int:
    """Telegram's id of a message in this chat; 0 for one of another chat, or that has none."""
    found = _MESSAGE.fullmatch(remote_id)
    return int(found["message"]) if found is not None and route.message(found["message"]) == remote_id else 0
