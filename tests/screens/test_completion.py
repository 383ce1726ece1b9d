"""Addresses and files while one types: offered, completed, and said in words where they cannot be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from omnitui.app import OmnituiApp
from omnitui.config.schema import Settings
from omnitui.core.errors import Refused
from omnitui.core.mail import Address
from omnitui.screens.paths import existing, offers, several_offers
from omnitui.screens.recipients import written
from omnitui.store import drafts, fulltext
from omnitui.store.connection import transaction
from omnitui.widgets.choices import Choice
from tests.screens.conftest import MakeApp, inbox, quiet, shown
from tests.screens.writing import cache_of, press, read, settings

__all__ = ["settings"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    top = tmp_path / "files"
    (top / "sub").mkdir(parents=True)
    for name in ("a.pdf", "b.pdf", "note.txt", ".hidden.pdf"):
        (top / name).write_text(name)
    (top / "gone").symlink_to(top / "nowhere")
    os.mkfifo(top / "pipe")
    return top


def names(choices: list[Choice]) -> list[str]:
    return [choice.title for choice in choices]


def test_what_a_path_may_go_on_with(folder: Path) -> None:
    assert set(names(offers(f"{folder}/"))) == {"sub/", "a.pdf", "b.pdf", "note.txt", "gone", "pipe"}
    assert names(offers(f"{folder}/.h")) == [".hidden.pdf"]
    assert names(offers(f"{folder}/no")) == ["note.txt"]
    assert names(offers(f"{folder}/nowhere/")) == []
    assert names(several_offers(f"{folder}/*.pdf")) == [f"all 2: {folder}/*.pdf", "a.pdf", "b.pdf"]
    assert names(several_offers(f"{folder}/n*.txt")) == ["note.txt"]
    assert names(several_offers(f"{folder}/.*.pdf")) == [".hidden.pdf"]


def test_the_home_is_meant_by_its_sign(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    assert existing("~/a.pdf") == [folder / "a.pdf"]
    assert existing("~/*.pdf") == [folder / "a.pdf", folder / "b.pdf"]
    assert "note.txt" in names(offers("~/"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sub", "is a folder"),
        ("nowhere", "there is no file"),
        ("gone", "there is no file"),
        ("pipe", "is no file"),
        ("*.zip", "no file fits"),
        ("a.pdf/b", "there is no file|cannot be read"),
        ("n" * 300, "cannot be read: File name too long"),
    ],
)
def test_what_cannot_be_attached_says_why(folder: Path, name: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        existing(f"{folder}/{name}")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read everything, so step down for a moment."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(was)


def test_what_may_not_be_read_says_so(folder: Path) -> None:
    (folder / "a.pdf").chmod(0)
    (folder / "sub").chmod(0)
    with as_nobody():
        with pytest.raises(Refused, match="cannot be read: Permission denied"):
            existing(f"{folder}/a.pdf")
        assert "cannot be read: Permission denied" in names(offers(f"{folder}/sub/"))[0]
    (folder / "sub").chmod(0o700)


@pytest.mark.parametrize(
    ("person", "text"),
    [
        (Address("Vries, Anna", "a@x.example"), '"Vries, Anna" <a@x.example>'),
        (Address('A "B" C', "a@x.example"), '"A B C" <a@x.example>'),
        (Address("", "a@x.example"), "a@x.example"),
    ],
)
def test_addresses_are_written_so_that_they_are_read_again(person: Address, text: str) -> None:
    assert written([person]) == text


def index(app: OmnituiApp) -> None:
    """The made-up messages are not in the index yet."""
    with cache_of(app) as cache, transaction(cache):
        ids = [row[0] for row in cache.execute("SELECT id FROM message ORDER BY id")]
        fulltext.add(cache, fulltext.searchable(cache, ids))


async def test_addresses_are_offered_from_the_first_letters(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(60, settings=settings)
    index(app)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.3)
        await press(pilot, "c")
        await press(pilot, *"smi", least=0.6)
        assert "Jan Smit" in shown(app)
        await press(pilot, "tab")
        assert "smi" not in inbox(app).picker.line.value.split(",")[-1]
        await press(pilot, *"okaf", least=0.6)
        await press(pilot, "enter")
        assert "Cc" in shown(app)
        await press(pilot, "escape")
        draft = inbox(app).composing.draft
        assert draft is not None
        assert [person.name.split()[0] for person in draft.to] == ["Jan", "Grace"]


async def test_what_is_no_address_is_said_and_not_lost(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(10, settings=settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.3)
        await press(pilot, "c")
        await press(pilot, *"zzz qqq", "enter")
        assert "is not a mail address" in shown(app)
        assert inbox(app).picker.line.value == "zzz qqq"


async def test_files_are_attached_and_taken_off(make_app: MakeApp, settings: Settings, folder: Path) -> None:
    app = make_app(10, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        await press(pilot, "r")
        await press(pilot, *"See attached", "ctrl+o", "ctrl+u")
        await press(pilot, *f"{folder}/nowhere.pdf", "enter")
        assert "there is no file" in shown(app)
        await press(pilot, "ctrl+u")
        await press(pilot, *f"{folder}/*.pdf", "enter", least=0.5)
        assert "with a.pdf, b.pdf" in shown(app)
        assert "none is attached" not in shown(app)
        (draft,) = read(app, drafts.every())
        assert [Path(name).name for name in draft.attachments] == ["a.pdf", "b.pdf"]
        await press(pilot, "ctrl+p", *"take a file off", "enter")
        await press(pilot, "1", least=0.5)
        assert "with b.pdf" in shown(app)
