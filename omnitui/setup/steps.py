"""Setting up an account, step by step, on any face: each step takes the answers so far and gives more of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.core.errors import OmnituiError, Refused, SecretError
from omnitui.setup.answers import Answers, account_name, domain_of, wrong_address, wrong_name
from omnitui.setup.face import Edges, Face, Pick, Question, WentBack
from omnitui.setup.keeping import by_command, store
from omnitui.setup.offers import Look, Offer, described, guesses, parse_server
from omnitui.setup.signing_in import COMMAND, OAUTH, chosen_way, signed_in
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

    def copy(self, text: str) -> None:
        self._face.copy(text)


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
        return await _sending_too(answers, face, None)
    found = await face.wait(
        f"Looking for the servers of {answers.address}", edges.discover(answers.address, lambda look: _say(look, face))
    )
    if found.offline:
        face.tell("No place could be reached: this machine seems to be offline. Type the servers, or guess.", "warn")
    domain = domain_of(answers.address)
    picks = [_offered(offer, n, domain) for n, offer in enumerate(found.offers, 1)]
    picks.append(Pick(MANUAL, "Type the servers", "name, port and security"))
    while True:
        sure = found.offers[0].source if found.offers else ""
        notes = (f"The surest first: {sure}." if sure != "a guess" else "Nothing sure was found; these are guesses.",)
        question = Question("servers", f"Servers of {answers.address}", notes, picks[0].id, tuple(picks))
        chosen = await face.pick(question)
        if isinstance(chosen.value, Offer):
            given = replace(answers, imap=chosen.value.imap, smtp=chosen.value.smtp)
            return await _sending_too(given, face, guesses(domain)[0].smtp)
        try:
            return await _typed_servers(answers, face)
        except WentBack:
            continue


async def _sending_too(answers: Answers, face: Face, guess: ServerSettings | None) -> Answers:
    """The server that holds the mail was given, and perhaps the one that sends is still to be asked."""
    if answers.smtp is not None or answers.reads_only:
        return answers
    smtp = await _typed_server("smtp", "Server that sends (SMTP)", guess, face)
    return replace(answers, smtp=smtp, reads_only=smtp is None)


def _say(look: Look, face: Face) -> None:
    face.tell(f"{look.place}: {look.words}", "ok" if look.found else "muted")


def _offered(offer: Offer, number: int, domain: str) -> Pick:
    """Names that DNS or a page gave may be anybody's: the person is told when they leave the domain (RFC 6186 4)."""
    words = f"{described(offer.imap)} · {described(offer.smtp)}"
    strange = not offer.provider and not offer.imap.host.endswith(f".{domain}") and offer.imap.host != domain
    return Pick(str(number), words, f"not of {domain}! {offer.source}" if strange else offer.source, offer)


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
    if answers.secret or (answers.oauth is not None and answers.untested):
        return answers
    if answers.password_command or answers.from_environment:
        secret = await face.wait("Asking for the password", edges.secret_of(answers.account()))
        return replace(answers, secret=secret)
    way = await chosen_way(answers, face)
    if way == OAUTH:
        return await signed_in(answers, face, edges)
    if way == COMMAND:
        return replace(await by_command(answers, face, edges), by_token=True)
    hidden = "It is not shown, and never stands in the config. Leave it empty to name a program that prints it."
    notes = tuple(note for note in (answers.provider.advice if answers.provider else "", hidden) if note)
    while True:
        name = answers.username or (answers.imap.username if answers.imap else "") or answers.address
        question = Question("password", f"Password of {name}", notes, secret=True, failure=_NO_SECRET)
        typed = await face.text(question)
        if typed:
            return replace(answers, secret=typed)
        try:
            return await by_command(answers, face, edges)
        except WentBack:
            continue


_NO_SECRET = SecretError("no password was given: use --password-stdin, --password-command or --password-environment")


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
    await _keep(answers, face, edges)
    file = await face.wait("Writing the config", edges.add(account))
    face.tell(f"{account.name} stands in {file}.", "ok")
    if answers.store in ("environment", "systemd"):
        face.tell(f"Give the password before each start: {edges.given_by(answers.name, answers.store)}.", "warn")
    return answers


async def _keep(answers: Answers, face: Face, edges: Edges) -> None:
    """Before the config is written: an account without its password would only be in the way."""
    if answers.store not in ("keyring", "file"):
        return
    if answers.signed_in is not None:
        work = edges.keep_sign_in(answers.account(), answers.signed_in, answers.store)
    else:
        work = edges.keep(answers.name, answers.secret, answers.store)
    where = await face.wait("Keeping it", work)
    face.tell(f"{'The sign-in' if answers.signed_in else 'The password'} is kept in: {where}.", "ok")


def _where_kept(answers: Answers) -> str:
    if answers.password_command:
        return f"password printed by {answers.password_command[0]}"
    if answers.from_environment or answers.store == "environment":
        return "password from the environment, at each start"
    if not answers.store:
        return f"sign in afterwards: omnitui login {answers.name}" if answers.oauth else "no password yet"
    return f"{'sign-in' if answers.signed_in else 'password'} kept in: {answers.store}"


STEPS: tuple[tuple[str, Step], ...] = (
    ("Address", _address),
    ("Servers", _servers),
    ("Password", _secret),
    ("Test", tested),
    ("Name", _name),
    ("Keep", store),
    ("Save", _save),
)
NAMES = tuple(name for name, _ in STEPS)
