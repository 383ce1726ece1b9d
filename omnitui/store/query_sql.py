"""The query language as SQL over `c`, a conversation: every text of the user a bound parameter.

Words that stand together are asked of the full-text index in one question, so they must all come in one message.
`from:` and `to:` are found by the index, which knows everybody of a message alike, and then looked up in the message.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from omnitui.core.errors import QueryError
from omnitui.core.query.ast import And, Choice, Compare, Everything, Match, Moment, Node, Not, Number, Or, Word, unparse
from omnitui.core.text.fold import index_terms, match_words
from omnitui.store import where as conditions
from omnitui.store.where import Finder, Where

NOTHING = Where("0", few=True)
_SIGNS = {"=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_WRITTEN_BY = "m.from_name || ' ' || m.from_address"
_OWN = {
    "subject": "m.subject",
    "": f"m.subject || ' ' || {_WRITTEN_BY} || ' ' || m.people"
    " || ' ' || coalesce((SELECT text FROM body WHERE message_id = m.id), '')"
    " || ' ' || coalesce((SELECT group_concat(name, ' ') FROM attachment WHERE message_id = m.id), '')",
}
"""What of a message each column of the index holds."""
_FLAGS = {
    "waiting": conditions.IS_WAITING,
    "hidden": conditions.IS_HIDDEN,
    "unread": Where("c.unread_count > 0"),
    "read": Where("c.unread_count = 0"),
    "starred": Where("c.starred = 1", few=True),
    "draft": conditions.HAS_DRAFT,
    "failed": conditions.HAS_FAILED,
    "queued": Where(
        "c.id IN (SELECT conversation_id FROM outbox WHERE kind = 'send'"
        " AND state IN ('held', 'queued', 'sending', 'unknown')"
        " AND state <> 'unknown')",
        few=True,
    ),
    "followup": Where("c.follow_up_at IS NOT NULL", few=True),
    "assigned": Where("c.assignee <> ''"),
    "unassigned": conditions.assigned_to(""),
    "attachment": Where("c.attachment_count > 0"),
    "note": Where("c.note_count > 0"),
}


@dataclass(frozen=True, slots=True)
class Text:
    """What a message `m` must say.

    `match` asks the full-text index for all such messages (and `sql` is then asked of each); `own` asks one message
    by its stored text, which for one costs less than the index does.
    """

    match: str
    own: str
    own_params: tuple[str, ...]
    sql: str = ""
    params: tuple[str, ...] = ()

    def without(self, other: Text) -> Text:
        """This, in a message that does not say the other, which the index alone can tell."""
        own = f"{self.own} AND NOT ({other.own})"
        return Text(f"({self.match}) NOT {other.match}", own, self.own_params + other.own_params, self.sql, self.params)

    def __and__(self, other: Text) -> Text:
        return Text(
            f"{self.match} AND {other.match}",
            f"{self.own} AND {other.own}",
            self.own_params + other.own_params,
            self.sql + other.sql,
            self.params + other.params,
        )

    def where(self) -> Where:
        """The conversations with such a message."""
        finder = Finder(
            "SELECT m.conversation_id FROM fulltext CROSS JOIN message m ON m.id = fulltext.rowid"
            f" WHERE fulltext MATCH ?{self.sql}",
            (self.match, *self.params),
            "SELECT 1 FROM fulltext WHERE fulltext MATCH ?",
            (self.match,),
        )
        probe = f"EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id AND {self.own})"
        return conditions.set_of(probe, self.own_params, finder)


def compile_query(node: Node, *, me: str) -> Where:
    """The conversations that a query finds, for the agent `me`; `label` says the query again.

    Raises QueryError for an operator that nothing can be found by yet (`sla:`).
    """
    text, rest = text_of(node)
    where = _all([*([text.where()] if text else []), *(_where(part, me) for part in rest)])
    return Where(where.sql, where.params, unparse(node), where.hidden, where.waits, where.few, where.finder)


def text_of(node: Node) -> tuple[Text | None, tuple[Node, ...]]:
    """What of a query is one question to the full-text index, and the parts beside it, which must all hold too."""
    parts = node.parts if isinstance(node, And) else (node,)
    texts = [_text(part) for part in parts]
    found = [text for text in texts if text is not None]
    rest = tuple(part for part, text in zip(parts, texts, strict=True) if text is None)
    if not found:
        return None, rest
    unsaid = {part: text for part in rest if (text := _negated(part)) is not None}
    said = reduce(Text.without, unsaid.values(), reduce(Text.__and__, found))
    return said, tuple(part for part in rest if part not in unsaid)


def rest_of(parts: Iterable[Node], me: str) -> Where:
    """The parts beside the text as one condition."""
    return _all([_where(part, me) for part in parts])


def _all(wheres: list[Where]) -> Where:
    return reduce(Where.__and__, wheres) if wheres else conditions.EVERYTHING


def _text(node: Node) -> Text | None:
    """The node as a question to the index, where it is one."""
    match node:
        case Word(text, prefix):
            return _indexed("", text, prefix)
        case Match("subject", text, prefix):
            return _indexed("subject", text, prefix)
        case Match("from", text, prefix):
            return _checked(text, prefix, _WRITTEN_BY)
        case Match("to", text, prefix):
            return _checked(text, prefix, "m.people")
        case Or(parts):
            found = [one for part in parts if (one := _text(part)) is not None and not one.sql]
            if len(found) == len(parts):
                own = f"({' OR '.join(one.own for one in found)})"
                return Text(
                    f"({' OR '.join(one.match for one in found)})", own, sum((one.own_params for one in found), ())
                )
    return None


def _negated(node: Node) -> Text | None:
    """What a message must not say, where the index alone can tell."""
    text = _text(node.part) if isinstance(node, Not) else None
    return text if text is not None and not text.sql else None


def _indexed(column: str, words: str, prefix: bool) -> Text | None:
    asked = _question(column, words, prefix)
    return Text(asked, f"instr(words({_OWN[column]}), ?)", (_sought(words, prefix),)) if asked else None


def _checked(words: str, prefix: bool, of: str) -> Text | None:
    """Somebody of a message, by name or address, who must also be found in the words of one of its fields."""
    asked = _question("people", words, prefix)
    own, params = f"instr(words({of}), ?)", (_sought(words, prefix),)
    return Text(asked, own, params, f" AND {own}", params) if asked else None


def _question(column: str, words: str, prefix: bool) -> str:
    terms = " AND ".join(index_terms(words, prefix=prefix))
    return terms and (f"{{{column}}} : ({terms})" if column else f"({terms})")


def _sought(words: str, prefix: bool) -> str:
    return match_words(words).rstrip() if prefix else match_words(words)


def _where(node: Node, me: str) -> Where:
    text = _text(node)
    if text is not None:
        return text.where()
    match node:
        case Everything() | Word():
            return conditions.EVERYTHING
        case Choice(_, value):
            return _choice(node, value, me)
        case Match(operator, value, prefix):
            return _match(operator, value, prefix, me)
        case Moment(operator, at, _):
            return Where(f"c.last_at {'<' if operator == 'before' else '>='} ?", (at,))
        case Number(_, number):
            return Where("c.id = ?", (number,), few=True)
        case Compare(operator, sign, amount, _):
            if operator != "priority":
                raise QueryError(f"Nothing can be found by “{operator}:” yet: no targets are set", 0)
            return Where(f"c.priority {_SIGNS[sign]} ?", (amount,))
        case Not(part):
            inner = _where(part, me)
            if inner.finder is not None and inner.finder.rest == "1":
                return Where(f"c.id NOT IN ({inner.finder.ids})", inner.finder.params)
            return Where(f"NOT ({inner.sql})", inner.params)
        case And(parts):
            return _all([_where(part, me) for part in parts])
        case Or(parts):
            return _any([_where(part, me) for part in parts])


def _any(wheres: list[Where]) -> Where:
    sql = " OR ".join(f"({where.sql})" for where in wheres)
    hidden = any(where.hidden for where in wheres)
    return Where(f"({sql})", tuple(param for where in wheres for param in where.params), hidden=hidden)


def _choice(node: Choice, value: str, me: str) -> Where:
    if node.operator == "kind":
        if value == "mail":
            return Where("EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id AND m.kind = 'mail')")
        ids = "SELECT m.conversation_id FROM message m WHERE m.kind = ? AND m.kind IN ('bounce', 'auto', 'list')"
        probe = "EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id AND m.kind = ?)"
        return conditions.set_of(probe, (value,), Finder(ids, (value,), ids, (value,)))
    if value == "mine":
        return conditions.assigned_to(me)
    return _FLAGS.get(value) or conditions.in_state(value)


def _match(operator: str, value: str, prefix: bool, me: str) -> Where:
    if operator == "assignee":
        return _assignee(value, prefix, me)
    if operator == "tag":
        compared = "t.tag GLOB ?" if prefix else "t.tag = ?"
        wanted = _glob(value.lower()) if prefix else value.lower()
        probe = f"EXISTS (SELECT 1 FROM conversation_tag t WHERE t.conversation_id = c.id AND {compared})"
        ids = f"SELECT t.conversation_id FROM conversation_tag t WHERE {compared}"
        return conditions.set_of(probe, (wanted,), Finder(ids, (wanted,), ids, (wanted,)))
    if operator == "channel":
        return Where("c.channel = ?", (value.lower(),))
    if operator == "account":
        return Where("c.account_id IN (SELECT id FROM account WHERE lower(name) = lower(?))", (value,))
    if operator == "folder":
        return Where(
            "EXISTS (SELECT 1 FROM message m JOIN ledger l ON l.message_id = m.id AND l.gone_at IS NULL"
            " JOIN folder f ON f.id = l.folder_id WHERE m.conversation_id = c.id AND lower(f.name) = lower(?))",
            (value,),
        )
    if operator in ("contact", "organisation"):
        return _contact(operator, value, prefix)
    return NOTHING


def _assignee(value: str, prefix: bool, me: str) -> Where:
    if value.lower() == "me" or value.lower() == "none":
        return conditions.assigned_to(me if value.lower() == "me" else "")
    if value == "":
        return NOTHING
    compared = "lower(assignee) GLOB lower(?)" if prefix else "lower(assignee) = lower(?)"
    names = f"SELECT DISTINCT assignee FROM tally WHERE assignee <> '' AND {compared}"
    return Where(f"c.assignee IN ({names})", (_glob(value) if prefix else value,))


def _contact(operator: str, value: str, prefix: bool) -> Where:
    wanted = match_words(value)
    if not wanted.strip():
        return NOTHING
    wanted = wanted.rstrip() if prefix else wanted
    if operator == "organisation":
        ids = "SELECT t.id FROM contact t WHERE instr(words(t.organisation), ?)"
        return Where(f"c.contact_id IN ({ids})", (wanted,), few=True)
    ids = (
        "SELECT t.id FROM contact t WHERE instr(words(t.name), ?)"
        " UNION SELECT i.contact_id FROM identity i WHERE instr(words(i.name || ' ' || i.address), ?)"
    )
    return Where(f"c.contact_id IN ({ids})", (wanted, wanted), few=True)


def _glob(text: str) -> str:
    """What begins with `text`, whatever is in it."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in text) + "*"
