"""Plain mail text as blocks: paragraphs, quotes with their depth, lists, code and logs, links.

Line breaks are kept. Where a quote begins and whose words are whose is `quoting.split_reply`'s business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

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
MOST_LINES = 50_000


def blocks_from_text(
    text: str, *, flowed: bool = False, delsp: bool = False, cleaned: bool = False
) -> tuple[Block, ...]:
    """`text` as blocks. `flowed` and `delsp` are the parameters of its content type (RFC 3676).

    `cleaned` says that the text has passed `safe_text` already, which is a tenth of the work. Beyond 50,000 lines the
    rest is one block as it stands.
    """
    if not cleaned:
        text = safe_text(text)
    lines = text.split("\n")
    rest = lines[MOST_LINES:]
    if rest:
        lines = lines[:MOST_LINES]
    blocks: list[Block] = []
    runs: Iterable[tuple[int, list[str]]] = [(0, lines)]
    if flowed or ">" in text:
        runs = _flowing(lines, delsp) if flowed else _quoting(lines, "```" in text)
    for depth, run in runs:
        if depth:
            body = "\n".join(run).strip("\n")
            blocks.append(Block(BlockKind.QUOTE, body, depth, "", link_spans(body)))
        else:
            _own_blocks(blocks, run)
    if rest and (body := "\n".join(rest).strip("\n")):
        blocks.append(Block(BlockKind.CODE, body))
    return tuple(blocks)


def _quoting(lines: list[str], fenced_too: bool) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines of one quote depth, the marks taken off; between two fences nothing is a quote."""
    fences = [number for number, line in enumerate(lines) if line.startswith("```")] if fenced_too else []
    fenced = {n for start, end in zip(fences[::2], fences[1::2], strict=False) for n in range(start, end)}
    run: list[str] = []
    depth = 0
    for number, line in enumerate(lines):
        if line[:2] == "> " and line[2:3] != ">" and number not in fenced:
            level, rest = 1, line[2:]
        elif ">" not in line[:4] or number in fenced or not (found := _QUOTED.match(line)):
            level, rest = 0, line
        else:
            level, rest = min(found[1].count(">"), _MOST_DEPTH), line[found.end() :]
        if level and not depth and line[0] == ">" and (line[:6] == ">From " or _closes_address(lines, number)):
            level, rest = 0, line
        if level != depth:
            yield depth, run
            run, depth = [], level
        run.append(rest)
    yield depth, run


def _closes_address(lines: list[str], at: int) -> bool:
    """Whether a line that begins with `>` and ends in a colon only goes on with the `<ana@shop.example` above it."""
    line = lines[at].rstrip()
    return line[-1] == ":" and len(line) < 40 and at > 0 and "<" in lines[at - 1].rpartition(">")[2]


def _flowing(lines: list[str], delsp: bool) -> Iterator[tuple[int, list[str]]]:
    """Runs as `_quoting` gives, of flowed lines: joined to paragraphs, stuffing taken off (RFC 3676 section 4)."""
    run: list[str] = []
    pieces: list[str] = []
    depth = 0
    for line in lines:
        bare = line.lstrip(">")
        level = min(len(line) - len(bare), _MOST_DEPTH)
        bare = bare.removeprefix(" ")
        if pieces and (level != depth or bare == "-- "):
            run.append("".join(pieces))
            pieces.clear()
        if level != depth:
            yield depth, run
            run, depth = [], level
        if bare.endswith(" ") and bare != "-- ":
            pieces.append(bare[:-1] if delsp else bare)
        else:
            run.append("".join([*pieces, bare]))
            pieces.clear()
    if pieces:
        run.append("".join(pieces))
    yield depth, run


def _own_blocks(out: list[Block], lines: list[str]) -> None:
    """Unquoted lines as blocks: groups between empty lines, each of one kind or cut into several."""
    group: list[str] = []
    closed = 0
    for number, line in enumerate(lines):
        if number < closed:
            continue
        if line[:3] == "```" and (closed := _closing_fence(lines, number)):
            _group(out, group)
            out.append(Block(BlockKind.CODE, "\n".join(lines[number:closed])))
            group = []
        elif bare := line.rstrip():
            group.append(bare if line != "-- " else line)
        elif group:
            _group(out, group)
            group = []
    _group(out, group)


def _closing_fence(lines: list[str], at: int) -> int:
    """The line after the one that closes the fence opened at `at`; 0 when none does."""
    return next((n + 1 for n in range(at + 1, len(lines)) if lines[n].startswith("```")), 0)


def _group(out: list[Block], lines: list[str]) -> None:
    """Lines without an empty one between them."""
    if not lines:
        return
    body = "\n".join(lines)
    if _is_code(lines, body):
        out.append(Block(BlockKind.CODE, body))
        return
    start = 0
    kind: BlockKind | None = None
    for number, line in enumerate(lines):
        if line[0].isalpha() and kind is None:
            continue
        found = _ITEM.match(line)
        if not found and _RULE.match(line):
            _piece(out, lines[start:number], kind)
            out.append(Block(BlockKind.RULE, line.strip()))
            start, kind = number + 1, None
        elif found or (kind is BlockKind.LIST_ITEM and not line.startswith(" ")):
            _piece(out, lines[start:number], kind)
            start, kind = number, BlockKind.LIST_ITEM if found else None
    if start == 0 and kind is None:
        out.append(Block(BlockKind.PARAGRAPH, body, 0, "", link_spans(body)))
    else:
        _piece(out, lines[start:], kind)


def _piece(out: list[Block], lines: list[str], kind: BlockKind | None) -> None:
    if not lines:
        return
    if kind is BlockKind.LIST_ITEM and (found := _ITEM.match(lines[0])):
        body = "\n".join([lines[0][found.end() :], *(line.strip() for line in lines[1:])])
        out.append(Block(kind, body, len(found[1]) // 2, found[2], link_spans(body)))
        return
    body = "\n".join(lines)
    out.append(Block(BlockKind.PARAGRAPH, body, 0, "", link_spans(body)))


def _is_code(lines: list[str], body: str) -> bool:
    """Whether spacing matters: all lines indented, or most of two and more of a log or laid out in columns."""
    if body.startswith("    ") and all(line.startswith("    ") for line in lines):
        return not _ITEM.match(body)
    if len(lines) < 2:
        return False
    if "   " in body and sum(1 for line in lines if _COLUMNS.search(line)) * 2 > len(lines):
        return True
    return bool(_LOG.match(lines[0]) or _LOG.match(lines[1])) and sum(map(bool, map(_LOG.match, lines))) * 2 > len(
        lines
    )
