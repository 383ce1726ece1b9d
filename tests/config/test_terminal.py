"""What is made of the line to the terminal."""

from __future__ import annotations

import pytest

from omnitui.config.terminal import frames, is_slow, plain_marks


@pytest.mark.parametrize(
    ("setting", "environ", "slow"),
    [
        ("auto", {}, False),
        ("auto", {"SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22"}, True),
        ("auto", {"SSH_TTY": "/dev/pts/1"}, True),
        ("yes", {}, True),
        ("no", {"SSH_CONNECTION": "x"}, False),
    ],
)
def test_a_line_over_ssh_is_slow(setting: str, environ: dict[str, str], slow: bool) -> None:
    assert is_slow(setting, environ) is slow


@pytest.mark.parametrize(("fps", "slow", "most"), [(60, False, 120), (60, True, 30), (20, True, 20), (30, False, 30)])
def test_frames(fps: int, slow: bool, most: int) -> None:
    assert frames(fps, slow=slow) == most


def test_the_console_of_linux_gets_plain_marks() -> None:
    assert plain_marks(False, {"TERM": "linux"})
    assert plain_marks(True, {"TERM": "xterm-256color"})
    assert not plain_marks(False, {"TERM": "xterm-256color"})
