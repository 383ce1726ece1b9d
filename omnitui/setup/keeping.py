"""Where the password is kept: what works on this machine, and the pass phrase of the encrypted file."""

from __future__ import annotations

import shlex
from dataclasses import replace

from omnitui.core.errors import SecretError
from omnitui.setup.answers import Answers
from omnitui.setup.face import Edges, Face, Pick, Place, Question, WentBack

LEAST = 10
"""Letters of a new pass phrase: somebody who has the file can try as long as they like."""
_TOKENS = "tokens change, so they need a place that omnitui can write to"


async def store(answers: Answers, face: Face, edges: Edges) -> Answers:
    """Choose the place. Raises SecretError for one that was given and does not work."""
    if answers.password_command or answers.from_environment or not answers.secret:
        return answers
    while True:
        found = await face.wait("Trying where a password can be kept", edges.places(answers.name))
        picks = tuple(_pick(place, answers) for place in found)
        chosen = _given(answers.store, picks) if answers.store else await _asked(picks, face)
        if chosen.id == "file":
            await unlock(face, edges)
        if chosen.id != "command":
            return replace(answers, store=chosen.id)
        try:
            return replace(await by_command(answers, face, edges), store="command")
        except WentBack:
            continue


async def choose_place(face: Face, edges: Edges, name: str, given: str) -> str:
    """Where secrets of a channel's account are kept: one of those that omnitui writes to, or the environment."""
    found = await face.wait("Trying where a secret can be kept", edges.places(name))
    picks = tuple(
        Pick(place.id, place.title, place.why, off="" if place.works else place.why)
        for place in found
        if place.id != "command"
    )
    return (_given(given, picks) if given else await _asked(picks, face)).id


def _pick(place: Place, answers: Answers) -> Pick:
    off = "" if place.works else place.why
    if answers.signed_in is not None and place.id not in ("keyring", "file"):
        off = _TOKENS
    return Pick(place.id, place.title, place.why, off=off)


def _given(id: str, picks: tuple[Pick, ...]) -> Pick:
    chosen = next((pick for pick in picks if pick.id == id), None)
    if chosen is None or chosen.off:
        why = chosen.off if chosen else f"possible are {', '.join(pick.id for pick in picks)}"
        raise SecretError(f"the password cannot be kept in {id}: {why}")
    return chosen


async def _asked(picks: tuple[Pick, ...], face: Face) -> Pick:
    usable = [pick.id for pick in picks if not pick.off]
    if not usable:
        raise SecretError("nothing on this machine can keep a token: install a keyring, or the package cryptography")
    return await face.pick(Question("store", "Keep it where?", (), usable[0], picks))


async def unlock(face: Face, edges: Edges) -> None:
    """Have the pass phrase of the encrypted file: a new one twice, a known one tried."""
    state = edges.vault
    while state != "open":
        failure = SecretError("the encrypted file needs a pass phrase: set OMNITUI_PASSPHRASE, or passphrase_command")
        if state == "new":
            notes = ("omnitui asks for it at each start; nobody can open the file without it. Better four words.",)
            typed = await face.text(
                Question("passphrase", "Choose a pass phrase", notes, secret=True, check=_too_short, failure=failure)
            )
            again = await face.text(Question("passphrase-again", "The same once more", secret=True, failure=failure))
            if typed != again:
                face.tell("The two differ.", "danger")
                continue
        else:
            typed = await face.text(Question("passphrase", "Pass phrase of your secrets", secret=True, failure=failure))
        try:
            await face.wait("Opening the encrypted file", edges.unlock(typed))
            return
        except SecretError as error:
            face.tell(str(error), "danger")


def _too_short(text: str) -> str:
    return "" if len(text) >= LEAST else f"at least {LEAST} letters, better four words"


async def by_command(answers: Answers, face: Face, edges: Edges) -> Answers:
    """A program that prints the password, or a token; run once, to see that it does."""
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
