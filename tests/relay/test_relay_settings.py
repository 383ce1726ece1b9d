"""relay.toml and the relay's secrets: what is wrong is named, and nothing secret is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from omnitui.cli.root import omnitui
from omnitui.core.errors import ConfigError, SecretError
from omnitui.relay.keys import sources
from omnitui.relay.serve import database_of
from omnitui.relay.settings import read_settings

GOOD = '[[source]]\nname = "one"\nkind = "meta"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no [[source]]"),
        ("port = ", "Invalid value"),
        (GOOD + GOOD, "two sources named one"),
        ('[[source]]\nname = "one"\nkind = "twilio"\n', ":1: twilio signs the address"),
        ('[[source]]\nname = "one"\nkind = "metal"\n', "did you mean meta?"),
        ('certificate = "a.pem"\n' + GOOD, ":1: certificate and certificate_key"),
        ("most_bodies = 1\n" + GOOD, "did you mean most_body?"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "relay.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as found:
        read_settings(path)
    assert words in str(found.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_settings(tmp_path / "relay.toml")


def test_secrets_come_from_credentials_commands_and_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "relay.toml"
    path.write_text(GOOD + 'token_command = ["echo", "token-from-a-command"]\n')
    (tmp_path / "omnitui-relay-one-secret").write_text("app-secret\n")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path), "OMNITUI_RELAY_ONE_VERIFY": "verify-from-environ"}
    one = sources(read_settings(path), environ)["one"]
    assert (one.secret, one.token, one.verify) == ("app-secret", "token-from-a-command", "verify-from-environ")
    assert not any(secret in repr(one) for secret in ("app-secret", "from-environ"))


def test_a_secret_that_is_missing_or_easily_guessed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "relay.toml"
    path.write_text(GOOD)
    environ = {"OMNITUI_RELAY_ONE_SECRET": "s", "OMNITUI_RELAY_ONE_TOKEN": "short"}
    with pytest.raises(SecretError, match="OMNITUI_RELAY_ONE_VERIFY"):
        sources(read_settings(path), environ)
    with pytest.raises(SecretError, match="shorter than 16") as found:
        sources(read_settings(path), {**environ, "OMNITUI_RELAY_ONE_VERIFY": "v" * 16})
    assert "short " not in str(found.value)


def test_check_says_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "relay.toml"
    path.write_text(GOOD)
    for name in ("SECRET", "TOKEN", "VERIFY"):
        monkeypatch.setenv(f"OMNITUI_RELAY_ONE_{name}", "0123456789abcdef")
    done = CliRunner().invoke(omnitui, ["relay", "--config", str(path), "--check"])
    assert "its webhook is /in/one" in done.output
    assert "0123456789abcdef" not in done.output


def test_where_the_file_stands(tmp_path: Path) -> None:
    path = tmp_path / "relay.toml"
    path.write_text(GOOD)
    settings = read_settings(path)
    assert database_of(settings, {"STATE_DIRECTORY": "/var/lib/one"}, lambda: tmp_path) == Path("/var/lib/one/relay.db")
    assert database_of(settings, {}, lambda: tmp_path) == tmp_path / "relay.db"


def test_what_is_no_text_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "relay.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="must be UTF-8 text"):
        read_settings(path)
