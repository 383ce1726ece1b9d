"""Mails too large to take whole: headers and text now, attachments when somebody opens them.

What comes is put together to a mail of the same structure (BODYSTRUCTURE, RFC 9051 7.5.2), with the big parts empty, so
that the one parser reads it and part numbers stay the server's.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

from omnitui.core.errors import ProtocolError
from omnitui.core.mail import ParsedMail
from omnitui.core.times import Instant
from omnitui.store.ingest import FetchedMail
from omnitui.sync.imap import responses
from omnitui.sync.imap.connection import Connection
from omnitui.sync.imap.fetch import RawMail
from omnitui.sync.imap.prepare import fetched_mail
from omnitui.sync.mail.made import made
from omnitui.sync.mail.parse import parse_mail

HEADER_MOST = 256 * 1024
TEXT_MOST = 256 * 1024
MIME_MOST = 16 * 1024
TEXTS = 10
"""Text parts fetched at once."""
PARTS = 300
PIECE = 1024 * 1024
_CONTENT = re.compile(
    rb"^content-(?:type|transfer-encoding)[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True)
class Node:
    """A part of the structure; `children` are empty for a leaf."""

    section: str
    type: str
    encoding: str
    size: int
    attached: bool
    children: tuple[Node, ...] = ()

    def leaves(self) -> Iterator[Node]:
        """Every part that is no multipart."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


def fetch_large(connection: Connection, mail: RawMail, now: Instant) -> FetchedMail | None:
    """The readable part of a large mail of the selected folder; None when it is gone meanwhile."""
    header = _section(connection, mail.uid, "HEADER", HEADER_MOST)
    if header is None:
        return None
    root = structure(connection, mail.uid)
    texts = [leaf for leaf in root.leaves() if leaf.type in ("text/plain", "text/html") and not leaf.attached][:TEXTS]
    bodies = {leaf.section: _section(connection, mail.uid, leaf.section, TEXT_MOST) or b"" for leaf in texts}
    mimes = {}
    if root.children:
        leaves = list(root.leaves())[:PARTS]
        mimes = {
            leaf.section: _section(connection, mail.uid, f"{leaf.section}.MIME", MIME_MOST) or b"" for leaf in leaves
        }
    raw = _CONTENT.sub(b"", header.rstrip(b"\r\n") + b"\r\n") if root.children else header.rstrip(b"\r\n") + b"\r\n"
    raw += _render(root, bodies, mimes) if root.children else b"\r\n" + bodies.get("1", b"")
    return fetched_mail(mail, made(raw, _with_sizes(parse_mail(raw), root, bodies)), now, complete=False)


def _with_sizes(parsed: ParsedMail, root: Node, bodies: dict[str, bytes]) -> ParsedMail:
    leaves = {leaf.section: leaf for leaf in root.leaves()}
    attachments = tuple(
        replace(a, size=decoded_size(leaves[a.part]), sha256="") if a.part in leaves and a.part not in bodies else a
        for a in parsed.attachments
    )
    cut = any(leaves[section].size > len(body) for section, body in bodies.items())
    notice = ("This mail is very long; only the beginning of its text was fetched",) if cut else ()
    return replace(parsed, attachments=attachments, notices=parsed.notices + notice)


def decoded_size(leaf: Node) -> int:
    """About how many bytes a part has when decoded: base64 has lines of 76 characters and CR LF."""
    return leaf.size * 57 // 78 if leaf.encoding == "base64" else leaf.size


def _section(connection: Connection, uid: int, section: str, most: int) -> bytes | None:
    wanted = f"BODY[{section}]"
    for one in connection.fetch(str(uid), f"(UID BODY.PEEK[{section}]<0.{most}>)", literal=most):
        if one.uid == uid and wanted in one.sections:
            return one.sections[wanted]
    return None


def structure(connection: Connection, uid: int) -> Node:
    """What a mail is made of. One that cannot be read counts as one big attachment."""
    connection.allow()
    wanted = [str(uid).encode(), b"(UID BODYSTRUCTURE)"]
    for parts in list(connection.answers(connection.send(*wanted, verb=b"UID FETCH"))):
        try:
            found = responses.body_structure(parts)
            if found is not None:
                return _node(found, "", 0)
        except (ProtocolError, IndexError, TypeError):
            continue
    return Node("1", "application/octet-stream", "", 0, attached=True)


