"""The demo's child process: `python -m omnitui.demo.server` runs both servers until its standard input ends.

So it cannot outlive the demo, however that ends. It prints one line of JSON with the ports when it is ready.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from omnitui.demo.crowd import crowd
from omnitui.demo.customers import NOWHERE, Customers
from omnitui.demo.letters import SUPPORT, Talk, talks
from omnitui.demo.posting import Posted, history, returned
from omnitui.demo.servers import ImapShop, SmtpShop
from omnitui.demo.tidying import tidy


def main() -> None:
    """Serve until nobody holds the other end of standard input; then tidy up."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--password", type=Path, required=True)
    parser.add_argument("--size", type=int, default=0)
    parser.add_argument("--haste", type=float, default=1.0)
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    os.umask(0o077)
    password = given.password.read_text(encoding="utf-8").strip()
    try:
        asyncio.run(_serve(given.home, password, given.size, given.haste, keep=given.keep))
    finally:
        if not given.keep:
            tidy(given.home)


async def _serve(home: Path, password: str, size: int, haste: float, *, keep: bool) -> None:
    cast = talks()
    async with AsyncExitStack() as stack:
        box = ImapShop(SUPPORT, password)
        people = Customers(cast, box.post, haste=haste)
        imap_port = await box.start(stack)
        smtp_port = await SmtpShop(SUPPORT, password, people.receive).start(stack)
        for mail in already_there([*crowd(cast, size), *cast], datetime.now(UTC)):
            await box.post(mail)
        people.begin()
        sys.stdout.write(json.dumps({"imap": imap_port, "smtp": smtp_port}) + "\n")
        sys.stdout.flush()
        await _end_of_input()
        await people.close()
        if not keep:
            await asyncio.to_thread(tidy, home)
        # Closing a server waits for its clients, and a client may wait for ever.
        os._exit(0)


def already_there(cast: list[Talk], now: datetime) -> list[Posted]:
    """The mails of the demo at its start, oldest first."""
    sent: dict[str, str] = {}
    mails: list[Posted] = []
    for talk in cast:
        if talk.kind == "bounce":
            mails += _lost(talk, now)
        elif not talk.arrives:
            mails += history(talk, now, sent)
    return sorted(mails, key=lambda mail: mail.at)


def _lost(talk: Talk, now: datetime) -> list[Posted]:
    """A mail of ours to somebody who is not there, and what came back."""
    address = talk.letters[0].text.strip()
    if not address.endswith(NOWHERE):
        raise ValueError(f"{address} is not in {NOWHERE}")
    letter = replace(talk.letters[0], text="Dear customer,\n\nyour order has left our house today.", ours=True)
    ours = replace(talk, kind="mail", name="", address=address, subject="Your order 4680", letters=(letter,))
    (mail,) = history(ours, now, {})
    at = mail.at + timedelta(minutes=1)
    return [mail, Posted("INBOX", returned(address, ours.message_id(0), ours.subject, at), at)]


async def _end_of_input() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(4096):
        pass


if __name__ == "__main__":
    main()
