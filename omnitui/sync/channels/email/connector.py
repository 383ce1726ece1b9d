"""A mailbox as a connector: kept in step by the pipeline of `sync/imap`, sent from by SMTP.

What may have been sent is looked for in the Sent folder.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from omnitui.config.schema import AccountSettings
from omnitui.core.channel_events import Person
from omnitui.core.channels import Capabilities, Dedupe, History, Inbound
from omnitui.core.errors import LoginRefused, Offline, OmnituiError, Refused, SecretError
from omnitui.core.outgoing import Outgoing
from omnitui.core.times import Instant
from omnitui.sync.backoff import Backoff
from omnitui.sync.channels.contract import (
    Batch,
    Deferred,
    Filed,
    Finding,
    Keeper,
    Logins,
    Lookup,
    Outbound,
    Probe,
    Receipt,
    Room,
    Setup,
)
from omnitui.sync.channels.email.probing import read_findings, send_findings
from omnitui.sync.http.messages import Unanswered
from omnitui.sync.imap.account import AccountSync, Wake
from omnitui.sync.imap.login import Login, login_for
from omnitui.sync.imap.setting import Setting
from omnitui.sync.imap.suspects import ENOUGH, TOGETHER, Suspects
from omnitui.sync.mail.batches import POLITE
from omnitui.sync.outbox.account import Sender, sender_for
from omnitui.sync.outbox.compose import compose
from omnitui.sync.outbox.headers import wire_address
from omnitui.sync.outbox.smtp import Outcome, Result, send_mail
from omnitui.sync.threads import to_its_end

CAN = Capabilities(
    inbound=Inbound.STREAM,
    history=History.FULL,
    dedupe=Dedupe.NONE,
    may_start=True,
    reply_to=True,
    receipts="sent",
    attachments=True,
)
"""Of any mailbox. Where the server files what it sends by itself, what is not in Sent was certainly not sent: such a
mailbox has `Dedupe.QUERYABLE`."""
MOST_BREAKS = ENOUGH + len(TOGETHER)
"""Connections that a pass over the mailbox may cost, where the server hangs up on some mail."""
NO_SERVER = "this account has no server to send with: give it one in the config"


class EmailConnector(Keeper):
    """One mailbox. `sender` None: it only reads; `login` finds the login for reading, and blocks."""

    tells_leaving = True
    sends_apart = True
    own_orders = True

    def __init__(
        self, account: AccountSettings, sender: Sender | None, login: Callable[[], Login], clock: Callable[[], Instant]
    ) -> None:
        self._account, self._sender, self._login, self._clock = account, sender, login, clock
        self._owner = f"{os.getpid()} {uuid.uuid4()}"
        self._suspects = Suspects()
        self._loop: AccountSync | None = None
        queryable = sender is not None and sender.filed_by_server()
        self.capabilities = replace(CAN, dedupe=Dedupe.QUERYABLE) if queryable else CAN

    @classmethod
    def of(cls, setup: Setup) -> EmailConnector:
        """Of what the kit gives."""
        if setup.logins is None:
            raise Refused("a mailbox needs its logins")
        return cls.of_account(setup.settings, setup.logins, setup.clock)

    @classmethod
    def of_account(cls, account: AccountSettings, logins: Logins, clock: Callable[[], Instant]) -> EmailConnector:
        """Of an account in the config and what it logs in with."""
        sender = sender_for(account, logins.secret, logins.renewer)
        return cls(
            account,
            sender,
            lambda: login_for(account, account.imap, logins.secret("imap"), logins.renewer("imap")),
            clock,
        )

    async def probe(self) -> Probe:
        """Log in for reading and for sending; nothing is read, nothing is sent."""
        findings = await asyncio.to_thread(lambda: read_findings(self._login()))
        if self._sender is None:
            findings.append(Finding("warning", "It has no server to send with: it only reads."))
        else:
            try:
                secret = await asyncio.to_thread(self._sender.secret)
                findings += await send_findings(self._sender.endpoint, secret)
            except OmnituiError as error:
                findings.append(Finding("missing", f"SMTP: {error}"))
        return Probe(Person(self._account.address, self._account.display_name), tuple(findings))

    async def keep(self, room: Room) -> None:
        """By the pipeline of `sync/imap`, in a thread of its own, which has a connection to fetch and one to listen."""
        backoff, tries = Backoff(), 0
        while True:
            try:
                await self._connected(room)
            except (LoginRefused, SecretError, Refused):
                raise
            except OmnituiError:
                tries += 1
                if not room.once or not self._suspects or tries > MOST_BREAKS:
                    raise
                # The server hung up on some mail, and the others may still be had.
                await asyncio.sleep(backoff.next())
            else:
                return

    async def _connected(self, room: Room) -> None:
        """One connection from start to end."""
        setting = Setting(
            account=self._account,
            account_id=room.account_id,
            login=self._login,
            writer=room.writer,
            clock=self._clock,
            attachments=room.attachments,
            limit=room.sync.whole_mail_mb * 1_000_000,
            poll_seconds=room.sync.poll_seconds,
            owner=self._owner,
            niceness=0 if room.once else POLITE,
        )
        loop = self._loop = AccountSync(setting, once=room.once, synced=room.synced, suspects=self._suspects)
        # Not one of asyncio's own threads: those are few, and this one is needed for as long as the account is kept.
        with ThreadPoolExecutor(1, thread_name_prefix="account") as thread:
            running = asyncio.get_running_loop().run_in_executor(thread, loop.run)
            try:
                await asyncio.shield(running)
            except asyncio.CancelledError:
                loop.wake(Wake.STOP)
                await asyncio.wait([running])
                raise
            finally:
                self._loop = None
                room.brought(loop.new)

    def look(self) -> None:
        """At every folder."""
        if self._loop is not None:
            self._loop.wake(Wake.SYNC)

    def wake(self) -> None:
        """Flags, moves and files are told and fetched on the pipeline's connection."""
        if self._loop is not None:
            self._loop.wake(Wake.OUTBOX)

    async def backfill(self, conversation: str, before: str) -> Batch:
        """Nothing to do: every mail of every folder is brought here by itself."""
        raise Refused("older mail is fetched by itself, all of it")

    async def freeze(self, draft: Outbound) -> bytes:
        """The mail as it will go out, composed of what was written: the same content, the same bytes."""
        mail = _mail(draft)
        paths = {file.sha256: sent.path for file, sent in zip(mail.files, draft.files, strict=True)}
        raw = await asyncio.to_thread(compose, mail, lambda sha256: paths[sha256].read_bytes())
        for email in mail.recipients:
            wire_address(email)
        return raw

    async def send(self, draft: Outbound) -> Receipt:
        """Through one SMTP session that knows at every byte what is safe; `leaving` comes just before the final dot."""
        sender, mail = self._sender, _mail(draft)
        if sender is None:
            raise Refused(NO_SERVER)
        envelope = [wire_address(email) for email in mail.recipients]
        if not envelope:
            raise Refused("there is nobody to send it to")
        secret = await asyncio.to_thread(sender.secret)
        result = await send_mail(
            sender.endpoint, secret, wire_address(mail.sender.email), envelope, draft.frozen, draft.leaving
        )
        return _receipt(result, copy=not sender.filed_by_server())

    async def reconcile(self, draft: Outbound) -> Lookup:
        """In the Sent folder, by Message-ID, by our own header, else by what is left of it. Found is sent. Not found
        says something only where the server files what it sends by itself."""
        sender, mail = self._sender, _mail(draft)
        if sender is None:
            raise Refused(NO_SERVER)

        def look() -> tuple[bool, bool]:
            with sender.open_sent() as folder:
                return folder.find(mail, len(draft.frozen)), folder.gmail

        found, gmail = await asyncio.to_thread(look)
        if found:
            return Lookup("found")
        return Lookup("absent" if sender.filed_by_server(gmail=gmail) else "cannot_tell")

    async def file_copy(self, draft: Outbound) -> Filed | None:
        """Into the Sent folder, unless it is there or the server puts it there by itself."""
        sender, mail = self._sender, _mail(draft)
        if sender is None:
            raise Refused(NO_SERVER)

        def file() -> Filed | None:
            with sender.open_sent() as folder:
                if sender.filed_by_server(gmail=folder.gmail) or folder.find(mail, len(draft.frozen)):
                    return None
                where = folder.append(draft.frozen, self._clock())
                return None if where is None else Filed(folder.name, *where)

        # Left alone at work, it would file the copy that whoever comes next has looked for and not found.
        return await to_its_end(file)


def _mail(draft: Outbound) -> Outgoing:
    if draft.written is None:
        raise ValueError("a mail is more than its text")
    return draft.written


def _receipt(result: Result, *, copy: bool) -> Receipt:
    """What a session ended with, as the kit knows it; everything but `UNKNOWN` is certain."""
    if result.outcome is Outcome.SENT:
        return Receipt("accepted", detail=result.detail, copy=copy)
    if result.outcome is Outcome.UNKNOWN:
        raise Unanswered(result.detail)
    if result.outcome is Outcome.REFUSED:
        raise Refused(result.detail)
    if result.outcome is Outcome.LOGIN:
        raise LoginRefused(result.detail)
    raise (Deferred if result.refused_for_now else Offline)(result.detail)
