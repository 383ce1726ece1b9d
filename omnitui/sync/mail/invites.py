"""Calendar invitations (RFC 5545, RFC 5546), reduced to what an agent needs to see. One pass, nothing is expanded."""

from __future__ import annotations

import re

from omnitui.core.mail import Invitation
from omnitui.core.text.clean import safe_text
from omnitui.sync.mail.charsets import decode
from omnitui.sync.mail.part import Part

_READ = 256 * 1024
_FOLD = re.compile(r"\r?\n[ \t]")
_ESCAPE = re.compile(r"\\([\\;,nN])")
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")


def invitation_of(parts: list[Part]) -> Invitation | None:
    """The first event of the first calendar part among these, or None."""
    for part in parts:
        if part.type in ("text/calendar", "application/ics"):
            text, _ = decode(part.content()[:_READ], part.params.get("charset", "utf-8"))
            return _event(_FOLD.sub("", text), part.params.get("method", ""))
    return None


def _event(text: str, method: str) -> Invitation | None:
    inside, seen = False, False
    found: dict[str, tuple[str, str]] = {}
    for line in text.splitlines():
        name, params, value = _line(line)
        if name == "METHOD" and not inside:
            method = method or value
        elif name == "BEGIN" and value.upper() in ("VEVENT", "VTODO") and not seen:
            inside = seen = True
        elif (name == "BEGIN" and inside) or (name == "END" and inside):
            # Alarms inside the event have a description of their own; the event's fields come first.
            if name == "END" and value.upper() in ("VEVENT", "VTODO"):
                break
        elif inside:
            found.setdefault(name, (params, value))
    if not seen:
        return None
    return Invitation(
        method=_plain(method).upper()[:40],
        summary=_plain(found.get("SUMMARY", ("", ""))[1])[:500],
        starts=_time(*found.get("DTSTART", ("", ""))),
        ends=_time(*found.get("DTEND", found.get("DUE", ("", "")))),
        place=_plain(found.get("LOCATION", ("", ""))[1])[:500],
        organiser=_person(*found.get("ORGANIZER", ("", ""))),
    )


def _line(line: str) -> tuple[str, str, str]:
    """Name, parameters and value; a colon inside a quoted parameter parts nothing."""
    quoted = False
    for at, char in enumerate(line[:2000]):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            name, _, params = line[:at].partition(";")
            return name.upper(), params, line[at + 1 :]
    return "", "", ""


def _plain(value: str) -> str:
    text = _ESCAPE.sub(lambda m: "\n" if m[1] in "nN" else m[1], value)
    return safe_text(text, lines=False)


def _time(params: str, value: str) -> str:
    """`2026-02-03T14:00:00Z`, with the zone's name behind it where the time is a local one, a bare date for a day."""
    found = _TIME.match(value)
    if found is None:
        return ""
    day = f"{found[1]}-{found[2]}-{found[3]}"
    if found[4] is None:
        return day
    zone = re.search(r"(?i)TZID=\"?([^\";:]{1,80})", params)
    tail = "Z" if found[7] else f" {_plain(zone[1])}" if zone else ""
    return f"{day}T{found[4]}:{found[5]}:{found[6]}{tail}"


def _person(params: str, value: str) -> str:
    name = re.search(r'(?i)CN="?([^";:]{1,200})', params)
    address = re.sub(r"(?i)^mailto:", "", value.strip())
    return _plain(f"{name[1]} <{address}>" if name else address)[:400]
