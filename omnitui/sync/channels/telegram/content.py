"""What a message says: its text and files, for every kind of content that Telegram has (object `Message`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from omnitui.core.channel_events import RemoteFile
from omnitui.core.text.links import safe_url
from omnitui.sync.channels.telegram.client import LARGEST_DOWNLOAD
from omnitui.sync.channels.telegram.reading import full_name, items, number, phone, record, words

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """Text, files, kind for the row's mark, and how it was read."""

    text: str = ""
    files: tuple[RemoteFile, ...] = ()
    kind: str = "chat"
    notices: tuple[str, ...] = ()


def content_of(message: Given) -> Content | None:
    """The content; None where there is none of a kind that is known (a service message, or something new)."""
    for field, read in _KINDS.items():
        if message.get(field):
            found = read(message)
            # A field of another type than it should be says nothing: that something came must be seen all the same.
            if found.text or found.files:
                return found
    return None


def with_links(text: str, entities: Any) -> str:
    """The text with the addresses that lie under its words behind them: what is hidden must be seen.

    Entities count in UTF-16 code units (object `MessageEntity`).
    """
    hidden: dict[int, str] = {}
    for one in items(entities):
        given = record(one)
        end, url = number(given.get("offset")) + number(given.get("length")), words(given.get("url"))
        if given.get("type") == "text_link" and url and end > 0:
            hidden[end] = safe_url(url) or url
    if not hidden:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    for end in sorted(hidden, reverse=True):
        cut = 2 * end
        before = units[:cut].decode("utf-16-le", "replace")
        if cut <= len(units) and not before.endswith(hidden[end]):
            units = units[:cut] + f" <{hidden[end]}>".encode("utf-16-le", "replace") + units[cut:]
    return units.decode("utf-16-le", "replace")


def _text(message: Given) -> Content:
    return Content(with_links(words(message.get("text")), message.get("entities")))


def _caption(message: Given) -> str:
    return with_links(words(message.get("caption")), message.get("caption_entities"))


def _file(given: Given, name: str, kind: str) -> RemoteFile:
    size = max(0, number(given.get("file_size")))
    lost = ""
    if size > LARGEST_DOWNLOAD:
        lost = "larger than the 20 MB that Telegram gives to bots; open it in Telegram"
    elif not words(given.get("file_id")):
        lost = "Telegram did not say how to get it"
    return RemoteFile(
        ref=words(given.get("file_id")),
        name=words(given.get("file_name")) or name,
        type=words(given.get("mime_type")) or kind,
        size=size,
        width=max(0, number(given.get("width"))),
        height=max(0, number(given.get("height"))),
        lost=lost,
    )


def _media(field: str, name: str, type_: str, kind: str = "chat", notice: str = "") -> Callable[[Given], Content]:
    """A reader of media that are one file."""

    def read(message: Given) -> Content:
        file = _file(record(message.get(field)), name, type_)
        return Content(_caption(message), (file,), kind, (notice,) if notice else ())

    return read


def _recording(field: str, name: str, type_: str, what: str) -> Callable[[Given], Content]:
    """A reader of what somebody spoke: it has no words of its own, so that it is said what it is and how long."""

    def read(message: Given) -> Content:
        given = record(message.get(field))
        length = max(0, number(given.get("duration")))
        told = f"[{what}, {length // 60}:{length % 60:02d}]" if length else f"[{what}]"
        shown = "\n".join(filter(None, (told, _caption(message))))
        return Content(shown, (_file(given, name, type_),), "voice")

    return read


def _audio(message: Given) -> Content:
    given = record(message.get("audio"))
    title = " - ".join(filter(None, (words(given.get("performer")), words(given.get("title")))))
    name = f"{title}.mp3" if title else "audio.mp3"
    return Content(_caption(message), (_file(given, name, "audio/mpeg"),))


def _photo(message: Given) -> Content:
    """The largest of the sizes in which a photo is kept."""
    sizes = [record(size) for size in items(message.get("photo"))]
    largest = max(sizes, key=lambda size: number(size.get("width")) * number(size.get("height")), default={})
    return Content(_caption(message), (_file(largest, "photo.jpg", "image/jpeg"),))


def _sticker(message: Given) -> Content:
    given = record(message.get("sticker"))
    name, kind = "sticker.webp", "image/webp"
    if given.get("is_animated") is True:
        name, kind = "sticker.tgs", "application/x-tgsticker"
    elif given.get("is_video") is True:
        name, kind = "sticker.webm", "video/webm"
    emoji = words(given.get("emoji"))
    shown = emoji or "[sticker]"
    return Content(shown, (_file(given, name, kind),), "sticker", ("a sticker, shown as its emoji",) if emoji else ())


def _location(message: Given) -> Content:
    given = record(message.get("location"))
    live = ("a live location: it moves, and Telegram shows where",) if number(given.get("live_period")) else ()
    return Content(f"Location: {_place(given)}", (), "location", live)


def _venue(message: Given) -> Content:
    given = record(message.get("venue"))
    lines = (words(given.get("title")), words(given.get("address")), _place(record(given.get("location"))))
    return Content("\n".join(line for line in lines if line), (), "location")


def _place(given: Given) -> str:
    latitude, longitude = given.get("latitude"), given.get("longitude")
    if not all(isinstance(one, int | float) and abs(one) <= 180 for one in (latitude, longitude)):
        return "[unreadable]"
    at = f"{latitude:.5f}, {longitude:.5f}"
    link = (
        f"https://www.openstreetmap.org/?mlat={latitude:.5f}&mlon={longitude:.5f}#map=16/{latitude:.5f}/{longitude:.5f}"
    )
    return f"{at}\n{link}"


