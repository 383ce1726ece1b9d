"""Address headers, read as people write them (RFC 5322 section 3.4 and well beyond), in one pass."""

from __future__ import annotations

import re

from omnitui.core.mail import Address
from omnitui.core.text.clean import safe_text
from omnitui.sync.mail.words import decoded

SHOWN = 200
"""Recipients kept of one header."""

_TOKEN = re.compile(r"=\?[^?\s]{1,80}\?[bBqQ]\?[^?]*\?=|[^\"()<>,;:=\s]+|\s+|.", re.DOTALL)
_SIMPLE = re.compile(
    r"[ \t]*(?:\"?([A-Za-z0-9][A-Za-z0-9 .&/-]*)\"?[ \t]*<([\w.+=-]+@[\w.-]+)>|([\w.+=-]+@[\w.-]+))[ \t]*", re.ASCII
)
"""What most address headers are, so that they need not be read word by word."""
_AT_WORDS = re.compile(r"(\S+) at (\S+)")
_LOOSE_DOT = re.compile(r" \. ?")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")


class _Reader:
    """One pass over an address header."""

    def __init__(self, value: str, limit: int) -> None:
        self.value = value
        self.limit = limit
        self.found: list[Address] = []
        self.dead: set[str] = set()
        self._begin()

    def _begin(self) -> None:
        self.words: list[str] = []
        self.quoted: list[str] = []
        self.comments: list[str] = []
        self.angle: str | None = None

    def read(self) -> list[Address]:
        at, size = 0, len(self.value)
        while at < size and len(self.found) < self.limit:
            token = _TOKEN.match(self.value, at)
            text = token[0] if token else self.value[at]
            at = self._take(text, at)
        if len(self.found) < self.limit:
            self._finish()
        return self.found

    def _take(self, text: str, at: int) -> int:
        """Use one token; the offset after it."""
        if text in ('"', "(", "<") and text not in self.dead:
            end = {'"': self._quoted, "(": self._comment, "<": self._angled}[text](at)
            if end > at:
                return end
            self.dead.add(text)
        elif text in (",", ";"):
            self._finish()
        elif text == ":" and "@" not in "".join(self.words) and self.angle is None:
            self._begin()
        elif not (text in (")", ">") and self.angle is not None):
            self.words.append(text)
        return at + len(text)

    def _quoted(self, at: int) -> int:
        out, here = [], at + 1
        while here < len(self.value):
            char = self.value[here]
            if char == "\\" and here + 1 < len(self.value):
                here += 1
                out.append(self.value[here])
            elif char == '"':
                self.words.append('"')
                self.quoted.append("".join(out))
                return here + 1
            else:
                out.append(char)
            here += 1
        return at

    def _comment(self, at: int) -> int:
        depth, here = 0, at
        while here < len(self.value):
            char = self.value[here]
            if char == "\\":
                here += 1
            elif char == "(":
                depth += 1
            elif char == ")":
                depth -= 1
                if depth == 0:
                    self.comments.append(self.value[at + 1 : here])
                    return here + 1
            here += 1
        return at

    def _angled(self, at: int) -> int:
        end = self.value.find(">", at)
        if end < 0:
            return at
        inside = self.value[at + 1 : end].rpartition("<")[2]
        if self.angle is None or "@" in inside:
            if self.angle is not None:
                self._finish()
            self.angle = inside
        return end + 1

    def _phrase(self) -> str:
        """The words with their quoted strings put back in place."""
        quoted = iter(self.quoted)
        return decoded("".join(next(quoted, "") if word == '"' else word for word in self.words))

    def _finish(self) -> None:
        name = _clean(self._phrase())
        comment = _clean(decoded(" ".join(self.comments)))
        email = _spec(self.angle) if self.angle is not None else ""
        if self.angle is None:
            name, email = _bare(name, bool(self.comments) and not self.quoted)
        elif not email and _ADDRESS.fullmatch(name):
            name, email = "", name
        if not name:
            name = comment
        if name or email or self.angle is not None:
            self.found.append(Address(_unquoted(name), email))
        self._begin()


def _clean(text: str) -> str:
    return safe_text(text, lines=False)[:500]


def _spec(text: str) -> str:
    """What stood between the angle brackets, without a route (RFC 5322 4.4) and without white space."""
    spec = "".join(_clean(decoded(text)).split())
    if spec.startswith("@") and ":" in spec:
        spec = spec.rpartition(":")[2]
    spec = spec.removeprefix("mailto:").strip("<>'")
    return spec[:320]


def _bare(text: str, local: bool) -> tuple[str, str]:
    """Name and address of an entry without angle brackets. One word is a name, but a local mailbox where a comment
    stands beside it: `MAILER-DAEMON (Mail Delivery System)`."""
    if _AT_WORDS.fullmatch(text) and "@" not in text:
        return "", text.replace(" at ", "@")
    if "@" in text:
        tight = _LOOSE_DOT.sub(".", re.sub(" ?@ ?", "@", text))
        inside = _ADDRESS.search(tight)
        if inside is not None:
            rest = (tight[: inside.start()] + tight[inside.end() :]).strip(" '\"[]")
            return rest, inside[0].strip("'[]<>").removeprefix("mailto:")[:320]
    return ("", text) if local and text and " " not in text else (text, "")


def _unquoted(name: str) -> str:
    """`'Anna' ` and `"Anna"` as Anna: some senders quote twice."""
    name = name.strip()
    while len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1].strip()
    return name


def addresses(values: list[str], limit: int = SHOWN) -> tuple[Address, ...]:
    """The mailboxes of one or more headers of the same name (bytes as latin-1), groups opened, at most `limit`."""
    found: list[Address] = []
    for value in values:
        if len(value) < 300 and (simple := _SIMPLE.fullmatch(value)) and "=?" not in value:
            found.append(Address((simple[1] or "").strip(), simple[2] or simple[3]))
            continue
        found += _Reader(value, limit - len(found)).read()
        if len(found) >= limit:
            break
    return tuple(found)
