"""A message of Chatwoot as events. Never raises: what cannot be read is shown as such."""

from __future__ import annotations

import json
import mimetypes
import re
from typing import Any
from urllib.parse import unquote, urlsplit

from omnitui.core.channel_events import DeletedEvent, Direction, EditedEvent, Event, MessageEvent, Person, RemoteFile
from omnitui.core.times import Instant
from omnitui.sync.channels.chatwoot.people import Place, contact, is_bot, worker
from omnitui.sync.channels.chatwoot.values import moment, number, record, records, words

KEY = "omnitui_key"
"""Where our own key stands in `content_attributes`: newer servers keep it, older ones drop it."""
INCOMING, OUTGOING, ACTIVITY, TEMPLATE = range(4)
_TYPES = {"incoming": INCOMING, "outgoing": OUTGOING, "activity": ACTIVITY, "template": TEMPLATE}
_DELIVERY = ("sent", "delivered", "read", "failed")
_MENTION = re.compile(r"\[@([^\]\n]{1,200})\]\(mention://[^)\s]{0,300}\)")
"""How a note names a colleague; what stands in the brackets is the name."""
_KINDS = {"input_csat": "poll", "input_select": "poll", "sticker": "sticker", "voice_call": "call"}


def identity(value: dict[str, Any]) -> int | None:
    """Its id, which is unique within the server."""
    return number(value.get("id"))


def key_of(value: dict[str, Any]) -> str:
    """Our own key, where the server gives it back."""
    return words(record(value.get("content_attributes")).get(KEY)) or words(value.get("echo_id"))


def written_at(value: dict[str, Any]) -> Instant | None:
    """When it was written. Chatwoot tells whole seconds: the id's last digits stand for the rest, so that of two in one
    second the later one is later, the same at every look."""
    at, id_ = moment(value.get("created_at")), identity(value)
    return at if at is None or at % 1000 or id_ is None else Instant(at + id_ % 1000)


def type_of(value: dict[str, Any]) -> int | None:
    """Incoming, outgoing, activity or template."""
    given = value.get("message_type")
    return _TYPES.get(given) if isinstance(given, str) else number(given)


def events_of(
    place: Place, conversation: str, value: dict[str, Any], *, new: bool, title: str, fallback: Instant
) -> list[Event]:
    """What it says. `new`: it was not seen before; `fallback`: its time where it has none."""
    id_ = identity(value)
    if id_ is None:
        return []
    at = written_at(value) or fallback
    extra = record(value.get("content_attributes"))
    if extra.get("deleted") is True:
        gone = DeletedEvent(conversation=conversation, remote_id=str(id_), at=moment(value.get("updated_at")) or at)
        return [_message(place, conversation, value, at, title), gone] if new else [gone]
    found: list[Event] = [_message(place, conversation, value, at, title)]
    if not new and (_edited(extra) or _answered(extra)):
        changed = moment(value.get("updated_at")) or at
        found.append(
            EditedEvent(
                conversation=conversation,
                remote_id=str(id_),
                at=changed,
                text=_text(value),
                files=_files(value, conversation),
            )
        )
    return found


def _message(place: Place, conversation: str, value: dict[str, Any], at: Instant, title: str) -> MessageEvent:
    extra = record(value.get("content_attributes"))
    email = record(extra.get("email"))
    sender = record(value.get("sender"))
    direction = _direction(value, sender)
    status = words(value.get("status"))
    ours = direction in (Direction.OUT, Direction.AUTO)
    answers = number(extra.get("in_reply_to"))
    return MessageEvent(
        conversation=conversation,
        remote_id=str(identity(value)),
        at=at,
        direction=direction,
        author=_author(place, value, sender, direction),
        text=_text(value),
        files=_files(value, conversation),
        reply_to=str(answers) if answers else "",
        key=key_of(value) if ours or direction is Direction.NOTE else "",
        title=title,
        people=_others(email),
        kind=_kind(value),
        delivery=status if ours and status in _DELIVERY else "",
        detail=words(extra.get("external_error")) if status == "failed" else "",
        notices=_notices(value),
        edited_at=(moment(value.get("updated_at")) or at) if _edited(extra) else None,
        html=words(record(email.get("html_content")).get("full")),
    )


def _direction(value: dict[str, Any], sender: dict[str, Any]) -> Direction:
    kind = type_of(value)
    if kind == ACTIVITY:
        return Direction.SYSTEM
    if value.get("private") is True:
        return Direction.NOTE
    if kind == INCOMING:
        return Direction.IN
    if kind == TEMPLATE:
        return Direction.AUTO
    if kind == OUTGOING:
        by_rule = record(value.get("content_attributes")).get("automation_rule_id") is not None
        bot = is_bot(sender, words(value.get("sender_type")))
        return Direction.AUTO if by_rule or bot or not sender else Direction.OUT
    return Direction.SYSTEM


def _author(place: Place, value: dict[str, Any], sender: dict[str, Any], direction: Direction) -> Person | None:
    if direction is Direction.SYSTEM:
        return None
    if direction is Direction.IN:
        return contact(place, sender)
    return worker(place, sender, bot=is_bot(sender, words(value.get("sender_type"))))


