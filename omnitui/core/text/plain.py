"""Plain mail text as blocks: paragraphs, quotes with their depth, lists, code and logs, links.

Line breaks are kept. Where a quote begins and whose words are whose is `quoting.split_reply`'s business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from omnitui.core.blocks import Block, BlockKind
from omnitui.core.text.clean import safe_text
from omnitui.core.text.links import link_spans

_QUOTED = re.compile(r" {0,3}((?:> ?)+)")
_ITEM = re.compile(r"( {0,12})([-*+•·‣–]|\(?\d{1,3}[.)])( {1,4})(?=\S)")
_RULE = re.compile(r" *(?:(?:- ?){3,}|(?:_ ?){3,}|(?:\* ?){3,}|(?:= ?){3,}|(?:~ ?){3,}|(?:# ?){4,}|(?:\+ ?){3,})$")
_LOG = re.compile(
    r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\[?\d\d:\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |"
    r"(?:DEBUG|INFO|WARN|WARNING|ERROR|FATAL|TRACE)\b[ :\]]|Traceback \(most recent|\tat |[$#>] \w"
)
_COLUMNS = re.compile(r"\S {3,}\S")
_MOST_DEPTH = 100


def blocks_from_text(
    text: str, *, flowed: bool = False, delsp: bool = False, cleaned: bool = False
) -> tuple[Block, ...]:
    """`text` as blocks. `flowed` and `delsp` are the parameters of its content type (RFC 3676).

    `cleaned` says that the text has passed `safe_text` already, which is a tenth of the work.
    """
    text = text if cleaned else safe_text(text)
    lines = text.split("\n")
    fences = [number for number, line in enumerate(lines) if line.startswith("```")] if "```" in text else []
    blocks: list[Block] = []
    own: list[str] = []
    quoted: list[str] = []
    depth = 0
    for level, line in _flowing(lines, delsp) if flowed else _levels(lines, fences):
        if level != depth:
            _close(blocks, own, quoted, depth)
            depth = level
        (quoted if level else own).append(line)
    _close(blocks, own, quoted, depth)
    return tuple(blocks)


def _levels(lines: list[str], fences: list[int]) -> Iterator[tuple[int, str]]:
    """Each line with its quote depth; between two fences nothing is a quote."""
    fenced = {n for start, end in zip(fences[::2], fences[1::2], strict=False) for n in range(start, end)}
    before = 0
    for number, line in enumerate(lines):
        level = 0
        if (
            ">" in line[:4]
            and number not in fenced
            and (found := _QUOTED.match(line))
            and not (before == 0 and (line.startswith(">From ") or _closes_address(lines, number)))
        ):
            level = min(found[1].count(">"), _MOST_DEPTH)
            line = line[found.end() :]
        yield level, line
        before = level


def _closes_address(lines: list[str], at: int) -> bool:
    """Whether a line that begins with `>` and ends in a colon only goes on with the `<ana@shop.example` above it."""
    line = lines[at].rstrip()
    return line[-1] == ":" and len(line) < 40 and at > 0 and "<" in lines[at - 1].rpartition(">")[2]


def _flowing(lines: list[str], delsp: bool) -> Iterator[tuple[int, str]]:
    """Flowed lines joined to paragraphs, stuffing taken off (RFC 3676 section 4), each with its quote depth."""
    depth = 0
    pieces: list[str] = []
    for line in lines:
        bare = line.lstrip(">")
        level = min(len(line) - len(bare), _MOST_DEPTH)
        bare = bare.removeprefix(" ")
        if pieces and (level != depth or bare == "-- "):
            yield depth, "".join(pieces)
            pieces.clear()
        depth = level
        if bare.endswith(" ") and bare != "-- ":
            pieces.append(bare[:-1] if delsp else bare)
        else:
            yield depth, "".join([*pieces, bare])
            pieces.clear()
    if pieces:
        yield depth, "".join(pieces)


def _close(blocks: list[Block], own: list[str], quoted: list[str], depth: int) -> None:
    if quoted:
        body = "\n".join(quoted).strip("\n")
        blocks.append(Block(BlockKind.QUOTE, body, depth, spans=link_spans(body)))
        quoted.clear()
    if own:
        blocks.extend(_own_blocks(own))
        own.clear()


def _own_blocks(lines: list[str]) -> Iterator[Block]:
    """Unquoted lines as blocks: groups between empty lines, each of one kind or cut into several."""
    group: list[str] = []
    fence_ends = 0
    for number, line in enumerate(lines):
        if number < fence_ends:
            group.append(line)
            if number == fence_ends - 1:
                yield Block(BlockKind.CODE, "\n".join(group))
                group = []
        elif line.startswith("```") and (end := _closing_fence(lines, number)):
            yield from _group(group)
            group = [line]
            fence_ends = end + 1
        elif line and not line.isspace():
            group.append(line.rstrip())
        elif group:
            yield from _group(group)
            group = []
    yield from _group(group)


def _closing_fence(lines: list[str], at: int) -> int:
    """Where the fence that opens at `at` is closed; 0 when it is not."""
    return next((n for n in range(at + 1, len(lines)) if lines[n].startswith("```")), 0)


def _group(lines: list[str]) -> Iterator[Block]:
    if not lines:
        return
    if _is_code(lines):
        yield Block(BlockKind.CODE, "\n".join(lines))
        return
    start = 0
    kind: BlockKind | None = None
    for number, line in enumerate(lines):
        found = None
        if not line[0].isalpha():
            found = _ITEM.match(line)
            if _RULE.match(line):
                yield from _piece(lines[start:number], kind)
                yield Block(BlockKind.RULE, line.strip())
                start, kind = number + 1, None
                continue
        if found or (kind is BlockKind.LIST_ITEM and not line.startswith(" ")):
            yield from _piece(lines[start:number], kind)
            start, kind = number, BlockKind.LIST_ITEM if found else None
    yield from _piece(lines[start:], kind)


def _piece(lines: list[str], kind: BlockKind | None) -> Iterator[Block]:
    if not lines:
        return
    if kind is BlockKind.LIST_ITEM and (found := _ITEM.match(lines[0])):
        body = "\n".join([lines[0][found.end() :], *(line.strip() for line in lines[1:])])
        yield Block(kind, body, len(found[1]) // 2, found[2], link_spans(body))
        return
    body = "\n".join(lines)
    yield Block(BlockKind.PARAGRAPH, body, spans=link_spans(body))


def _is_code(lines: list[str]) -> bool:
    """Whether spacing matters: all lines indented, two or more log lines, or two or more with columns."""
    if lines[0].startswith("    ") and all(line.startswith("    ") for line in lines):
        return not _ITEM.match(lines[0])
    if len(lines) < 2:
        return False
    return sum(1 for line in lines if "   " in line and _COLUMNS.search(line)) * 2 > len(lines) or (
        sum(1 for line in lines if not line[0].islower() and _LOG.match(line)) * 2 > len(lines)
    )
