"""Calls and what was recorded of them as events. Pure.

A call is a line in the thread of its two numbers; what a caller left after the tone (Twilio's verb Record) is a message
of theirs, to be heard and, where the account has it written down, to be read.
"""

from __future__ import annotations

from omnitui.core.channel_events import Direction, EditedEvent, MessageEvent, RemoteFile
from omnitui.core.times import Instant
from omnitui.sync.channels.twilio.addresses import Pair, pair_of
from omnitui.sync.channels.twilio.fields import Item, number, text, time

_OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
_RECORDED = frozenset({"completed", "absent", "deleted"})
_UNANSWERED = {
    "no-answer": "was not answered",
    "busy": "found the line busy",
    "canceled": "ended before it was answered",
    "failed": "did not come about",
}
LOST = {"absent": "nothing was recorded", "deleted": "the recording was deleted at Twilio"}


def began(item: Item) -> Instant | None:
    """The time by which Twilio's list of calls is ordered."""
    return time(item, "start_time", "date_created", "date_updated")


def made(item: Item) -> Instant | None:
    """The time by which the list of recordings is ordered."""
    return time(item, "date_created", "start_time", "date_updated")


def over(item: Item) -> bool:
    """Whether nothing about a call will change any more."""
    return text(item, "status") in _OVER


def recorded(item: Item) -> bool:
    """Whether a recording is there, or never will be."""
    return text(item, "status") in _RECORDED


def leg(item: Item) -> bool:
    """Whether it is only the forwarding of another call, which stands in the list, too."""
    return bool(text(item, "parent_call_sid"))


def voicemail(recording: Item) -> bool:
    """Whether the caller spoke to a machine, not with somebody."""
    return text(recording, "source") == "RecordVerb"


def pair(item: Item) -> Pair:
    """Whose call with whom; `outbound-api` and `outbound-dial` are ours."""
    ours, theirs = ("from", "to") if text(item, "direction").startswith("outbound") else ("to", "from")
    return pair_of(text(item, ours), text(item, theirs))


def call(item: Item, seen_at: Instant) -> MessageEvent:
    """The line of a call."""
    whose = pair(item)
    outbound = text(item, "direction").startswith("outbound")
    whom = "Call to the customer" if outbound else "Call from the customer"
    missed = _UNANSWERED.get(text(item, "status"), "")
    said = f"{whom} {missed}" if missed else f"{whom}, {length(number(item, 'duration'))}"
    return MessageEvent(
        conversation=whose.id,
        remote_id=text(item, "sid"),
        at=began(item) or seen_at,
        direction=Direction.SYSTEM,
        text=said,
        people=(whose.customer,),
        kind="call",
    )


def recording(item: Item, whose: Pair, transcript: str, seen_at: Instant) -> MessageEvent:
    """What was recorded: a voicemail of the customer, or a call that was taken down."""
    theirs = voicemail(item)
    return MessageEvent(
        conversation=whose.id,
        remote_id=text(item, "sid"),
        at=made(item) or seen_at,
        direction=Direction.IN if theirs else Direction.SYSTEM,
        author=whose.customer if theirs else None,
        text=transcript or _unwritten(item),
        files=_files(item),
        people=(whose.customer,),
        kind="voicemail" if theirs else "call",
        notices=("Written down by a machine; listen to it where a word matters",) if transcript else (),
    )


def written_down(conversation: str, sid: str, transcript: str, at: Instant) -> EditedEvent:
    """The words of a voicemail that came without them."""
    return EditedEvent(conversation=conversation, remote_id=sid, at=at, text=transcript, files=(_file(sid),))


def transcript(items: list[Item]) -> tuple[str, bool]:
    """The words, and whether one may still hope for them."""
    for item in items:
        if text(item, "status") == "completed" and text(item, "transcription_text").strip():
            return text(item, "transcription_text").strip(), False
    return "", any(text(item, "status") == "in-progress" for item in items) or not items


def length(seconds: int) -> str:
    """3:20 for 200 seconds; as long as it was for those that nobody answered."""
    return f"{seconds // 60}:{seconds % 60:02} minutes" if seconds >= 60 else f"{seconds} seconds"


def _unwritten(item: Item) -> str:
    what = "Voicemail" if voicemail(item) else "Recording of a call"
    lost = LOST.get(text(item, "status"), "")
    return f"{what}: {lost}" if lost else f"{what}, {length(number(item, 'duration'))}"


def _files(item: Item) -> tuple[RemoteFile, ...]:
    return () if text(item, "status") in LOST else (_file(text(item, "sid")),)


def _file(sid: str) -> RemoteFile:
    return RemoteFile(f"Recordings/{sid}.mp3", f"{sid}.mp3", "audio/mpeg")
