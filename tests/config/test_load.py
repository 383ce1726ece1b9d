"""Reading config.toml: defaults, what depends on what, and every mistake on its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnitui.config.lines import key_lines
from omnitui.config.load import account_named, load, parse
from omnitui.config.schema import Settings
from omnitui.core.errors import ConfigError

FILE = Path("config.toml")

ACCOUNT = """\
[[account]]
name = "support"
address = "support@shop.example"
password_command = ["pass", "show", "mail"]
[account.imap]
host = "imap.shop.example"
[account.smtp]
host = "smtp.shop.example"
security = "starttls"
username = "u"
password_command = ["other"]
"""


def test_no_file_gives_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "config.toml") == Settings()


def test_what_depends_on_other_settings_is_filled_in() -> None:
    settings, problems = parse(ACCOUNT, FILE)
    assert settings is not None
    assert problems == []
    (account,) = settings.accounts
    assert account.smtp is not None
    assert (account.imap.port, account.smtp.port) == (993, 587)
    assert (account.imap.username, account.smtp.username) == ("support@shop.example", "u")
    assert (account.imap.password_command, account.smtp.password_command) == (("pass", "show", "mail"), ("other",))
    assert account_named(settings, "Support") is account
    with pytest.raises(ConfigError, match="there is support"):
        account_named(settings, "sales")


def test_keys_by_command_with_and_without_quotes() -> None:
    settings, _ = parse('[keys]\nconversation.close = "e"\n"conversation.snooze 2h" = ["h", "H"]\n', FILE)
    assert settings is not None
    assert settings.keys.bindings == {"conversation.close": ("e",), "conversation.snooze 2h": ("h", "H")}


MISTAKES = [
    ('[ui]\nthem = "x"\n', 2, "them is not a setting; did you mean theme?"),
    ("[ui]\nfps = 0\n", 2, "fps must be from 1 to 240, not 0"),
    ("[ui]\nmouse = 1\n", 2, "mouse must be true or false, not 1"),
    ("[ui]\nfps = true\n", 2, "fps must be a whole number, not true"),
    ("ui = 3\n", 1, "ui must be a table, written [ui]"),
    ("[uii]\n", 1, "uii is not a setting; did you mean ui?"),
    ('[agent]\ntimezone = "Mars/Olympus"\n', 2, "'Mars/Olympus' is not a time zone"),
    ("[keys]\nconversation.close = 3\n", 2, "conversation.close must be a key or a list of keys"),
    ('[account]\nname = "x"\n', 1, "written [[account]]"),
    (ACCOUNT.replace('"starttls"', '"startls"'), 9, "did you mean starttls?"),
    (ACCOUNT.replace('"starttls"', '"plain"'), 9, "plain would send the password readable to smtp.shop.example"),
    (ACCOUNT.replace('host = "imap.shop.example"', ""), 5, "account.imap needs host"),
    (ACCOUNT.replace('"imap.shop.example"', '""'), 6, "'' is not the name of a server"),
    (ACCOUNT.replace('"support@shop.example"', '"support"'), 3, "'support' is not a mail address"),
    (ACCOUNT.replace('"pass", "show"', '"pass",\n 4'), 5, "password_command must hold text in quotes, not 4"),
    (ACCOUNT + ACCOUNT, 13, "there are two accounts named support"),
    (ACCOUNT + 'password = "hunter2"\n', 12, "password is not a setting"),
    ("[ui\n", 1, "this is not valid TOML"),
    ("[ui]\ntheme = [\n", 3, "this is not valid TOML"),
    ("a = 1\na = 2\n", 2, "this is not valid TOML"),
]


@pytest.mark.parametrize(("text", "line", "words"), MISTAKES, ids=[words for _, _, words in MISTAKES])
def test_a_mistake_is_named_with_its_line(text: str, line: int, words: str) -> None:
    settings, problems = parse(text, FILE)
    assert settings is None
    assert [p.line for p in problems if words in p.words] == [line], problems


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[agent]\nnam = "x"\n[ui]\nfps = "60"\n[[account]]\nname = "a b"\naddress = "x"\n')
    with pytest.raises(ConfigError) as caught:
        load(file)
    lines = str(caught.value).splitlines()
    assert [line.split(":")[1] for line in lines] == ["2", "4", "5", "6", "7"]
    assert all(line.startswith(f"{file}:") for line in lines)


def test_a_secret_in_the_wrong_place_is_not_repeated() -> None:
    _, problems = parse(ACCOUNT + 'password = "hunter2"\n', FILE)
    assert "hunter2" not in str(problems)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\x00"])
def test_a_file_that_is_no_text(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(data)
    with pytest.raises(ConfigError, match=r"UTF-8|not valid TOML"):
        load(file)


def test_the_line_of_every_kind_of_key() -> None:
    text = '''# a comment with [brackets] = "and quotes
top = """
[not.a.header]
"""
[a.b]
c.d = 1 # x = 2
"quoted = key" = {x = 1, y = [2, 3]}
list = [
  "one", # ]
  [4, 5],
]
[[t]]
k = 1979-05-27T07:32:00Z
[t.sub]
k = 1.5
[[t]]
[[t.deep]]
k = \'\'\'
[[t]]\'\'\'
[t.deep.more]
k = 'it'
'''
    lines = key_lines(text)
    expected = {
        ("top",): 2,
        ("a", "b"): 5,
        ("a", "b", "c", "d"): 6,
        ("a", "b", "quoted = key", "y", 1): 7,
        ("a", "b", "list", 0): 9,
        ("a", "b", "list", 1, 1): 10,
        ("t", 0, "k"): 13,
        ("t", 0, "sub", "k"): 15,
        ("t", 1): 16,
        ("t", 1, "deep", 0, "k"): 18,
        ("t", 1, "deep", 0, "more", "k"): 21,
    }
    assert {path: lines.get(path) for path in expected} == expected
