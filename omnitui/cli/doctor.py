"""`omnitui doctor`: is everything right, and if not, what to do; made to be pasted where one asks for help."""

from __future__ import annotations

from collections.abc import Iterator

import click

from omnitui.cli.checks.finding import Finding, Verdict, good, problem
from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.exits import Exit
from omnitui.cli.output import emit, write

_MARK = {Verdict.GOOD: "ok", Verdict.NOTE: "--", Verdict.PROBLEM: "!!", Verdict.FIXED: "++"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--offline", is_flag=True, help="Do not talk to the servers.")
@click.option("--fix", is_flag=True, help="First put right what is safe: rights of files, leftovers, lost indexes.")
@pass_desk
def doctor(desk: Desk, as_json: bool, offline: bool, fix: bool) -> int:
    """Check the program, the config, the cache and each account; compare the ledger with the servers.

    Without --fix it changes nothing. In a terminal, that is asked how wide it draws emoji and Chinese.

    The report holds no secrets and no mail. Exit code 1 when something needs attention.
    """
    found: list[Finding] = []
    for finding in _examine(desk, offline=offline, fix=fix):
        found.append(finding)
        if not as_json:
            write(f"{_MARK[finding.verdict]}  {finding.area:<18} {finding.words}")
            if finding.advice:
                write(f"{'':23}-> {finding.advice}")
    problems = sum(finding.verdict is Verdict.PROBLEM for finding in found)
    if as_json:
        emit({"ok": not problems, "findings": [vars(finding) for finding in found]})
    else:
        write(f"\n{problems} problems." if problems != 1 else "\n1 problem.")
    return Exit.FOUND if problems else Exit.OK


def _examine(desk: Desk, *, offline: bool, fix: bool) -> Iterator[Finding]:
    from omnitui.cli.checks import accounts, cache, channels, machine, mending, secrets, tty
    from omnitui.cli.checks.shared_disk import shared_disk
    from omnitui.config.load import check, key_problems

    yield from machine.versions()
    yield from machine.terminal()
    yield from tty.probe()
    if fix:
        yield from mending.mend(desk.places, desk.now())
    yield from machine.folders(desk.places)
    yield from shared_disk(desk.places.data)
    yield from mending.found(desk.places, desk.now())
    settings, problems = check(desk.places.config_file)
    if settings is not None:
        problems = key_problems(settings, desk.places.config_file, desk.now())
    for mistake in problems:
        yield problem(
            "config",
            f"line {mistake.line}: {mistake.words}",
            "mend config.toml; `omnitui config check` says when it is right",
        )
    if settings is not None and not problems:
        many = len(settings.names)
        yield good("config", f"right; {many} account{'' if many == 1 else 's'}")
    yield from cache.cache(desk.places, desk.now())
    yield from _worker(desk)
    if settings is not None:
        yield from secrets.kept(desk.stores)
        for account in settings.accounts:
            yield from secrets.unused(account)
        for chat in settings.channel_accounts:
            yield from channels.account(desk.places, chat, desk.stores, offline=offline)
    if settings is not None and not offline and settings.accounts:
        from omnitui.sync.credentials import Credentials

        credentials = Credentials(desk.stores, desk.places.state, desk.now)
        for account in settings.accounts:
            yield from accounts.account(desk.places, account, credentials)


def _worker(desk: Desk) -> Iterator[Finding]:
    """Whether a worker listens."""
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(2)
        try:
            line.connect(str(desk.places.socket))
        except OSError:
            yield Finding(
                "worker", Verdict.NOTE, "none runs now", "the screen starts one; `omnitui sync` runs one without it"
            )
            return
    yield good("worker", "one runs")
