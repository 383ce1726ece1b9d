"""Each account for real: the secret's source, login, what the server can do, and the ledger against the server."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterator
from functools import partial
from typing import TYPE_CHECKING

from omnitui.cli.checks.finding import Finding, good, note, problem
from omnitui.config.places import Places
from omnitui.config.schema import AccountSettings
from omnitui.config.secrets import Use
from omnitui.core.errors import LoginRefused, OmnituiError, SecretError

if TYPE_CHECKING:
    from omnitui.store.connection import Cache
    from omnitui.store.folders import Folder
    from omnitui.sync.channels.contract import Finding as Probed
    from omnitui.sync.credentials import Credentials
    from omnitui.sync.imap.connection import Connection

SHOWN_UIDS = 10


def account(places: Places, settings: AccountSettings, credentials: Credentials) -> Iterator[Finding]:
    """Everything about one account. Talks to its servers; changes nothing there."""
    area = f"account {settings.name}"
    secret = yield from _secret(area, settings, "imap", credentials)
    if secret is not None:
        try:
            yield from _imap(area, places, settings, secret, credentials)
        except OmnituiError as error:
            yield _refusal(area, "IMAP", error)
    if settings.smtp is None:
        yield note(area, "has no server to send with: it only reads")
        return
    secret = yield from _secret(area, settings, "smtp", credentials)
    if secret is not None:
        try:
            yield from _smtp(area, settings, secret, credentials)
        except OmnituiError as error:
            yield _refusal(area, "SMTP", error)


def _secret(
    area: str, settings: AccountSettings, use: Use, credentials: Credentials
) -> Generator[Finding, None, str | None]:
    try:
        secret = credentials.find(settings, use)
    except (SecretError, LoginRefused) as error:
        advice = f"omnitui login {settings.name}" if settings.oauth else f"omnitui secret set {settings.name}"
        yield problem(area, f"{use.upper()}: {error}", advice)
        return None
    except OmnituiError as error:
        yield problem(area, f"{use.upper()}: {error}", "look at the network; everything here can be used meanwhile")
        return None
    yield good(area, f"{use.upper()} secret from {secret.source}")
    return secret.value


def _refusal(area: str, what: str, error: OmnituiError) -> Finding:
    if isinstance(error, LoginRefused):
        return problem(area, f"{what}: {error}", "check user name, password and `auth` in the config")
    return problem(area, f"{what}: {error}", "check host, port and security in the config, and the network")


def _imap(
    area: str, places: Places, settings: AccountSettings, secret: str, credentials: Credentials
) -> Iterator[Finding]:
    from omnitui.sync.channels.email.probing import of_connection
    from omnitui.sync.imap.connection import Connection
    from omnitui.sync.imap.login import login_for

    login = login_for(settings, settings.imap, secret, credentials.renewer(settings, "imap"))
    connection = Connection(login)
    try:
        yield from map(partial(_shown, area), of_connection(connection, login))
        yield from _ledger(area, places, settings, connection)
    finally:
        connection.close()


def _ledger(area: str, places: Places, settings: AccountSettings, server: Connection) -> Iterator[Finding]:
    from omnitui.cli.checks.cache import to_look_at
    from omnitui.store import accounts, folders

    cache = to_look_at(places)
    if cache is None:
        return
    try:
        known = next((a for a in accounts.statuses().all(cache) if a.name == settings.name), None)
        if known is None:
            yield note(area, "has not been synced yet")
            return
        there = {name for _, name in server.folders()}
        for folder in folders.by_account(known.id).all(cache):
            if folder.uidvalidity:
                yield from _folder(area, cache, folder, server, is_there=folder.name in there)
    finally:
        cache.close()


def _folder(area: str, cache: Cache, folder: Folder, server: Connection, *, is_there: bool) -> Iterator[Finding]:
    from omnitui.store import ledger
    from omnitui.sync.imap import uids

    name = f"folder {folder.role or folder.name}"
    advice = "run `omnitui sync --once`, then look again"
    if not is_there:
        yield note(area, f"{name} is no more on the server; its mail is kept here")
        return
    selected = server.select(folder.name, examine=True)
    if selected.uidvalidity != folder.uidvalidity:
        yield problem(area, f"{name} was numbered anew on the server and is not yet read again", advice)
        return
    on_server = uids.expand(server.search(b"ALL"), selected.exists + 1000)
    found = ledger.differences(cache, folder, on_server)
    if not found.missing and not found.vanished:
        yield good(area, f"{name}: all {len(on_server):,} mails of the server are in the ledger")
        return
    parts = []
    if found.missing:
        parts.append(f"{len(found.missing):,} on the server are not here (UID {_some(found.missing)})")
    if found.vanished:
        parts.append(f"{len(found.vanished):,} here are gone from the server (UID {_some(found.vanished)})")
    yield problem(area, f"{name}: {'; '.join(parts)}", advice)


def _some(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(str(number) for number in numbers[:SHOWN_UIDS])
    return shown + (", ..." if len(numbers) > SHOWN_UIDS else "")


def _smtp(area: str, settings: AccountSettings, secret: str, credentials: Credentials) -> Iterator[Finding]:
    from omnitui.sync.channels.email.probing import send_findings
    from omnitui.sync.outbox.account import endpoint_for

    if settings.smtp is None:
        return
    endpoint = endpoint_for(settings, settings.smtp, credentials.renewer(settings, "smtp"))
    yield from map(partial(_shown, area), asyncio.run(send_findings(endpoint, secret)))


def _shown(area: str, found: Probed) -> Finding:
    return (good if found.grade == "fine" else note)(area, found.words)
