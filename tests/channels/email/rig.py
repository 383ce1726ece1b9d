"""The rig of the mailbox: a real Dovecot, and an SMTP server that takes what is sent."""

from __future__ import annotations

import asyncio
import email
import email.policy
import threading
from email.message import EmailMessage
from typing import Any

import pytest

from omnitui.sync.channels.email.connector import CAN
from tests.channels.rig import Arrived, CannotHere, Faults, Rig
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.smtp_sink import SmtpSink, smtp_sink

US = "desk@shop.example"
PEOPLE = {"ana": "Ana Lee <ana@harbour.example>", "ben": "Ben Ode <ben@quay.example>"}


class MailFaults(Faults):
    """What can go wrong where mail is sent, and a password that is not good any more; the other faults are those of
    calls, which mail has none of."""

    def __init__(self, sink: SmtpSink) -> None:
        self.__dict__["_sink"] = sink
        super().__init__()

    def __setattr__(self, name: str, value: Any) -> None:
        sink: SmtpSink = self.__dict__["_sink"]
        if value and name not in ("sends_lost_after", "sends_cut_before", "refuse_token", "too_many", "seen"):
            raise CannotHere
        if value and name in ("sends_lost_after", "sends_cut_before"):
            sink.drop = "after" if name == "sends_lost_after" else "before"
        if value and name == "too_many":
            sink.plan += [{"MAIL": "421 too many of you at once, come again later"}] * value
        self.__dict__[name] = value


class Sink(SmtpSink):
    """It misbehaves once."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """The dot came."""
        said = await super().handle_DATA(server, session, envelope)
        self.drop = ""
        return said


class EmailRig(Rig):
    """A mailbox of ours and two customers."""

    channel = "email"
    capabilities = CAN

    def __init__(self) -> None:
        super().__init__()
        self._sink = Sink(users={"desk": PASSWORD})
        self.faults = MailFaults(self._sink)
        self._dovecot = Dovecot()
        self._loop = asyncio.new_event_loop()
        self._ends = asyncio.Event()
        self._count = 0
        self._last: dict[str, str] = {}

    def start(self) -> None:
        if reason := Dovecot.missing():
            pytest.skip(reason)
        self._dovecot.start()
        ready = threading.Event()

        async def serve() -> None:
            async with smtp_sink(self._sink):
                ready.set()
                await self._ends.wait()

        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(serve(),), daemon=True)
        self._thread.start()
        if not ready.wait(60):
            raise RuntimeError("the SMTP server did not start")

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._ends.set)
        self._thread.join(10)
        self._loop.close()
        self._dovecot.stop()

    def config(self) -> str:
        server = 'host = "127.0.0.1"\nport = {}\nsecurity = "plain"\nusername = "desk"\n'
        return (
            f'[[account]]\nname = "desk"\naddress = "{US}"\nundo_seconds = 0\n'
            f"[account.imap]\n{server.format(self._dovecot.port)}[account.smtp]\n{server.format(self._sink.port)}"
        )

    def environment(self) -> dict[str, str]:
        return {"OMNITUI_PASSWORD_DESK": "the password of last year" if self.faults.refuse_token else PASSWORD}

    def requests_checked(self) -> int:
        return 0

    def violations(self) -> list[str]:
        return []

    def sent(self) -> list[Arrived]:
        found = []
        for taken in self._sink.taken:
            mail = email.message_from_bytes(taken.content, policy=email.policy.default)
            body = mail.get_body(("plain",))
            text = str(body.get_content()) if body is not None else ""
            found.append(Arrived(str(mail["Message-ID"]), "", text.split("\n")[0].strip(), str(mail["X-Omni-Id"])))
        return found

    def write(self, text: str, *, who: str = "ana") -> str:
        return self._put(self._mail(text, who), who)

    def write_same_instant(self, texts: list[str], *, who: str = "ana") -> list[str]:
        return [self._put(self._mail(text, who), who) for text in texts]

    def colleague_writes(self, text: str, *, who: str = "ana") -> str:
        mail = self._mail(text, who)
        del mail["From"], mail["To"]
        mail["From"], mail["To"] = US, PEOPLE[who]
        with self._dovecot.client("desk") as other:
            other.create("Sent")
        self._dovecot.append("desk", mail.as_bytes(), folder="Sent", flags="\\Seen")
        return str(mail["Message-ID"]).strip("<>")

    def away(self) -> None:
        """The server that holds the mail cannot be reached; the one that sends can."""
        self._dovecot.halt()

    def back(self) -> None:
        """It is there again."""
        self._dovecot.run()

    def own_person(self, who: str = "ana") -> str:
        return PEOPLE[who].partition("<")[2].rstrip(">")

    def _mail(self, text: str, who: str) -> EmailMessage:
        self._count += 1
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = PEOPLE[who], US, f"Re: a question of {who}"
        mail["Message-ID"] = f"<m{self._count}@{who}.example>"
        if who in self._last:
            mail["In-Reply-To"] = self._last[who]
        self._last[who] = mail["Message-ID"]
        mail.set_content(text.replace("\x00", ""), cte="base64")
        return mail

    def _put(self, mail: EmailMessage, who: str) -> str:
        self._dovecot.append("desk", mail.as_bytes())
        return str(mail["Message-ID"]).strip("<>")
