"""What kind of mail this is: a person's, a machine's answer, or a list's."""

from __future__ import annotations

import re

from omnitui.core.mail import MailKind
from omnitui.core.text.clean import safe_text
from omnitui.sync.mail.fields import Fields

_AWAY = re.compile(
    r"(?i)^\W*(?:auto(?:matic|matische?|matisch)?[ -]?(?:reply|response|antwort|antwoord)|out of (?:the )?office|"
    r"abwesen|automatische antwort|afwezig|respuesta autom|fuera de (?:la )?oficina|réponse automatique|absence|"
    r"risposta automatica|自动回复|自動回覆|trả lời tự động|vacation|away from)"
)
_RESPONDERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-mail-autoreply", "x-vacation")
_LISTS = ("list-id", "list-post", "mailing-list", "x-mailing-list", "x-mailman-version", "list-unsubscribe")


_SIGNS = frozenset(_RESPONDERS + _LISTS + ("auto-submitted", "precedence", "x-auto-response-suppress"))


def list_id(fields: Fields) -> str:
    """The list's own identifier (RFC 2919), or ""."""
    value = fields.text("list-id")
    _, bracket, inside = value.rpartition("<")
    return safe_text(inside.partition(">")[0] if bracket else value, lines=False)[:255]


def kind_of(fields: Fields, subject: str) -> MailKind:
    """Machine's answer, list or plain mail, by what the headers declare (RFC 3834, RFC 2369, RFC 2919).

    A subject alone never makes a mail automatic: people do write about being out of office.
    """
    if _SIGNS.isdisjoint(fields.values) and fields.first("return-path") != "<>":
        return MailKind.MAIL
    precedence = fields.text("precedence").lower()
    if _automatic(fields, subject, precedence):
        return MailKind.AUTO
    if any(fields.first(name) for name in _LISTS) or precedence in ("list", "bulk"):
        return MailKind.LIST
    return MailKind.MAIL


def _automatic(fields: Fields, subject: str, precedence: str) -> bool:
    submitted = fields.text("auto-submitted").lower().partition(";")[0].strip()
    if submitted and submitted != "no":
        return True
    if precedence in ("auto_reply", "auto-reply") or any(fields.first(name) for name in _RESPONDERS):
        return True
    empty_return = fields.first("return-path") == "<>"
    suppress = fields.text("x-auto-response-suppress").lower()
    if not suppress and not empty_return and precedence not in ("bulk", "junk"):
        return False
    away = bool(_AWAY.search(subject))
    if suppress and suppress != "none" and not fields.first("list-id"):
        return away or empty_return or "all" in suppress or "autoreply" in suppress
    return away
