"""On which line of a TOML text each key stands: tomllib reads values and forgets where they were.

Looked at only when there is an error to report, and only on text that tomllib has accepted.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'(?P<string>"""(?:\\.|[^\\])*?"""+|\'\'\'.*?\'\'\'+|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<comment>#[^\n]*)|(?P<newline>\n)|(?P<space>[ \t\r]+)"
    r"|(?P<mark>[\[\]{}=,.])|(?P<bare>[^\s\[\]{}=,.#\"']+)",
    re.DOTALL,
)


def key_lines(text: str) -> dict[Path, int]:
    """Every key's path, with indices for arrays, and the line (from 1) where it stands."""
    return _Scan(text).lines


class _Scan:
    """One pass over the tokens: `header` is the open table, `path` what the current value belongs to."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._tokens = self._split(text)
        self._at = 0
        header: Path = ()
        while (token := self._peek()) is not None:
            if token[0] == "newline":
                self._at += 1
            elif token[1] == "[":
                header = self._header()
            else:
                self._pair(header)

    @staticmethod
    def _split(text: str) -> list[tuple[str, str, int]]:
        tokens, line = [], 1
        for match in _TOKEN.finditer(text):
            kind, value = str(match.lastgroup), match.group()
            if kind not in ("space", "comment"):
                tokens.append((kind, value, line))
            line += value.count("\n")
        return tokens

    def _peek(self) -> tuple[str, str, int] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _header(self) -> Path:
        double = self._tokens[self._at + 1][1] == "["
        line = self._tokens[self._at][2]
        self._at += 2 if double else 1
        names = self._key()
        self._at += 2 if double else 1
        path = self._resolve((), names, last_is_array=double)
        self.lines.setdefault(path, line)
        return path

    def _resolve(self, base: Path, names: list[str], *, last_is_array: bool = False) -> Path:
        """Names in a header speak of the newest element of each array of tables on the way."""
        path = base
        for position, name in enumerate(names):
            path = (*path, name)
            count = sum(1 for known in self.lines if known[:-1] == path and isinstance(known[-1], int))
            if last_is_array and position == len(names) - 1:
                path = (*path, count)
            elif count:
                path = (*path, count - 1)
        return path

    def _key(self) -> list[str]:
        names = []
        while (token := self._peek()) is not None:
            names.append(_unquoted(token))
            self._at += 1
            following = self._peek()
            if following is None or following[1] != ".":
                break
            self._at += 1
        return names

    def _pair(self, base: Path) -> None:
        line = self._tokens[self._at][2]
        path = base
        for name in self._key():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self._at += 1  # the equals sign
        self._value(path)

    def _value(self, path: Path) -> None:
        token = self._peek()
        if token is not None and token[0] == "mark" and token[1] in "[{":
            self._at += 1
            self._array(path) if token[1] == "[" else self._table(path)
            return
        while (token := self._peek()) is not None and token[0] != "newline" and token[1] not in (",", "]", "}"):
            self._at += 1

    def _array(self, path: Path) -> None:
        index = 0
        while (token := self._peek()) is not None and token[1] != "]":
            if token[0] == "newline" or token[1] == ",":
                self._at += 1
                continue
            self.lines[(*path, index)] = token[2]
            self._value((*path, index))
            index += 1
        self._at += 1

    def _table(self, path: Path) -> None:
        while (token := self._peek()) is not None and token[1] != "}":
            if token[0] == "newline" or token[1] == ",":
                self._at += 1
            else:
                self._pair(path)
        self._at += 1


def _unquoted(token: tuple[str, str, int]) -> str:
    kind, value, _ = token
    return value[1:-1] if kind == "string" else value
