"""`omnitui sync`: the worker, as a service or once."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.exits import Exit, exit_for
from omnitui.cli.output import emit, say
from omnitui.core.errors import Refused
from omnitui.sync.lock import held


@click.command()
@click.option("--once", is_flag=True, help="Bring every account in step, send what is due, and end.")
@click.option("--while-used", is_flag=True, help="End soon after the last screen has gone and what was sent has left.")
@click.option("--json", "as_json", is_flag=True, help="With --once: how each account went, as JSON.")
@click.option("--passphrase-stdin", is_flag=True, help="Read the pass phrase of the encrypted file from stdin.")
@pass_desk
def sync(desk: Desk, once: bool, while_used: bool, as_json: bool, passphrase_stdin: bool) -> int:
    """Keep mail and chats in step with the servers, and send what is in the outbox.

    Without an option it runs until it is stopped, as a service does. One worker runs for each cache; when one does,
    `--once` asks that one.
    """
    from omnitui.worker import Worker

    if as_json and not once:
        raise click.UsageError("--json goes with --once: a service prints nothing")
    worker = Worker(desk.places, desk.settings, desk.now, _passphrase(desk, from_stdin=passphrase_stdin))
    if not once:
        if not desk.settings.names:
            say("There is no account in the config yet; the worker waits for one. `omnitui setup` adds it.")
        return _serve(worker, while_used=while_used)
    try:
        outcomes = asyncio.run(worker.once())
    except Refused:
        return _ask(desk, as_json=as_json)
    from omnitui.worker import as_json as document

    _show([document(outcome) for outcome in outcomes], as_json=as_json)
    error = next((outcome.error for outcome in outcomes if outcome.error), None)
    return Exit.OK if error is None else exit_for(error)


def _passphrase(desk: Desk, *, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not desk.places.vault.exists() or held(desk.places.lock):
        return ""
    from omnitui.cli.passphrase import opened

    return opened(desk.stores)


def _serve(worker: Any, *, while_used: bool) -> int:
    try:
        asyncio.run(worker.run(while_used=while_used))
    except Refused:
        # A screen may have started one in the same moment: that one is as good.
        if while_used:
            return Exit.OK
        raise
    return Exit.OK


def _ask(desk: Desk, *, as_json: bool) -> int:
    from omnitui.sync.wire import ask_worker

    found = ask_worker(desk.places.socket, "sync", "synced", 600.0)
    _show(found, as_json=as_json)
    states = {account["state"] for account in found}
    return Exit.LOGIN if "refused" in states else Exit.OFFLINE if "offline" in states else Exit.OK


def _show(found: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        emit({"accounts": found})
        return
    for account in found:
        new = f"{account['new']} new" if account["state"] == "online" else account["detail"]
        say(f"{account['account']}: {account['state']}, {new}")
    if not found:
        say("There is no account in the config; nothing to do.")
