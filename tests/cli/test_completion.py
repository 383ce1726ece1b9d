"""Shell completion and the man page: both know every command and option that there is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from omnitui.cli.completion import SHELLS, VARIABLE, script
from omnitui.cli.root import SUBCOMMANDS, omnitui
from tests.cli.run import ROOT
from tests.cli.run import omnitui as run
from tools.man import man_page, plain


def commands(
    group: click.Group = omnitui, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that name it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def test_completion_offers_every_command_and_option() -> None:
    asked = ShellComplete(omnitui, {}, "omnitui", VARIABLE)
    assert {item.value for item in asked.get_completions([], "")} == set(SUBCOMMANDS)
    for path, command in commands():
        options = {name for p in command.params if isinstance(p, click.Option) for name in [*p.opts, *p.secondary_opts]}
        offered = {item.value for item in asked.get_completions(list(path), "-")}
        assert options <= offered, path


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_asks_us(shell: str, tmp_path: Path) -> None:
    done = run(tmp_path, "completion", shell)
    assert done.returncode == 0
    assert done.stdout.strip() == script(shell)
    assert f"{VARIABLE}={shell}_complete" in done.stdout
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here: apt install {shell}")
    file = tmp_path / "script"
    file.write_text(done.stdout)
    assert subprocess.run([shell, "-n", str(file)]).returncode == 0


def test_bash_completes(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here: apt install bash")
    program = tmp_path / "omnitui"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m omnitui "$@"\n')
    program.chmod(0o755)
    (tmp_path / "script").write_text(script("bash"))
    words = (
        f'. {tmp_path}/script; COMP_WORDS=(omnitui sno); COMP_CWORD=1; _omnitui_completion {program}; echo "$COMPREPLY"'
    )
    done = subprocess.run([bash, "--norc", "-c", words], capture_output=True, text=True)
    assert done.stdout.strip() == "snooze", done.stderr


def test_fish_completes(tmp_path: Path) -> None:
    fish = shutil.which("fish")
    if fish is None:
        pytest.skip("no fish here: apt install fish")
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "omnitui"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m omnitui "$@"\n')
    program.chmod(0o755)
    (tmp_path / "script").write_text(script("fish"))
    words = f'set -x PATH {folder} $PATH; source {tmp_path}/script; complete -C "omnitui sno"'
    done = subprocess.run([fish, "--no-config", "-c", words], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.split("\t")[0].strip() == "snooze", done.stderr


def test_the_man_page_names_every_command_and_option() -> None:
    page = man_page()
    for path, command in commands():
        section = page.partition(f".SS omnitui {' '.join(map(plain, path))}\n")[2].partition("\n.SS")[0]
        assert section, path
        for option in (p for p in command.params if isinstance(p, click.Option)):
            assert plain(option.opts[0]) in section


def test_the_man_page_is_good_roff() -> None:
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("no groff here: apt install groff")
    done = subprocess.run([groff, "-man", "-ww", "-z", "-Tutf8"], input=man_page(), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