def _node(values: list[object], section: str, depth: int) -> Node:
    if isinstance(values[0], list):
        if depth > 30:
            raise ProtocolError("a mail nested too deep")
        # Parts come first; the first string is the subtype, and what follows it is no part.
        parts = list(takewhile(lambda value: isinstance(value, list), values))[:PARTS]
        numbered = [(f"{section}.{n}".lstrip("."), part) for n, part in enumerate(parts, 1) if isinstance(part, list)]
        kids = tuple(_node(part, name, depth + 1) for name, part in numbered)
        kind = next((v for v in values if isinstance(v, bytes)), b"mixed")
        return Node(section, "multipart/" + _text(kind), "", 0, attached=False, children=kids)
    size = values[6] if len(values) > 6 else b"0"
    attached = any(isinstance(v, list) and v and _text(v[0]) == "attachment" for v in values[7:])
    number = int(size) if isinstance(size, bytes) and size.isdigit() else 0
    return Node(section or "1", f"{_text(values[0])}/{_text(values[1])}", _text(values[5]), number, attached=attached)


def _text(value: object) -> str:
    return value.decode("ascii", "replace").lower() if isinstance(value, bytes) else ""


def _render(node: Node, bodies: dict[str, bytes], mimes: dict[str, bytes]) -> bytes:
    """Headers of the part, an empty line, its body."""
    if not node.children:
        return (
            mimes.get(node.section, b"").rstrip(b"\r\n")
            + b"\r\n\r\n"
            + _whole_lines(node, bodies.get(node.section, b""))
        )
    mark = b"omni-" + hashlib.sha256(repr((node.section, sorted(bodies))).encode()).hexdigest()[:24].encode()
    out = b'Content-Type: %s; boundary="%s"\r\n\r\n' % (node.type.encode("ascii", "replace"), mark)
    for child in node.children:
        out += b"--" + mark + b"\r\n" + _render(child, bodies, mimes) + b"\r\n"
    return out + b"--" + mark + b"--\r\n"


def _whole_lines(node: Node, body: bytes) -> bytes:
    """Cut at a line's end, so that no encoding is broken in the middle."""
    return body if node.size <= len(body) else body[: body.rfind(b"\n") + 1]


def fetch_part(connection: Connection, uid: int, section: str, into: Path) -> tuple[str, int] | None:
    """An attachment of the selected folder, decoded, as a file named by its SHA-256; gives that and the size.

    It comes in pieces, so that memory does not grow with it. None when the mail is gone.
    """
    leaf = next((leaf for leaf in structure(connection, uid).leaves() if leaf.section == section), None)
    if leaf is None:
        return None
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    part = into / f".{os.getpid()}-{uid}-{section}.part"
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600), "wb") as file:
        for data in _decoded(_pieces(connection, uid, section), leaf.encoding):
            digest.update(data)
            size += len(data)
            file.write(data)
    part.replace(into / digest.hexdigest())
    return digest.hexdigest(), size


def _pieces(connection: Connection, uid: int, section: str) -> Iterator[bytes]:
    at, wanted = 0, f"BODY[{section}]"
    while True:
        items = f"(UID BODY.PEEK[{section}]<{at}.{PIECE}>)"
        found = [one.sections.get(wanted, b"") for one in connection.fetch(str(uid), items, literal=PIECE)]
        data = b"".join(found)
        if not data:
            return
        yield data
        at += len(data)
        if len(data) < PIECE:
            return


def _decoded(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The bytes behind a transfer encoding, piece by piece; what is not base64 is left out (RFC 2045 6.8)."""
    rest = b""
    for piece in pieces:
        if encoding == "base64":
            clean = rest + re.sub(rb"[^A-Za-z0-9+/]", b"", piece)
            whole = len(clean) // 4 * 4
            rest = clean[whole:]
            yield base64.b64decode(clean[:whole])
        elif encoding == "quoted-printable":
            text = rest + piece
            end = text.rfind(b"\n") + 1
            rest = text[end:]
            yield quopri.decodestring(text[:end])
        else:
            yield piece
    if rest and encoding == "base64":
        try:
            yield base64.b64decode(rest + b"=" * (-len(rest) % 4))
        except binascii.Error:
            return
    elif rest:
        yield quopri.decodestring(rest)
