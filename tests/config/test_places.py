"""Where things stand, and who may read them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from omnitui.config.places import LONGEST_SOCKET, Places, places, prepare


def test_one_home_holds_everything(tmp_path: Path) -> None:
    found = places(tmp_path, {})
    assert found == Places(tmp_path / "config", tmp_path / "data", tmp_path / "cache", tmp_path / "state")
    assert places(None, {"OMNITUI_HOME": str(tmp_path)}) == found


@pytest.mark.parametrize(
    ("environ", "config"),
    [
        ({"HOME": "/h"}, "/h/.config/omnitui"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "/x"}, "/x/omnitui"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "not/absolute"}, "/h/.config/omnitui"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": ""}, "/h/.config/omnitui"),
    ],
)
def test_xdg(environ: dict[str, str], config: str) -> None:
    assert places(None, environ).config == Path(config)


def test_folders_are_private_even_under_a_wide_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        (tmp_path / "data").mkdir(mode=0o755)
        found = places(tmp_path, {})
        prepare(found)
    finally:
        os.umask(before)
    for folder in (found.config, found.data, found.cache, found.state):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_long_path_does_not_break_the_socket(tmp_path: Path) -> None:
    deep = places(tmp_path / ("d" * 120), {})
    assert len(os.fsencode(deep.socket)) <= LONGEST_SOCKET
    assert deep.socket == places(tmp_path / ("d" * 120), {}).socket != places(tmp_path / ("e" * 120), {}).socket
    short = Places(*(Path("/h") / name for name in ("config", "data", "cache", "state")))
    assert short.socket == Path("/h/state/worker.sock")


def test_nor_does_a_long_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("t" * 90)))
    deep = places(tmp_path / ("d" * 120), {})
    assert len(os.fsencode(deep.socket)) <= LONGEST_SOCKET


@pytest.mark.parametrize("home", ["", "not/absolute"])
def test_a_home_that_means_another_place_in_each_folder_is_not_believed(home: str) -> None:
    assert places(None, {"HOME": home}).config.is_absolute()
    assert places(None, {"HOME": home}) == places(None, {})
