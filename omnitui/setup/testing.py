"""The test before anything is saved: both logins, and what can be done when one fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

from omnitui.config.schema import ServerSettings
from omnitui.core.errors import LoginRefused, Offline, OmnituiError, ProtocolError
from omnitui.setup.answers import Answers
from omnitui.setup.face import Edges, Face, Pick, Question
from omnitui.setup.faults import Fault, Trial, explain


class GoTo(Exception):
    """Another step must be done again."""

    def __init__(self, step: str, answers: Answers) -> None:
        super().__init__(step)
        self.step, self.answers = step, answers


async def tested(answers: Answers, face: Face, edges: Edges) -> Answers:
    """The answers, once both logins have gone well or the person goes on without. Raises GoTo."""
    if answers.untested:
        return answers
    while True:
        account = answers.account()
        reading = edges.try_reading(account, account.imap, answers.secret)
        sending = _sending(answers, edges)
        got, sent = await face.wait("Trying to log in for reading and for sending", _both(reading, sending))
        _tell("Reading", account.imap, got, answers, face)
        if account.smtp is not None and sent is not None:
            _tell("Sending", account.smtp, sent, answers, face)
        failed = _failed(answers, got, sent)
        if failed is None:
            return answers
        answers = await _next(answers, failed, face, edges)
        if answers.untested:
            return answers


async def _both(reading: Awaitable[Trial], sending: Awaitable[Trial | None]) -> tuple[Trial, Trial | None]:
    got, sent = await asyncio.gather(reading, sending)
    return got, sent


async def _sending(answers: Answers, edges: Edges) -> Trial | None:
    account = answers.account()
    return await edges.try_sending(account, account.smtp, answers.secret) if account.smtp else None


def _failed(answers: Answers, got: Trial, sent: Trial | None) -> tuple[str, ServerSettings, Trial] | None:
    account = answers.account()
    if got.fault:
        return "imap", account.imap, got
    if sent is not None and sent.fault and account.smtp is not None:
        return "smtp", account.smtp, sent
    return None


def _tell(what: str, server: ServerSettings, trial: Trial, answers: Answers, face: Face) -> None:
    if trial.fault is None:
        face.tell(f"{what}: {server.host} lets us in; {trial.words}.", "ok")
        return
    happened, step = explain(trial.fault, server, server.username or answers.username or answers.address)
    face.tell(f"{what}: {happened}", "danger")
    face.tell(step, "warn")
    face.tell(f"({trial.words})", "muted")


async def _next(answers: Answers, failed: tuple[str, ServerSettings, Trial], face: Face, edges: Edges) -> Answers:
    use, server, trial = failed
    fault = trial.fault or Fault.STRANGE
    happened, step = explain(fault, server, server.username or answers.username or answers.address)
    picks = _picks(use, fault)
    error = _error(fault, f"{happened} {step} ({trial.words})")
    question = Question("after-failure", "What now?", (), picks[0].id, picks, failure=error)
    match (await face.pick(question)).id:
        case "password":
            bare = replace(answers, secret="", password_command=(), from_environment=False, signed_in=None)
            raise GoTo("Password", bare)
        case "servers":
            raise GoTo("Servers", replace(answers, imap=None, smtp=None, reads_only=False))
        case "username":
            name = await face.text(Question("username", "User name", ("As the server knows it.",), answers.address))
            return replace(answers, username=name)
        case "trust":
            return await _trusted(answers, use, server, face, edges)
        case "read-only":
            return replace(answers, reads_only=True)
        case "untested":
            return replace(answers, untested=True)
    return answers


def _picks(use: str, fault: Fault) -> tuple[Pick, ...]:
    again = Pick("again", "Try again")
    anew = "Sign in again" if fault is Fault.TOKEN else "Give another password"
    picks = [Pick("password", anew), Pick("username", "Give another user name")]
    picks = [*picks, again] if fault.is_login else [again]
    if fault is Fault.CERTIFICATE:
        picks.insert(0, Pick("trust", "Look at the certificate", "and trust it, if you know its fingerprint"))
    picks.append(Pick("servers", "Choose other servers"))
    if use == "smtp":
        picks.append(Pick("read-only", "Go on without sending", "the account then only reads"))
    if fault.is_network:
        picks.append(Pick("untested", "Save it untested", "when the network is away now"))
    return tuple(picks)


def _error(fault: Fault, words: str) -> OmnituiError:
    if fault.is_login:
        return LoginRefused(words)
    return ProtocolError(words) if fault is Fault.STRANGE else Offline(words)


async def _trusted(answers: Answers, use: str, server: ServerSettings, face: Face, edges: Edges) -> Answers:
    """Pin the one certificate, after a person has compared its fingerprint."""
    try:
        found = await face.wait(f"Asking {server.host} for its certificate", edges.fingerprint(server, use))
    except (Offline, ProtocolError) as error:
        face.tell(str(error), "danger")
        return answers
    shown = ":".join(found[n : n + 2] for n in range(0, len(found), 2)).upper()
    notes = (f"SHA-256 of the certificate of {server.host}:", shown, "Is it the one that its keeper told you?")
    picks = (Pick("no", "No, leave it"), Pick("yes", "Yes, trust this certificate and no other"))
    if (await face.pick(Question("trust", "Trust it?", notes, "no", picks))).id != "yes":
        return answers
    pinned = [
        replace(one, certificate_sha256=found) if one is not None and _shares(one, server, name == use) else one
        for name, one in (("imap", answers.imap), ("smtp", answers.smtp))
    ]
    return replace(answers, imap=pinned[0], smtp=pinned[1])


def _shares(one: ServerSettings, server: ServerSettings, is_it: bool) -> bool:
    """Both servers of a host mostly have one certificate; where they do not, the other is asked about by itself."""
    return is_it or (one.host == server.host and not one.certificate_sha256)
