"""Setting up an account on a messaging channel: how one gets the credentials, the questions, a live probe, saving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any

from omnitui.config.check import Mistake, build, hints
from omnitui.config.schema import ChannelAccountSettings
from omnitui.core.errors import OmnituiError, Refused, SecretError
from omnitui.setup.answers import wrong_name
from omnitui.setup.face import Edges, Face, Pick, Question, WentBack
from omnitui.setup.keeping import choose_place, unlock

EMAIL = "email"


@dataclass(frozen=True)
class SecretAsked:
    """A secret that the channel needs."""

    name: str
    title: str
    optional: bool = False


@dataclass(frozen=True)
class ChannelForm:
    """What is asked for one channel; `settings` is the class of its table in the config."""

    name: str
    title: str
    steps: tuple[str, ...]
    settings: type
    secrets: tuple[SecretAsked, ...] = ()


@dataclass(frozen=True)
class Probed:
    """What the other side says: who we are there, and (grade, sentence) for each thing found; grades as doctor's."""

    who: str
    findings: tuple[tuple[str, str], ...] = ()

    @property
    def missing(self) -> bool:
        """Something without which it cannot work."""
        return any(grade == "missing" for grade, _ in self.findings)


@dataclass(frozen=True)
class ChannelAnswers:
    """What is known before anything is asked (options of `omnitui setup`)."""

    channel: str = ""
    name: str = ""
    store: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    untested: bool = False


async def choose(face: Face, forms: Sequence[ChannelForm], given: str = "") -> ChannelForm | None:
    """Which channel; None for a mailbox. Raises Refused for a name that is none."""
    if given == EMAIL or not forms:
        return None
    known = {form.name: form for form in forms}
    if given:
        if given not in known:
            raise Refused(f"there is no channel {given}; there is {', '.join([EMAIL, *known])}")
        return known[given]
    picks = (Pick(EMAIL, "A mailbox (IMAP and SMTP)"), *(Pick(form.name, form.title, value=form) for form in forms))
    chosen = await face.pick(Question("channel", "What shall be set up?", (), EMAIL, picks))
    return known.get(chosen.id)


async def conduct(face: Face, edges: Edges, form: ChannelForm, answers: ChannelAnswers) -> ChannelAccountSettings:
    """Ask, probe and save; gives the account that now stands in the config.

    Raises WentBack before anything was saved, WentAway, and any OmnituiError that nobody could be asked about.
    """
    face.step("Servers")
    for number, step in enumerate(form.steps, 1):
        face.tell(f"{number}. {step}", "muted")
    options, secrets = dict(answers.options), dict(answers.secrets)
    while True:
        options = await _options(face, form, options)
        face.step("Password")
        secrets = await _secrets(face, form, secrets)
        face.step("Name")
        name = await _name(face, edges, form, answers.name)
        account = ChannelAccountSettings(name=name, channel=form.name, options=options)
        face.step("Test")
        if answers.untested or await _probed(face, edges, account, secrets):
            break
        options, secrets = dict(answers.options), dict(answers.secrets)
    face.step("Keep")
    place = ""
    if secrets:
        place = await choose_place(face, edges, f"{name}/{next(iter(secrets))}", answers.store)
        if place == "file":
            await unlock(face, edges)
    face.step("Save")
    notes = (f"{name}: {form.title}", f"secrets kept in: {place}" if place else "needs no secret")
    picks = (Pick("yes", "Save the account"), Pick("back", "Leave it; nothing is saved"))
    if (await face.pick(Question("save", "Save it?", notes, "yes", picks))).id != "yes":
        raise WentBack
    await _save(face, edges, account, secrets, place)
    return account


async def _save(face: Face, edges: Edges, account: ChannelAccountSettings, secrets: dict[str, str], place: str) -> None:
    """Secrets first: an account without them would only be in the way."""
    for secret, value in secrets.items():
        if place in ("keyring", "file"):
            await face.wait("Keeping it", edges.keep(f"{account.name}/{secret}", value, place))
        else:
            face.tell(f"Give {secret} before each start: {edges.given_by(f'{account.name}/{secret}', place)}.", "warn")
    file = await face.wait("Writing the config", edges.add_channel(account))
    face.tell(f"{account.name} stands in {file}.", "ok")


async def _options(face: Face, form: ChannelForm, given: dict[str, Any]) -> dict[str, Any]:
    """The settings that have no default or are worth a question, and what was given of the others. Raises Refused for
    what is no setting."""
    found = dict(given)
    for spec in fields(form.settings):
        needed = spec.default is MISSING and spec.default_factory is MISSING
        if spec.name in found or not (needed or (spec.metadata.get("asked") and face.asks)):
            continue
        value = await _option(face, form, spec, found)
        if needed or value != _read(hints(form.settings)[spec.name], _default(spec)):
            found[spec.name] = value
    mistakes: list[Mistake] = []
    build(form.settings, found, (), mistakes)
    if mistakes:
        raise Refused("; ".join(mistake.words for mistake in mistakes))
    return found


