"""Every setting, declared once: from here come reading, checking, `config.example.toml` and `docs/config.md`.

Plain frozen dataclasses, so that reading the settings costs the first frame nothing.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, field
from typing import Any

from omnitui.core.dataclass import dataclass
from omnitui.core.key_layouts import LAYOUTS
from omnitui.core.key_presets import PRESETS


@dataclass(frozen=True)
class Shape:
    """How a text must look, and what to call it in a message."""

    pattern: re.Pattern[str]
    words: str


NAME = Shape(
    re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}"),
    "a name of letters, digits and . _ @ - that begins with a letter or a digit",
)
ADDRESS = Shape(re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+"), "a mail address, such as support@shop.example")
HOST = Shape(re.compile(r"[^\s/@]+"), "the name of a server, such as mail.example.org")
_HOURS = r"(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)"
QUIET = Shape(
    re.compile(rf"(?:mon|tue|wed|thu|fri|sat|sun)(?: {_HOURS})?|{_HOURS}"),
    'a time such as "22:00-07:00", a day such as "sun", or both, "fri 18:00-24:00"',
)
URL = Shape(
    re.compile(r"https://[^\s@]+|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:/\S*)?"),
    "an address that begins with https:// (http:// only on this machine)",
)
TENANT = Shape(re.compile(r"[A-Za-z0-9.-]+"), "an id such as 72f98..., a domain, common, organizations or consumers")
FINGERPRINT = Shape(re.compile(r"(?:[0-9a-fA-F]{2}:?){32}"), "64 hex digits, with or without colons")


def setting(
    doc: str,
    default: Any = MISSING,
    *,
    example: Any = None,
    choices: tuple[str, ...] = (),
    least: int | None = None,
    most: int | None = None,
    shape: Shape | None = None,
    asked: bool = False,
) -> Any:
    """A field with what it is for (`doc`), the value shown in the example, and the values it may take. `asked`: the
    set-up of a channel asks for it, though it has a default."""
    values = {"choices": choices, "least": least, "most": most, "shape": shape}
    metadata = {"doc": doc, "example": example, "asked": asked, **values}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """How to reach one server of an account."""

    host: str = setting("Name of the server.", example="mail.example.org", shape=HOST)
    port: int = setting("Port; 0 takes the usual one of the protocol and its security.", 0, least=0, most=65535)
    security: str = setting(
        "tls (encrypted from the first byte), starttls (encrypted after asking), or plain (to this machine only).",
        "tls",
        choices=("tls", "starttls", "plain"),
    )
    username: str = setting("Name to log in with; empty takes the account's address.", "")
    auth: str = setting(
        "How to log in: password, or by a token of OAuth 2 as xoauth2 or oauthbearer. auto takes xoauth2 where the "
        "account has a table [account.oauth], else the password.",
        "auto",
        choices=("auto", "password", "xoauth2", "oauthbearer"),
    )
    password_command: tuple[str, ...] = setting(
        "Program and arguments that print the secret, run without a shell; empty takes the account's.", ()
    )
    ca_file: str = setting("PEM file of the certificates to trust instead of the system's.", "")
    certificate_sha256: str = setting(
        "Fingerprint (SHA-256, hex) of the one certificate to accept, for a server with a certificate of its own.",
        "",
        shape=FINGERPRINT,
    )


@dataclass(frozen=True, kw_only=True)
class OAuthSettings:
    """Signing in with the provider instead of a password (OAuth 2), then `omnitui login NAME`.

    You register the program with the provider yourself; docs/guide/oauth.md says how.
    """

    provider: str = setting(
        "Who signs you in; other needs the addresses below.", example="gmail", choices=("gmail", "microsoft", "other")
    )
    client_id: str = setting("The id of your registration (not a secret).", example="1234.apps.example")
    client_secret_command: tuple[str, ...] = setting(
        "Program and arguments that print the registration's secret where it has one; empty takes what "
        "`omnitui secret set NAME --only client` has stored.",
        (),
    )
    tenant: str = setting("Microsoft only: your organisation's id or domain.", "common", shape=TENANT)
    authorize_url: str = setting("Address of the page where one signs in; empty takes the provider's.", "", shape=URL)
    token_url: str = setting("Address that gives tokens; empty takes the provider's.", "", shape=URL)
    device_url: str = setting("Address that gives device codes; empty takes the provider's.", "", shape=URL)
    scopes: tuple[str, ...] = setting("What is asked for; empty takes what mail needs with this provider.", ())
    redirect_port: int = setting(
        "Port on this machine where the browser comes back to; 0 takes a free one.", 0, least=0, most=65535
    )


@dataclass(frozen=True, kw_only=True)
class AccountSettings:
    """One support mailbox. The table may stand any number of times."""

    name: str = setting("Short name, shown in the list and used on the command line.", example="support", shape=NAME)
    channel: str = setting("The way to talk; the other ones have tables of their own below.", "email")
    address: str = setting("The address that customers write to.", example="support@shop.example", shape=ADDRESS)
    display_name: str = setting("Name shown to customers beside the address.", "", example="Shop support")
    aliases: tuple[str, ...] = setting(
        "Other addresses of this mailbox; answers leave from the one the customer wrote to.", (), shape=ADDRESS
    )
    password_command: tuple[str, ...] = setting(
        "Program and arguments that print the password, run without a shell.",
        (),
        example=("pass", "show", "mail/support"),
    )
    folders: tuple[str, ...] = setting("Folders to keep in step; empty keeps all but drafts and trash.", ())
    archive_folder: str = setting("Folder for done conversations; empty finds it by its attribute, then by name.", "")
    junk_folder: str = setting("Folder for spam; empty finds it by its attribute, then by name.", "")
    sent_folder: str = setting("Folder for sent mail; empty finds it by its attribute, then by name.", "")
    archive_on_close: bool = setting("Move a conversation's mails to the archive folder when it is closed.", False)
    sent_filed_by_server: str = setting(
        "Whether the server files a copy of sent mail by itself; auto finds out.", "auto", choices=("auto", "yes", "no")
    )
    signature: str = setting("Put under every answer.", "", example="Kind regards,\nthe shop's support")
    undo_seconds: int = setting(
        "Seconds for which a sent answer is held and can be taken back.", 10, least=0, most=3600
    )
    oauth: OAuthSettings | None = field(
        default=None, metadata={"doc": "Signing in with the provider instead of a password (OAuth 2)."}
    )
    imap: ServerSettings = field(metadata={"doc": "The server that holds the mail."})
    smtp: ServerSettings | None = field(
        default=None, metadata={"doc": "The server that sends; without it the account only reads."}
    )


@dataclass(frozen=True, kw_only=True)
class ChannelAccountSettings:
    """One account on a messaging channel: an `[[account]]` whose `channel` is not email."""

    name: str = setting("Short name, shown in the list and used on the command line.", example="shop-chat", shape=NAME)
    channel: str = setting("The way to talk; `omnitui channels` lists those there are.", example="telegram", shape=NAME)
    display_name: str = setting("What it is called in the list and in notes; empty takes the name.", "")
    undo_seconds: int = setting("Seconds for which a sent answer is held and can be taken back.", 5, least=0, most=3600)
    options: dict[str, Any] = field(default_factory=dict, metadata={"doc": "", "own": True})
    """The channel's own table as it stands in the file: `sync/channels/registry.py` reads it by the channel's class."""
    index: int = field(default=0, compare=False, metadata={"doc": "", "own": True})
    """Which `[[account]]` of the file it is, from 0."""

    @property
    def address(self) -> str:
        """What stands for it where a mailbox shows its address."""
        return self.display_name or self.name


@dataclass(frozen=True, kw_only=True)
class AgentSettings:
    """Who works here."""

    name: str = setting(
        "Your name in assignments and notes; empty takes the login name, $OMNITUI_AGENT goes before it.",
        "",
        example="Ana",
    )
    timezone: str = setting(
        "Time zone for shown times and for `tomorrow 9:00`; empty takes the system's.", "", example="Europe/Amsterdam"
    )


@dataclass(frozen=True, kw_only=True)
class UiSettings:
    """The screen."""

    theme: str = setting("Colours: omnitui-dark, omnitui-light, ansi, mono, or a theme of Textual.", "omnitui-dark")
    compact: bool = setting("One line for a conversation in the list instead of two.", False)
    ascii: bool = setting(
        "Borders and marks of plain ASCII, for terminals without the others (the Linux console has them anyway).", False
    )
    enter_sends: str = setting(
        "Whether Enter sends while one writes in a chat; auto follows the channel. Ctrl+J always sends.",
        "auto",
        choices=("auto", "yes", "no"),
    )
    tell_typing: bool = setting(
        "Where a chat can show it: let the customer see that you write, while you do. Of notes nobody is told.", True
    )
    mouse: bool = setting("Listen to the mouse; false leaves it to the terminal for marking text.", True)
    fps: int = setting("Most frames a second; fewer are kinder to a slow line.", 60, least=1, most=240)
    slow_line: str = setting(
        "Few frames, and news once a second: yes, no, or auto, which is yes over SSH.",
        "auto",
        choices=("auto", "yes", "no"),
    )


@dataclass(frozen=True, kw_only=True)
class KeySettings:
    """Keys: a command's id to a key or a list of keys (docs/keys.md). An empty list takes its keys away."""

    preset: str = setting(
        "Keys to begin with: those of omnitui, of web help desks, or of mutt; entries below go before them.",
        "omnitui",
        choices=tuple(PRESETS),
    )
    layout: str = setting(
        "Language of a keyboard without Latin letters: commands then work by the place of the key, without switching.",
        "",
        choices=LAYOUTS,
    )
    bindings: dict[str, tuple[str, ...]] = field(default_factory=dict, metadata={"doc": "", "rest": True})