def _text(value: dict[str, Any]) -> str:
    """What it says, with what only a browser would show as lines of words."""
    lines = [_MENTION.sub(r"@\1", words(value.get("content")))]
    extra = record(value.get("content_attributes"))
    for item in records(extra.get("items")):
        title = words(item.get("title")) or words(item.get("label")) or words(item.get("name"))
        about = words(item.get("description"))
        if title or about:
            lines.append(f"- {title}{': ' if title and about else ''}{about}")
    lines += [_place_words(file) for file in records(value.get("attachments"))]
    lines += _answers(extra)
    return "\n".join(line for line in lines if line)


def _answers(extra: dict[str, Any]) -> list[str]:
    """What the customer filled in."""
    found = []
    submitted = extra.get("submitted_values")
    for one in records(submitted):
        label = words(one.get("title")) or words(one.get("name"))
        found.append(f"Answer: {label} {words(one.get('value'))}".rstrip())
    rating = record(record(submitted).get("csat_survey_response"))
    if rating:
        said = words(rating.get("feedback_message"))
        found.append(f"Rating: {words(rating.get('rating'))} of 5{'. ' + said if said else ''}")
    email = words(extra.get("submitted_email"))
    return [*found, f"Answer: {email}"] if email else found


def _place_words(file: dict[str, Any]) -> str:
    kind, title = words(file.get("file_type")), words(file.get("fallback_title"))
    if kind == "location":
        where = f"{words(file.get('coordinates_lat'))}, {words(file.get('coordinates_long'))}"
        return f"[location {title} {where}]"
    if kind == "contact":
        return f"[contact {title}]"
    if kind in ("fallback", "share"):
        return f"[link {title} {words(file.get('data_url'))}]".replace("  ", " ")
    return ""


def _files(value: dict[str, Any], conversation: str) -> tuple[RemoteFile, ...]:
    found = []
    for file in records(value.get("attachments")):
        id_, link, kind = number(file.get("id")), words(file.get("data_url")), words(file.get("file_type"))
        if kind in ("location", "contact", "fallback", "share"):
            continue
        name = _name(link) or f"{kind or 'file'}-{id_ or 0}{_ending(file)}"
        found.append(
            RemoteFile(
                ref=json.dumps({"c": conversation, "m": identity(value), "f": id_}),
                name=name,
                type=mimetypes.guess_type(name)[0] or _media(kind),
                size=max(number(file.get("file_size")) or 0, 0),
                width=max(number(file.get("width")) or 0, 0),
                height=max(number(file.get("height")) or 0, 0),
                lost="" if link and id_ is not None else "Chatwoot gives no link to it",
            )
        )
    return tuple(found)


def _name(link: str) -> str:
    try:
        last = unquote(urlsplit(link).path.rpartition("/")[2])
    except ValueError:
        return ""
    return last if "." in last else ""


def _ending(file: dict[str, Any]) -> str:
    given = words(file.get("extension"))
    return f".{given}" if given else ""


def _media(kind: str) -> str:
    return {"image": "image/*", "audio": "audio/*", "video": "video/*"}.get(kind, "application/octet-stream")


def _kind(value: dict[str, Any]) -> str:
    places = {words(file.get("file_type")) for file in records(value.get("attachments"))}
    for kind in ("location", "contact"):
        if kind in places:
            return kind
    return _KINDS.get(words(value.get("content_type")), "chat")


def _notices(value: dict[str, Any]) -> tuple[str, ...]:
    extra = record(value.get("content_attributes"))
    told = {
        "input_csat": "A survey that asks how content the customer is.",
        "input_select": "A choice; the customer saw buttons.",
        "input_email": "A form that asks for a mail address.",
        "cards": "Cards with pictures and buttons, shown as their words.",
        "form": "A form, shown as its fields.",
        "article": "Links to articles, shown as their words.",
        "voice_call": "A call; what was said is in Chatwoot only.",
        "integrations": "A call or another program of Chatwoot's; it opens there.",
    }.get(words(value.get("content_type")))
    found = [told] if told else []
    if extra.get("is_unsupported") is True:
        found.append("Chatwoot could not read it: the channel's own app shows what it is.")
    elif not told and not _text(value).strip() and not records(value.get("attachments")):
        kind = words(value.get("content_type")) or "text"
        empty = "It has no words." if kind == "text" else f"A message of the kind {kind[:60]}, which is not known here."
        found.append(f"{empty} Chatwoot may show more of it.")
    if type_of(value) not in range(4):
        found.append("A kind of message that is not known here.")
    return tuple(found)


def _edited(extra: dict[str, Any]) -> bool:
    return extra.get("is_edited") is True or extra.get("edited") is True


def _answered(extra: dict[str, Any]) -> bool:
    return bool(extra.get("submitted_values")) or bool(extra.get("submitted_email"))


def _others(email: dict[str, Any]) -> tuple[Person, ...]:
    """Who got a copy of a mail."""
    given = email.get("cc")
    found = [words(one) for one in given] if isinstance(given, list) else [words(given)]
    return tuple(Person(address, email=address) for address in found if "@" in address)