async def _option(face: Face, form: ChannelForm, spec: Field[Any], found: dict[str, Any]) -> Any:
    hint = hints(form.settings)[spec.name]
    example = spec.metadata.get("example")
    notes = (spec.metadata["doc"], f"Such as {_shown(example)}." if example else "")
    default = _default(spec)

    def wrong(text: str) -> str:
        if spec.default is not MISSING and text.strip() == default:
            return ""
        mistakes: list[Mistake] = []
        try:
            value = _read(hint, text)
        except ValueError:
            return "a whole number"
        build(form.settings, {**found, spec.name: value}, (), mistakes)
        return next((one.words for one in mistakes if one.path and one.path[0] == spec.name), "")

    failure = Refused(f"{spec.name} is needed: --set {spec.name}=...")
    title = spec.name.replace("_", " ").capitalize()
    asked = Question(spec.name, title, tuple(note for note in notes if note), default, check=wrong, failure=failure)
    return _read(hint, await face.text(asked))


def read_option(form: ChannelForm, text: str) -> tuple[str, Any]:
    """`name=value` as a setting of the channel. Raises Refused."""
    name, equals, value = text.partition("=")
    known = hints(form.settings)
    if not equals or name not in known:
        raise Refused(f"“{text}” is not name=value of {', '.join(known)}")
    try:
        return name, _read(known[name], value)
    except ValueError:
        raise Refused(f"{name} must be a whole number") from None


def _read(hint: Any, text: str) -> Any:
    text = text.strip()
    if hint is int:
        return int(text)
    if hint is bool:
        return text.lower() in ("yes", "true", "1")
    if hint is str:
        return text
    return [one.strip() for one in text.split(",") if one.strip()]


def _default(spec: Field[Any]) -> str:
    """As it would be typed; empty where there is none."""
    return "" if spec.default is MISSING else _shown(spec.default)


def _shown(example: Any) -> str:
    return ", ".join(map(str, example)) if isinstance(example, tuple | list) else str(example)


async def _secrets(face: Face, form: ChannelForm, given: dict[str, str]) -> dict[str, str]:
    found = dict(given)
    for spec in form.secrets:
        if spec.name in found:
            continue
        more = ("Leave it empty if you have none.",) if spec.optional else ()
        failure = SecretError(
            f"the secret {spec.name} is missing ({spec.title}): --secret-environment takes it from the environment"
        )
        question = Question(
            spec.name,
            spec.title,
            ("It is not shown, and never stands in the config.", *more),
            secret=True,
            check=_anything if spec.optional else _something,
            failure=None if spec.optional else failure,
        )
        typed = (await face.text(question)).strip()
        if typed:
            found[spec.name] = typed
    return found


def _anything(text: str) -> str:
    return ""


def _something(text: str) -> str:
    return "" if text.strip() else "it is needed"


async def _name(face: Face, edges: Edges, form: ChannelForm, given: str) -> str:
    taken = edges.names()
    if given:
        if wrong := wrong_name(given, taken):
            raise Refused(wrong)
        return given
    name, number = form.name, 2
    while name.lower() in {one.lower() for one in taken}:
        name, number = f"{form.name}-{number}", number + 1
    notes = ("Short; it stands in the list and on the command line.",)
    return await face.text(
        Question("name", "Name of the account", notes, name, check=lambda text: wrong_name(text, taken))
    )


async def _probed(face: Face, edges: Edges, account: ChannelAccountSettings, secrets: dict[str, str]) -> bool:
    """Try it for real. True to go on; False to ask again."""
    try:
        probed = await face.wait(f"Trying {account.channel}", edges.probe_channel(account, secrets))
    except OmnituiError as error:
        if not face.asks:
            raise
        face.tell(str(error), "danger")
        return await _anyway(face, "It could not be tried.")
    face.tell(f"Logged in as {probed.who}.", "ok")
    for grade, words in probed.findings:
        face.tell(words, {"fine": "ok", "warning": "warn"}.get(grade, "danger"))
    if not probed.missing:
        return True
    if not face.asks:
        raise Refused("; ".join(words for grade, words in probed.findings if grade == "missing"))
    return await _anyway(face, "Something is missing.")


async def _anyway(face: Face, title: str) -> bool:
    picks = (Pick("again", "Answer again"), Pick("anyway", "Save it all the same", "it will say so until it is mended"))
    return (await face.pick(Question("probe", title, (), "again", picks))).id == "anyway"