def _contact(message: Given) -> Content:
    given = record(message.get("contact"))
    shown = phone(given.get("phone_number")) or words(given.get("phone_number"))
    first = f"Contact: {' '.join(filter(None, (full_name(given), shown)))}"
    return Content("\n".join((first, *_card(words(given.get("vcard")), shown))), (), "contact")


def _card(vcard: str, known: str) -> list[str]:
    """What a vCard (RFC 6350) tells beside the name and the number that is known."""
    found = []
    for line in vcard.splitlines()[:200]:
        head, _, value = line.partition(":")
        # A group may stand before a property's name, parameters after it.
        name = head.partition(";")[0].rpartition(".")[2].upper()
        told = " ".join(value.replace("\\,", ",").replace("\\n", " ").strip(" ;").replace(";", ", ").split())
        if name in _CARD and told and (name != "TEL" or (phone(told) or told) != known):
            found.append(f"{_CARD[name]}: {told[:300]}")
    return found[:20]


def _poll(message: Given) -> Content:
    given = record(message.get("poll"))
    kinds = [
        "quiz" if given.get("type") == "quiz" else "",
        "several answers may be chosen" if given.get("allows_multiple_answers") is True else "",
        "closed" if given.get("is_closed") is True else "",
    ]
    kind = f" ({', '.join(filter(None, kinds))})" if any(kinds) else ""
    voted = number(given.get("total_voter_count")) > 0
    answers = [_answer(record(option), voted=voted) for option in items(given.get("options"))]
    lines = [f"Poll{kind}: {words(given.get('question'))}", words(given.get("description")), *answers]
    return Content("\n".join(filter(None, lines)), (), "poll", ("a poll; vote in Telegram",))


def _answer(option: Given, *, voted: bool) -> str:
    votes = f" ({number(option.get('voter_count'))})" if voted else ""
    return f"- {words(option.get('text'))}{votes}"


def _checklist(message: Given) -> Content:
    given = record(message.get("checklist"))
    tasks = [
        f"[{'x' if number(record(task).get('completion_date')) else ' '}] {words(record(task).get('text'))}"
        for task in items(given.get("tasks"))
    ]
    return Content("\n".join([words(given.get("title")), *tasks]))


def _dice(message: Given) -> Content:
    given = record(message.get("dice"))
    return Content(f"{words(given.get('emoji'))} {number(given.get('value'))}".strip())


def _invoice(message: Given) -> Content:
    given = record(message.get("invoice"))
    return Content(f"Invoice: {words(given.get('title'))}\n{words(given.get('description'))}".strip())


def _said(label: str, field: str, inner: str) -> Callable[[Given], Content]:
    """A reader of content of which one text is shown."""
    return lambda message: Content(f"{label}: {words(record(message.get(field)).get(inner))}".rstrip(": "))


def _unshown(words_: str) -> Callable[[Given], Content]:
    """A reader of content that a bot gets no more of than that it is there."""
    return lambda message: Content(
        "\n".join(filter(None, (_caption(message), f"[{words_}; open it in Telegram]"))),
        (),
        "chat",
        (f"{words_}, which bots cannot read",),
    )


def _rich(message: Given) -> Content:
    lines: list[str] = []
    _gather(record(message.get("rich_message")).get("blocks"), lines)
    return Content("\n".join(lines) or "[a formatted message; open it in Telegram]", notices=("a formatted message",))


def _gather(value: Any, lines: list[str], depth: int = 0) -> None:
    """Every text in nested blocks, in their order."""
    if depth > 40 or len(lines) > 2000:
        return
    if isinstance(value, str):
        lines.append(value)
    for one in value if isinstance(value, list) else ():
        _gather(one, lines, depth + 1)
    if isinstance(value, dict):
        for name in ("title", "text", "caption", "blocks", "items", "cells", "rows"):
            if name in value:
                _gather(value[name], lines, depth + 1)


_CARD = {
    "TEL": "Phone",
    "EMAIL": "Mail",
    "ORG": "Firm",
    "TITLE": "Role",
    "ADR": "Address",
    "URL": "Web",
    "NOTE": "Note",
}

_KINDS: dict[str, Callable[[Given], Content]] = {
    "text": _text,
    "rich_message": _rich,
    # Before `document`, `photo` and `location`: Telegram fills those, too, for older bots.
    "animation": _media("animation", "animation.mp4", "video/mp4"),
    "live_photo": _media("live_photo", "photo.mp4", "video/mp4", notice="a photo that moves"),
    "venue": _venue,
    "photo": _photo,
    "document": _media("document", "document", "application/octet-stream"),
    "video": _media("video", "video.mp4", "video/mp4"),
    "voice": _recording("voice", "voice.ogg", "audio/ogg", "Voice message"),
    "video_note": _recording("video_note", "video.mp4", "video/mp4", "Video message"),
    "audio": _audio,
    "sticker": _sticker,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "checklist": _checklist,
    "dice": _dice,
    "invoice": _invoice,
    "game": _said("Game", "game", "title"),
    "web_app_data": _said("From the web app", "web_app_data", "data"),
    "paid_media": _unshown("paid media"),
    "story": _unshown("a story"),
    "giveaway": _unshown("a giveaway"),
    "passport_data": _unshown("passport data"),
}
