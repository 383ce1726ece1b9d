"""Which folders an account has, what each is for (RFC 6154, then names), and which are kept in step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from omnitui.config.schema import AccountSettings
from omnitui.core.text.clean import safe_text

ATTRIBUTES = {
    "\\sent": "sent",
    "\\archive": "archive",
    "\\junk": "junk",
    "\\drafts": "drafts",
    "\\trash": "trash",
}
NO_MAIL = {"\\noselect", "\\nonexistent"}
SHADOWS = {"\\all", "\\flagged", "\\important"}
"""Folders that show again what lies elsewhere."""
NAMES = {
    "sent": (
        "sent, sent mail, sent items, sent messages, verzonden, verzonden items,"
        " verzonden berichten, enviados, elementos enviados, enviadas,"
        " correo enviado, 寄件備份, 已发送, 已傳送, 寄件匣, 已发邮件, thư đã gửi, đã gửi,"
        " gesendet, gesendete elemente, envoyés, éléments envoyés,"
        " posta inviata, itens enviados, skickat, sendt"
    ),
    "archive": (
        "archive, archives, archief, archivo, archivados, archivar, 封存, 存档,"
        " 封存郵件, 归档, lưu trữ, archiv, archivio, arquivo, arkiv, archived"
    ),
    "junk": (
        "junk, spam, junk e-mail, junk email, bulk mail, ongewenst,"
        " ongewenste e-mail, ongewenste reclame, correo no deseado, no deseado,"
        " 垃圾郵件, 垃圾邮件, thư rác, spam-verdacht, unerwünscht, junk-e-mail,"
        " indésirables, courrier indésirable, posta indesiderata,"
        " lixo eletrônico, skräppost"
    ),
    "drafts": (
        "drafts, draft, concepten, borradores, 草稿, 草稿匣, thư nháp, bản nháp,"
        " entwürfe, brouillons, bozze, rascunhos, utkast"
    ),
    "trash": (
        "trash, deleted items, deleted messages, bin, prullenbak, prullenmand,"
        " verwijderde items, papelera, elementos eliminados, 垃圾桶, 已删除, 已刪除的郵件,"
        " thùng rác, papierkorb, gelöschte elemente, corbeille,"
        " éléments supprimés, cestino, lixeira, papperskorgen"
    ),
}
ORDER = ("inbox", "sent", "archive", "", "junk")
"""What is read first."""
_BY_NAME = {name.strip(): role for role, names in NAMES.items() for name in names.split(",")}
_PARTS = re.compile(r"[/.]")


@dataclass(frozen=True, slots=True)
class Found:
    """One folder of the server."""

    name: str
    role: str
    kept: bool
    """Kept in step; the others are only known by name, for moves and copies."""


def sort_out(listed: Iterable[tuple[Sequence[str], str]], account: AccountSettings) -> list[Found]:
    """Folders with roles, those kept in step first and in the order in which they are read.

    What the config names wins over what the server says, and that over names. At most one folder has a role.
    """
    usable = [
        ({a.lower() for a in attributes}, "INBOX" if name.upper() == "INBOX" else name)
        for attributes, name in listed
        if not NO_MAIL & {a.lower() for a in attributes} and name == safe_text(name, lines=False)
    ]
    roles = _roles(usable, account)
    found = [
        Found(name, roles.get(name, ""), _kept(name, roles.get(name, ""), marks, account)) for marks, name in usable
    ]
    return sorted(found, key=lambda f: (not f.kept, ORDER.index(f.role) if f.role in ORDER else 9, f.name))


def _roles(usable: list[tuple[set[str], str]], account: AccountSettings) -> dict[str, str]:
    names = {name for _, name in usable}
    wished = {
        "sent": account.sent_folder,
        "archive": account.archive_folder,
        "junk": account.junk_folder,
    }
    taken = {role: name for role, name in wished.items() if name in names}
    for marks, name in usable:
        for mark in marks & ATTRIBUTES.keys():
            taken.setdefault(ATTRIBUTES[mark], name)
    for _, name in sorted(usable, key=lambda entry: (len(_PARTS.split(entry[1])), entry[1])):
        role = _BY_NAME.get(_PARTS.split(name)[-1].casefold())
        if role and name not in taken.values():
            taken.setdefault(role, name)
    return {name: role for role, name in taken.items()} | ({"INBOX": "inbox"} if "INBOX" in names else {})


def _kept(name: str, role: str, marks: set[str], account: AccountSettings) -> bool:
    if account.folders:
        return name in account.folders or name.upper() in (f.upper() for f in account.folders if f.upper() == "INBOX")
    return role not in ("drafts", "trash") and not marks & SHADOWS
