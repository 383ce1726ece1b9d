"""Signing in with Google or Microsoft instead of a password (OAuth 2)."""

from __future__ import annotations

from dataclasses import replace

from omnitui.config.schema import TENANT, OAuthSettings
from omnitui.core.errors import LoginRefused, Offline, ProtocolError, Refused
from omnitui.setup.answers import Answers, domain_of
from omnitui.setup.face import Edges, Face, Pick, Question, SignIn, WentBack

_CONFIG_NAMES = {"google": "gmail", "microsoft": "microsoft"}
_WAYS = {
    "browser": ("In a browser on this machine", "it comes back by itself"),
    "paste": ("In a browser elsewhere", "its last address is pasted here"),
    "device": ("By a code", "that you type on any other device"),
}
OAUTH, WORD, COMMAND = "oauth", "password", "command"


async def chosen_way(answers: Answers, face: Face) -> str:
    """How to log in: `OAUTH`, `WORD` (a password) or `COMMAND` (a program prints what is needed)."""
    provider = answers.provider
    if answers.oauth is not None:
        return OAUTH
    if provider is None or provider.id not in _CONFIG_NAMES:
        return WORD
    picks = [
        Pick(OAUTH, f"Sign in with {provider.name} (OAuth)", "with a registration: docs/guide/oauth.md"),
        Pick(COMMAND, "A program prints a token", "for those who have one"),
    ]
    if provider.takes == "app":
        picks.insert(0, Pick(WORD, "App password", "a password made for this program; the quickest"))
    question = Question(
        "sign-in", f"How to sign in with {provider.name}", (provider.advice,), picks[0].id, tuple(picks)
    )
    return (await face.pick(question)).id


async def signed_in(answers: Answers, face: Face, edges: Edges) -> Answers:
    """The answers with a token to test with. Raises WentBack; LoginRefused where nobody can be asked."""
    answers = answers if answers.oauth is not None else await _registration(answers, face)
    if not face.asks:
        raise LoginRefused("a sign-in needs a person: give --untested here, and run `omnitui login NAME` afterwards")
    while True:
        way = await _way(answers, face, edges)
        try:
            begun = edges.begin_sign_in(
                answers.account(), answers.client_secret, "device" if way == "device" else "browser"
            )
            pending = await face.wait("Asking the provider", begun)
            token = await _agreed(pending, way, face)
        except (LoginRefused, Offline, ProtocolError, Refused) as error:
            face.tell(str(error), "danger")
            continue
        return replace(answers, secret=token, signed_in=pending)


async def _registration(answers: Answers, face: Face) -> Answers:
    provider = answers.provider
    kind = _CONFIG_NAMES[provider.id] if provider else "other"
    notes = ("Of the registration that you made with the provider; docs/guide/oauth.md says how.",)
    client_id = await face.text(Question("client-id", "Client id", notes, check=_one_word))
    oauth = OAuthSettings(provider=kind, client_id=client_id)
    secret = ""
    if kind == "gmail":
        notes = ("Google wants it; it is kept beside the tokens, not in the config.",)
        secret = await face.text(Question("client-secret", "Client secret", notes, secret=True, check=_one_word))
    else:
        notes = ("Your organisation's id or domain; `common` for any.",)
        tenant = Question("tenant", "Tenant", notes, domain_of(answers.address), check=_wrong_tenant)
        oauth = replace(oauth, tenant=await face.text(tenant))
    return replace(answers, oauth=oauth, client_secret=secret)


def _one_word(text: str) -> str:
    return "" if text and text.isprintable() and " " not in text else "type it as one word"


def _wrong_tenant(text: str) -> str:
    return "" if TENANT.pattern.fullmatch(text) else f"{text or 'nothing'} is not {TENANT.words}"


async def _way(answers: Answers, face: Face, edges: Edges) -> str:
    offered = edges.ways(answers.account())
    ids = [id for id in _WAYS if id in offered or (id == "paste" and "browser" in offered)]
    if edges.is_remote and "device" in ids:
        ids.sort(key=lambda id: id != "device")
    elif edges.is_remote:
        ids.sort(key=lambda id: id != "paste")
    picks = tuple(Pick(id, *_WAYS[id]) for id in ids)
    return (await face.pick(Question("way", "Where will you sign in?", (), ids[0], picks))).id


async def _agreed(pending: SignIn, way: str, face: Face) -> str:
    """The token, once a person has agreed at the provider's."""
    try:
        if way == "device":
            face.tell(f"Open {pending.url} on any device, and type this code: {pending.code}", "accent")
        else:
            face.tell("Open this page in a browser (it is also in the clipboard, where the terminal allows that):")
            face.tell(pending.url, "accent")
            face.copy(pending.url)
        if way == "paste":
            await _pasted(pending, face)
        return await face.wait("Waiting for you to agree there", pending.finish())
    finally:
        await pending.close()


async def _pasted(pending: SignIn, face: Face) -> None:
    notes = ("The browser ends at a page that cannot be opened: copy the whole of its address.",)
    while True:
        typed = await face.text(Question("paste", "The address of that page", notes))
        if not typed:
            raise WentBack
        try:
            pending.paste(typed)
            return
        except Refused as error:
            face.tell(str(error), "danger")
