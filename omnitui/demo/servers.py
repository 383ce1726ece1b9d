"""The demo's IMAP and SMTP servers on loopback: pymap's in-memory store and aiosmtpd, on ports the system gives."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, Login
from pymap.backend.dict.mailbox import MailboxSet
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag
from pymap.user import Passwords, UserMetadata

from omnitui.demo.posting import Posted

HOST = "127.0.0.1"
FOLDERS = ("Sent", "Archive", "Junk", "Drafts", "Trash")


class ImapShop:
    """The mailbox: one user, the usual folders, and a way to put mail into it from inside."""

    def __init__(self, user: str, password: str) -> None:
        self.user = user
        self._password = password
        self._connections: set[asyncio.Task[None]] = set()
        arguments = Namespace(passlib_cfg=None, proxy_protocol=None, inherited_sockets=None)
        self._config = Config(
            arguments,
            demo_data=False,
            demo_user=user,
            demo_password=password,
            host=HOST,
            port=0,
            tls_enabled=False,
            reject_dnsbl=False,
        )

    async def start(self, stack: AsyncExitStack) -> int:
        """Listen; returns the port."""
        self._config.apply_context()
        login = Login(self._config)
        hashed = await Passwords(self._config).hash_password(self._password)
        await login.demo_user_identity.set(UserMetadata(self._config, self.user, password=hashed))
        async with login.demo_user_identity.new_session() as session:
            self._boxes: MailboxSet = session.mailbox_set
        for name in FOLDERS:
            await self._boxes.add_mailbox(name)
        server = await asyncio.start_server(self._accept(IMAPServer(login, self._config)), host=HOST, port=0)
        await stack.enter_async_context(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    def _accept(self, answer: IMAPServer) -> Callable[[StreamReader, StreamWriter], None]:
        """Hold each connection's task: asyncio has only a weak reference to it, and the collector may take it."""

        def accept(reader: StreamReader, writer: StreamWriter) -> None:
            task = asyncio.create_task(answer(reader, writer, SocketInfoLocal(writer)))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

        return accept

    async def post(self, mail: Posted) -> None:
        """File a mail; clients that listen are told."""
        box = await self._boxes.get_mailbox(mail.folder)
        flags = frozenset(Flag(flag.encode()) for flag in mail.flags)
        await box.append(AppendMessage(mail.raw, mail.at, flags))


class SmtpShop:
    """The way out: takes what the shop sends and hands it on. `deliver(recipients, raw)` must not block."""

    def __init__(self, user: str, password: str, deliver: Callable[[list[str], bytes, datetime], None]) -> None:
        self._login = (user.encode(), password.encode())
        self._deliver = deliver

    async def start(self, stack: AsyncExitStack) -> int:
        """Listen; returns the port."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(
                self, authenticator=self._check, auth_require_tls=False, hostname="demo", enable_SMTPUTF8=True
            ),
            host=HOST,
            port=0,
        )
        await stack.enter_async_context(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    def _check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == self._login
        return AuthResult(success=right, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd calls this with a whole mail."""
        self._deliver(list(envelope.rcpt_tos), envelope.original_content or b"", datetime.now().astimezone())
        return "250 2.0.0 the demo has it"