@dataclass(frozen=True, kw_only=True)
class SyncSettings:
    """The worker."""

    poll_seconds: int = setting(
        "How often folders that cannot announce new mail are looked at.", 120, least=10, most=86400
    )
    whole_mail_mb: int = setting(
        "Mails larger than this many megabytes come without their big attachments, which are fetched when opened.",
        25,
        least=1,
        most=1000,
    )


@dataclass(frozen=True, kw_only=True)
class NotifySettings:
    """Notifications while the screen is open; never for what is older than its start (docs/guide/notifications.md)."""

    bell: bool = setting("Ring the terminal's bell.", True)
    desktop: str = setting(
        "A bubble by the terminal: osc9 (iTerm2, Windows), osc777 (foot, kitty, WezTerm, Ghostty, urxvt).",
        "off",
        choices=("off", "osc9", "osc777"),
    )
    command: tuple[str, ...] = setting(
        "Program and arguments to run for each, without a shell; it gets JSON on its input and OMNITUI_TITLE, "
        "OMNITUI_TEXT and so on as variables, and 10 seconds.",
        (),
        example=("sh", "-c", 'notify-send -- "$OMNITUI_TITLE" "$OMNITUI_TEXT"'),
    )
    title: bool = setting("Show in the terminal's title how many wait.", True)
    mine: str = setting(
        "Messages in conversations assigned to you: each, the first of a wait, or off.",
        "each",
        choices=("each", "first", "off"),
    )
    others: str = setting(
        "Messages in all other conversations: each, the first of a wait, or off.",
        "first",
        choices=("each", "first", "off"),
    )
    mentions: bool = setting("Notes of others in which you are named, such as @Ana.", True)
    views: tuple[str, ...] = setting("Only conversations in one of these views, by name; empty takes all.", ())
    connection: bool = setting("An account whose login is refused, or that cannot be reached for half a minute.", True)
    focused: bool = setting("Bell and bubble also while the terminal says that it has the focus.", False)
    quiet: tuple[str, ...] = setting(
        "When there is only the title, in your time zone.", (), example=("22:00-07:00", "sun"), shape=QUIET
    )


