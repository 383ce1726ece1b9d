"""Paths as one types them: what may follow, and files put in their place without writing over another."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from omnitui.core.errors import Refused
from omnitui.widgets.choices import Choice


def offers(text: str) -> list[Choice]:
    """What a path may go on with, folders first."""
    base = Path(text or "~/").expanduser()
    folder, start = (base, "") if text.endswith("/") else (base.parent, base.name)
    try:
        found = sorted((e for e in folder.iterdir() if e.name.startswith(start)), key=lambda e: (e.is_file(), e.name))
    except OSError:
        return []
    shown = [e for e in found if not e.name.startswith(".") or start.startswith(".")][:200]
    return [Choice(f"{e}/" if e.is_dir() else str(e), e.name + ("/" if e.is_dir() else "")) for e in shown]


def folders(text: str) -> list[Choice]:
    """What was typed, then the folders it may go on with."""
    typed = [Choice(text, text)] if text.strip() else []
    return [*typed, *(choice for choice in offers(text) if str(choice.value).endswith("/"))]


def downloads() -> Path:
    """Where files are saved unless one says otherwise (the XDG user directory, or what most systems have)."""
    return Path(os.environ.get("XDG_DOWNLOAD_DIR") or "~/Downloads")


def copied(source: Path, where: str, name: str) -> Path:
    """The file at that path, or as `name` in it where it is a folder (or ends as one); nothing is written over: where
    there is one of that name, a number is added. Raises Refused."""
    target = Path(where).expanduser()
    if where.endswith("/") or target.is_dir():
        target /= name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        number, stem = 1, target.stem
        while target.exists():
            target = target.with_name(f"{stem} ({number}){target.suffix}")
            number += 1
        shutil.copyfile(source, target)
    except OSError as error:
        raise Refused(f"{target} cannot be written: {error.strerror}") from error
    return target
