"""A form with files (multipart/form-data, RFC 7578), as bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from omnitui.sync.channels.contract import OutboundFile


def multipart(fields: Mapping[str, str], name: str, files: Iterable[tuple[OutboundFile, bytes]]) -> tuple[str, bytes]:
    """The content type and the body: `fields`, then every file under `name`.

    The boundary comes from the content, so that the same form is the same bytes at every try.
    """
    parts = [(f'form-data; name="{_quoted(key)}"', "", value.encode()) for key, value in fields.items()]
    parts += [
        (f'form-data; name="{_quoted(name)}"; filename="{_quoted(file.name)}"', file.type, data) for file, data in files
    ]
    digest = hashlib.sha256()
    for head, _, data in parts:
        digest.update(head.encode())
        digest.update(data)
    boundary = f"omnitui-{digest.hexdigest()[:40]}"
    body = bytearray()
    for head, kind, data in parts:
        body += f"--{boundary}\r\nContent-Disposition: {head}\r\n".encode()
        if kind:
            body += f"Content-Type: {_plain(kind)}\r\n".encode()
        body += b"\r\n" + data + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", bytes(body)


def _quoted(text: str) -> str:
    """Inside the quotes of a header: what could end them or the line is escaped as browsers do (WHATWG HTML)."""
    return "".join({'"': "%22", "\r": "%0D", "\n": "%0A"}.get(char, char) for char in text)


def _plain(kind: str) -> str:
    return kind if kind.isascii() and kind.isprintable() else "application/octet-stream"
