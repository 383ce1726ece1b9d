"""A file of mails taken apart: an mbox with several messages, or one message."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FROM = re.compile(
    rb"^From [^\r\n]{0,300}?[ \t](?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?[ \t]+)?"
    rb"(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*[ \t]+\d{1,2}|"
    rb"\d{1,2}[ \t]+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*)"
    rb"[^\r\n]{0,60}?\d{1,2}:\d{2}[^\r\n]{0,60}\r?\n(?=[!-9;-~]+[ \t]*:|>?From )",
    re.MULTILINE,
)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def messages(data: bytes) -> Iterator[bytes]:
    """Each message in a file, without its envelope line.

    A separator is a line "From " with a date on it and a header line after it; the address may be anything, since
    public archives write "user at host". A file that does not begin with one is a single message.
    """
    begin = _FROM.match(data.lstrip(b"\r\n"))
    if begin is None:
        yield data
        return
    data = data.lstrip(b"\r\n")
    starts = [match.span() for match in _FROM.finditer(data)]
    for index, (_, begins) in enumerate(starts):
        end = starts[index + 1][0] if index + 1 < len(starts) else len(data)
        message = data[begins:end]
        if message.endswith(b"\n\n"):
            message = message[:-1]
        yield _QUOTED.sub(rb"\1", message)
