"""What an account on a Chatwoot server is told in the config."""

from __future__ import annotations

from dataclasses import dataclass

from omnitui.config.schema import URL, setting


@dataclass(frozen=True, kw_only=True)
class ChatwootSettings:
    """A Chatwoot help desk, worked from here. `docs/guide/chatwoot.md` says how one gets the access token."""

    url: str = setting(
        "Address of the server, with its path where it has one.",
        "https://app.chatwoot.com",
        example="https://desk.example",
        shape=URL,
        asked=True,
    )
    account_id: int = setting(
        "Number of the Chatwoot account: it stands behind /accounts/ in the browser's address.", example=1, least=1
    )
    access_token_command: tuple[str, ...] = setting(
        "Program and arguments that print the access token, run without a shell; empty takes what "
        "`omnitui secret set` has stored.",
        (),
    )
    inboxes: tuple[str, ...] = setting(
        "Names of the Chatwoot inboxes to bring; empty brings all that your Chatwoot user may see.", ()
    )
    agents: tuple[str, ...] = setting(
        "Who is who, where an agent's name here is not the one in Chatwoot: name here = mail address there.",
        (),
        example=("ana = ana.lopez@shop.example",),
    )
    new_in: str = setting(
        "Name of the inbox in which new conversations are begun; empty takes one that reaches the customer, mail "
        "before SMS.",
        "",
    )
    history: int = setting(
        "How many of the conversations active last are brought at the start, beside all that are not resolved.",
        200,
        least=25,
        most=5000,
    )
    poll_seconds: int = setting("How often it is asked for news.", 5, least=1, most=3600)
