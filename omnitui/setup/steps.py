"""Setting up an account, step by step, on any face: each step takes the answers so far and gives more of them."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.core.errors import OmnituiError, Refused, SecretError
from omnitui.setup.answers import Answers, account_name, domain_of, wrong_address, wrong_name
from omnitui.setup.face import Edges, Face, Pick, Question, WentBack
from omnitui.setup.offers import Look, Offer, described, guesses, parse_server
from omnitui.setup.testing import GoTo, tested

T = TypeVar("T")
Step = Callable[[Answers, Face, Edges], Awaitable[Answers]]
MANUAL = "manual"


async def conduct(face: Face, edges: Edges, answers: Answers) -> AccountSettings:
    """Ask, test and save; gives the account that now stands in the config.

    Going back leads to the last step that asked something. Raises WentBack (before the first question), WentAway, and
    any OmnituiError that nobody could be asked about; nothing was saved then.
    """
    at = 0
    visited: list[tuple[int, Answers]] = []
    while at < len(STEPS):
        name, step = STEPS[at]
        face.step(name)
        asking = _Asking(face)
        before = answers
        try:
            answers = await step(answers, asking, edges)
        except WentBack:
            if not visited:
                raise
            at, answers = visited.pop()
            continue
        except OmnituiError as error:
            if not visited or not face.asks:
                raise
            face.tell(str(error), "danger")
            at, answers = visited.pop()
            continue
        except GoTo as other:
            at, answers = next(n for n, (name, _) in enumerate(STEPS) if name == other.step), other.answers
            continue
        if asking.asked:
            visited.append((at, before))
        at += 1
    return answers.account()


class _Asking:
    """A face that remembers whether it asked."""

    def __init__(self, face: Face) -> None:
        self._face = face
        self.asks = face.asks
        self.asked = False

    async def text(self, question: Question) -> str:
        self.asked = True
        return await self._face.text(question)

    async def pick(self, question: Question) -> Pick:
        self.asked = True
        return await self._face.pick(question)

    async def wait(self, words: str, work: Awaitable[T]) -> T:
        return await self._face.wait(words, work)

    def step(self, name: str) -> None:
        self._face.step(name)

    def tell(self, words: str, role: str = "") -> None:
        self._face.tell(words, role)


async def _address(answers: Answers, face: Face, edges: Edges) -> Answers:
    taken = edges.addresses()
    if answers.address:
        if wrong := wrong_address(answers.address, taken):
            raise Refused(wrong)
        return answers
    notes = ("The one that customers write to; the servers are looked for by it.",)
    asked = Question("address", "Address of the mailbox", notes, check=lambda text: wrong_address(text, taken))
    return replace(answers, address=await face.text(asked))


async def _servers(answers: Answers, face: Face, edges: Edges) -> Answers:
    if answers.imap is not None:
        return await _sending_too(answers, face)
    found = await face.wait(
        f"Looking for the servers of {answers.address}", edges.discover(answers.address, lambda look: _say(look, face))
    )
    if found.offline:
        face.tell("No place could be reached: this machine seems to be offline. Type the servers, or guess.", "warn")
    picks = [_offered(offer, n) for n, offer in enumerate(found.offers, 1)]
    picks.append(Pick(MANUAL, "Type the servers", "name, port and security"))
    while True:
        sure = found.offers[0].source if found.offers else ""
        notes = (f"The first is from {sure}." if sure != "a guess" else "Nothing sure was found; these are guesses.",)
        question = Question("servers", f"Servers of {answers.address}", notes, picks[0].id, tuple(picks))
        chosen = await face.pick(question)
        if isinstance(chosen.value, Offer):
            return replace(answers, imap=chosen.value.imap, smtp=chosen.value.smtp, reads_only=not chosen.value.smtp)
        try:
            return await _typed_servers(answers, face)
        except WentBack:
            continue


async def _sending_too(answers: Answers, face: Face) -> Answers:
    """The server that holds the mail was given, and perhaps the one that sends is still to be asked."""
    if answers.smtp is not None or answers.reads_only:
        return answers
    smtp = await _typed_server("smtp", "Server that sends (SMTP)", None, face)
    return replace(answers, smtp=smtp, reads_only=smtp is None)


def _say(look: Look, face: Face) -> None:
    face.tell(f"{look.place}: {look.words}", "ok" if look.found else "muted")


def _offered(offer: Offer, number: int) -> Pick:
    words = f"{described(offer.imap)} · {described(offer.smtp)}"
    return Pick(str(number), words, offer.source, offer)


async def _typed_servers(answers: Answers, face: Face) -> Answers:
    guess = guesses(domain_of(answers.address))[0]
    imap = await _typed_server("imap", "Server that holds the mail (IMAP)", guess.imap, face)
    if imap is None:
        raise WentBack
    smtp = await _typed_server("smtp", "Server that sends (SMTP)", guess.smtp, face)
    return replace(answers, imap=imap, smtp=smtp, reads_only=smtp is None)


async def _typed_server(use: str, title: str, guess: ServerSettings | None, face: Face) -> ServerSettings | None:
    notes = ["Such as mail.example.org, mail.example.org:1993, or mail.example.org starttls."]
    if use == "smtp":
        notes.append("A single - for none: the account then only reads.")

    def wrong(text: str) -> str:
        try:
            _server(text, use)
        except Refused as error:
            return str(error)
        return ""

    return _server(await face.text(Question(use, title, tuple(notes), guess.host if guess else "", check=wrong)), use)


def _server(text: str, use: str) -> ServerSettings | None:
    return None if use == "smtp" and text.strip() == "-" else parse_server(text, use)


async def _secret(answers: Answers, face: Face, edges: Edges) -> Answers:
    if answers.secret:
        return answers
    if answers.password_command or answers.from_environment:
        secret = await face.wait("Asking for the password", edges.secret_of(answers.account()))
        return replace(answers, secret=secret)
    provider = answers.provider
    notes = [provider.advice] if provider and provider.advice else []
    notes.append("It is not shown, and never stands in the config. Leave it empty to name a program that prints it.")
    while True:
        name = answers.username or (answers.imap.username if answers.imap else "") or answers.address
        question = Question("password", f"Password of {name}", tuple(notes), secret=True, failure=_NO_SECRET)
        typed = await face.text(question)
        if typed:
            return replace(answers, secret=typed)
        try:
            return await _by_command(answers, face, edges)
        except WentBack:
            continue


_NO_SECRET = SecretError("no password was given: use --password-stdin, --password-command or --password-environment")


async def _by_command(answers: Answers, face: Face, edges: Edges) -> Answers:
    notes = ("It runs without a shell; the first line that it prints is the password.",)
    while True:
        question = Question(
            "password-command", "Program that prints it", notes, "pass show mail/support", check=_wrong_command
        )
        argv = tuple(shlex.split(await face.text(question)))
        trying = replace(answers, password_command=argv)
        try:
            secret = await face.wait(f"Running {argv[0]}", edges.secret_of(trying.account()))
        except SecretError as error:
            face.tell(str(error), "danger")
            continue
        if answers.secret and secret != answers.secret:
            face.tell("It prints another password than the one that was tested.", "danger")
            continue
        return replace(trying, secret=secret)


def _wrong_command(text: str) -> str:
    try:
        return "" if shlex.split(text) else "type the program and its arguments"
    except ValueError:
        return "a quote is not closed"


async def _name(answers: Answers, face: Face, edges: Edges) -> Answers:
    taken = edges.names()
    name, shown = answers.name, answers.display_name
    if not name:
        notes = ("Short; it stands in the list and on the command line.",)
        question = Question(
            "name",
            "Name of the account",
            notes,
            account_name(answers.address, taken),
            check=lambda text: wrong_name(text, taken),
        )
        name = await face.text(question)
    elif wrong := wrong_name(name, taken):
        raise Refused(wrong)
    if shown is None:
        notes = ("Such as the name of the shop; empty for none.",)
        shown = await face.text(Question("display-name", "Name that customers see beside the address", notes))
    return replace(answers, name=name, display_name=shown)


async def _store(answers: Answers, face: Face, edges: Edges) -> Answers:
    if answers.password_command or answers.from_environment:
        return answers
    while True:
        found = await face.wait("Trying where a password can be kept", edges.places(answers.name))
        picks = tuple(Pick(s.id, s.title, s.why, off="" if s.works else s.why) for s in found)
        if answers.store:
            chosen = next((pick for pick in picks if pick.id == answers.store), None)
            if chosen is None or chosen.off:
                why = chosen.off if chosen else f"possible are {', '.join(pick.id for pick in picks)}"
                raise SecretError(f"the password cannot be kept in {answers.store}: {why}")
        else:
            notes = ("Where shall the password be kept?",)
            default = next(pick.id for pick in picks if not pick.off)
            chosen = await face.pick(Question("store", "Keep the password", notes, default, picks))
        if chosen.id != "command":
            return replace(answers, store=chosen.id)
        try:
            return replace(await _by_command(answers, face, edges), store="command")
        except WentBack:
            continue


async def _save(answers: Answers, face: Face, edges: Edges) -> Answers:
    account = answers.account()
    notes = (
        f"{account.name}: {account.address}",
        f"reads from {described(account.imap)}",
        f"sends through {described(account.smtp)}" if account.smtp else "only reads: nothing can be sent",
        _where_kept(answers),
    )
    picks = (Pick("yes", "Save the account"), Pick("back", "Go back"))
    if (await face.pick(Question("save", "Save it?", notes, "yes", picks))).id != "yes":
        raise WentBack
    if answers.store and answers.store not in ("command", "environment"):
        where = await face.wait("Keeping the password", edges.keep(answers.name, answers.secret, answers.store))
        face.tell(f"The password is in {where}.", "ok")
    file = await face.wait("Writing the config", edges.add(account))
    face.tell(f"{account.name} stands in {file}.", "ok")
    return answers


def _where_kept(answers: Answers) -> str:
    if answers.password_command:
        return f"password printed by {answers.password_command[0]}"
    if answers.from_environment or answers.store == "environment":
        return "password from the environment, at each start"
    return f"password kept in: {answers.store}"


STEPS: tuple[tuple[str, Step], ...] = (
    ("Address", _address),
    ("Servers", _servers),
    ("Password", _secret),
    ("Test", tested),
    ("Name", _name),
    ("Keep", _store),
    ("Save", _save),
)
NAMES = tuple(name for name, _ in STEPS)