@dataclass(frozen=True, kw_only=True)
class SecretSettings:
    """Where passwords and tokens are kept that are given to omnitui itself."""

    store: str = setting(
        "auto takes the keyring where it encrypts, else the encrypted file.",
        "auto",
        choices=("auto", "keyring", "file"),
    )
    passphrase_command: tuple[str, ...] = setting(
        "Program and arguments that print the pass phrase of the encrypted file; empty asks for it at the start.", ()
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that config.toml may hold."""

    agent: AgentSettings = field(default_factory=AgentSettings)
    ui: UiSettings = field(default_factory=UiSettings)
    keys: KeySettings = field(default_factory=KeySettings)
    sync: SyncSettings = field(default_factory=SyncSettings)
    notify: NotifySettings = field(default_factory=NotifySettings)
    secrets: SecretSettings = field(default_factory=SecretSettings)
    account: tuple[AccountSettings, ...] = field(default=(), metadata={"doc": "The support mailboxes."})
    channel_accounts: tuple[ChannelAccountSettings, ...] = field(default=(), metadata={"doc": "", "own": True})

    @property
    def accounts(self) -> tuple[AccountSettings, ...]:
        """The support mailboxes, as written `[[account]]` in the file."""
        return self.account

    @property
    def names(self) -> tuple[str, ...]:
        """Of all accounts, mailboxes first."""
        return (*(one.name for one in self.account), *(one.name for one in self.channel_accounts))


DEFAULT_PORTS = {
    "imap": {"tls": 993, "starttls": 143, "plain": 143},
    "smtp": {"tls": 465, "starttls": 587, "plain": 25},
}
"""RFC 8314 (993, 465), RFC 6409 (587), RFC 3501 (143), RFC 5321 (25)."""
