"""Who has told Twilio that they want no more messages: STOP bars a conversation, START opens it again.

Twilio keeps the list itself, for each pair of numbers, and gives it to nobody: it is read from the customer's own words
(help.twilio.com, "Twilio support for opt-out keywords") and from the error 21610, with which it refuses a message.
"""

from __future__ import annotations

from omnitui.core.channel_events import ConversationEvent
from omnitui.core.times import Instant
from omnitui.sync.channels.twilio.addresses import SMS, Pair
from omnitui.sync.channels.twilio.fields import Item, text

STOPPED = 21610
STOPS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"})
STARTS = frozenset({"start", "yes", "unstop"})
"""The whole message must be the word, in any case; Twilio then answers by itself."""
MOST = 1000
"""Conversations of which is remembered what was said last: only the order of what one walk brings depends on it."""
_ARRIVED = frozenset({"sent", "delivered", "read", "partially_delivered"})


class OptOuts:
    """Turns words and errors into events. `known`: by conversation when it was said, and whether it was a stop."""

    def __init__(self, known: dict[str, tuple[int, bool]], *, words: bool) -> None:
        self.known = known
        self._words = words

    def of_message(self, item: Item, whose: Pair, at: Instant) -> ConversationEvent | None:
        """What a message says of it, whichever side wrote it; None: nothing."""
        if text(item, "direction") == "inbound":
            return self._said(text(item, "body"), whose, at)
        if item.get("error_code") == STOPPED:
            return self.stop(whose.id, at, "Twilio refuses messages to them")
        since = self.known.get(whose.id)
        got_through = text(item, "direction") == "outbound-api" and text(item, "status") in _ARRIVED
        # Only what was sent after the stop shows that it does not hold: Twilio's own farewell is an outbound-reply.
        if got_through and since is not None and since[1] and at > since[0]:
            return self.start(whose.id, at)
        return None

    def stop(self, conversation: str, at: Instant, why: str) -> ConversationEvent | None:
        """They want nothing more; None where something newer is known."""
        words = f"The customer has opted out ({why}) until they send START"
        return self._event(conversation, at, words) if self._newer(conversation, at, stopped=True) else None

    def start(self, conversation: str, at: Instant) -> ConversationEvent | None:
        """They may be written to again; None where something newer is known, or nothing barred it."""
        return self._event(conversation, at, "") if self._newer(conversation, at, stopped=False) else None

    def _said(self, body: str, whose: Pair, at: Instant) -> ConversationEvent | None:
        word = body.strip().lower()
        barred = self.known.get(whose.id, (0, False))[1]
        # The words are Twilio's for SMS; START also lifts what an error has told of another kind.
        if word in STARTS and (self._words or barred):
            return self.start(whose.id, at)
        if word in STOPS and self._words and whose.kind == SMS:
            return self.stop(whose.id, at, f"they sent {body.strip()[:20].upper()}")
        return None

    def _newer(self, conversation: str, at: Instant, *, stopped: bool) -> bool:
        if at < self.known.get(conversation, (0, False))[0]:
            return False
        self.known[conversation] = (at, stopped)
        for oldest in sorted(self.known, key=lambda one: self.known[one][0])[:-MOST]:
            del self.known[oldest]
        return True

    @staticmethod
    def _event(conversation: str, at: Instant, barred: str) -> ConversationEvent:
        return ConversationEvent(conversation=conversation, at=at, barred=barred)
