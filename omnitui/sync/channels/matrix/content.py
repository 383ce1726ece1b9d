"""The content of a message (m.room.message and its kin) as text, files and a kind: pure, and never raises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from omnitui.core.channel_events import RemoteFile
from omnitui.sync.channels.matrix.fields import number, record, records, texts, words

KEY = "org.omnitui.key"
"""In the content of what we send: our key, which every device of ours sees and no server forgets."""
PART = "org.omnitui.part"
"""Which of the events of one send it is, from 0."""
PARTS = "org.omnitui.parts"
"""How many events the send has."""
ENCRYPTED = "An encrypted message: omnitui cannot read it. Another Matrix program of this user can."
_MXC = re.compile(r"mxc://([^/\s\x00-\x1f?#]{1,255})/([A-Za-z0-9_.~=+-]{1,255})\Z")
_FALLBACK = re.compile(r"<mx-reply>.*?</mx-reply>", re.DOTALL | re.IGNORECASE)
_FILES = frozenset({"m.image", "m.file", "m.audio", "m.video"})
VOTE = "org.matrix.msc3381.poll.response"
_POLLS = frozenset({"m.poll.start", "org.matrix.msc3381.poll.start"})


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says."""

    text: str
    kind: str = "chat"
    files: tuple[RemoteFile, ...] = ()
    html: str = ""
    notices: tuple[str, ...] = ()


def media_of(ref: str) -> tuple[str, str] | None:
    """Server and id of an mxc:// address; None for what is none."""
    found = _MXC.match(ref)
    return (found[1], found[2]) if found and ".." not in found[2] else None


def relation(content: dict[str, Any]) -> tuple[str, str]:
    """How and to which event it relates, such as ("m.replace", "$id"); both empty where it does not."""
    related = record(content.get("m.relates_to"))
    return words(related.get("rel_type")), words(related.get("event_id"))


def answered(content: dict[str, Any]) -> str:
    """The event that it answers; in a thread without a reply of its own, the root of the thread."""
    related = record(content.get("m.relates_to"))
    target = words(record(related.get("m.in_reply_to")).get("event_id"))
    if related.get("rel_type") == "m.thread" and (related.get("is_falling_back") is True or not target):
        return words(related.get("event_id"))
    return target


def read_content(type_: str, content: dict[str, Any], name: str) -> Said:
    """What an event of this type says; `name` is its author's."""
    if type_ == "m.room.encrypted":
        return Said(ENCRYPTED, "encrypted")
    if type_ == "m.sticker":
        return Said(words(content.get("body")), "sticker", (_file(content, "m.image"),), notices=("a sticker",))
    if type_ in _POLLS:
        return _poll(content)
    if type_ == "m.call.invite":
        return Said(f"{name} called. omnitui takes no calls; another Matrix program does.", "call")
    if type_ != "m.room.message":
        text = words(content.get("body")) or words(content.get("m.text"))
        return Said(text, notices=(f"an event of the type {type_[:80]}, shown as its text",))
    return _message(content, name)


def _message(content: dict[str, Any], name: str) -> Said:
    kind, body, html = words(content.get("msgtype")), words(content.get("body")), _html(content)
    if answered(content):
        body = without_fallback(body)
    if kind in _FILES:
        file = _file(content, kind)
        # MSC 2530: with a file name of its own, the body is a caption.
        caption = body if words(content.get("filename")) not in ("", body) else ""
        voice = "org.matrix.msc3245.voice" in content
        return Said(caption, "chat", (file,), html if caption else "", ("a voice message",) if voice else ())
    if kind == "m.location":
        place = words(content.get("geo_uri"))[:200]
        return Said("\n".join(line for line in (body, place) if line), "location")
    if kind == "m.emote":
        return Said(f"* {name} {body}")
    if kind in ("m.text", "m.notice"):
        return Said(body, html=html)
    if kind == "m.key.verification.request":
        return Said(f"{name} asks to verify this session; that can be left alone.", "system")
    if kind == "m.server_notice":
        return Said(body, notices=("a notice of the homeserver",))
    if not body:
        return Said("", notices=(f"a message of the type {kind[:80] or '(none)'}, which omnitui cannot show",))
    return Said(body, html=html, notices=(f"a message of the type {kind[:80] or '(none)'}, shown as its text",))


def without_fallback(body: str) -> str:
    """The body of a reply without the quote that older programs put before it (before v1.13 of the specification)."""
    lines = body.split("\n")
    count = next((n for n, line in enumerate(lines) if line != ">" and not line.startswith("> ")), len(lines))
    if not count:
        return body
    return "\n".join(lines[count + 1 :] if count < len(lines) and not lines[count].strip() else lines[count:])


def _html(content: dict[str, Any]) -> str:
    if content.get("format") != "org.matrix.custom.html":
        return ""
    return _FALLBACK.sub("", words(content.get("formatted_body")))


def _file(content: dict[str, Any], kind: str) -> RemoteFile:
    info = record(content.get("info"))
    name = words(content.get("filename")) or words(content.get("body"))
    usual = {"m.image": "image/*", "m.audio": "audio/*", "m.video": "video/*"}.get(kind, "")
    ref = words(content.get("url"))
    lost = ""
    if isinstance(content.get("file"), dict):
        ref, lost = "", "it is encrypted; another Matrix program of this user can open it"
    elif media_of(ref) is None:
        ref, lost = "", "the message does not say where it is"
    return RemoteFile(
        ref=ref,
        name=name[:300],
        type=words(info.get("mimetype"))[:200] or usual.replace("*", "unknown") or "application/octet-stream",
        size=number(info.get("size")),
        width=number(info.get("w"), 1_000_000),
        height=number(info.get("h"), 1_000_000),
        lost=lost,
    )


def _poll(content: dict[str, Any]) -> Said:
    """A poll's question and answers (v1.7 and its forerunner)."""
    poll = record(content.get("m.poll") or content.get("org.matrix.msc3381.poll.start"))
    lines = [_text_of(record(poll.get("question")))]
    lines += [f"- {_text_of(answer)}" for answer in records(poll.get("answers"))[:50]]
    text = "\n".join(line for line in lines if line.strip("- "))
    return Said(text or words(content.get("body")), "poll", notices=("a poll; omnitui cannot vote",))


def poll_answers(content: dict[str, Any]) -> dict[str, str]:
    """The answers of a poll by their ids."""
    poll = record(content.get("m.poll") or content.get("org.matrix.msc3381.poll.start"))
    found = {words(one.get("m.id")) or words(one.get("id")): _text_of(one) for one in records(poll.get("answers"))[:50]}
    return {id_: text for id_, text in found.items() if id_ and text}


def is_poll(type_: str) -> bool:
    """Whether an event of this type begins a poll."""
    return type_ in _POLLS


def _text_of(value: dict[str, Any]) -> str:
    for name in ("m.text", "org.matrix.msc1767.text", "body"):
        given = value.get(name)
        if isinstance(given, str):
            return words(given)
        for piece in records(given):
            if found := words(piece.get("body")):
                return found
    return next(iter(texts(value.get("m.text"))), "")
