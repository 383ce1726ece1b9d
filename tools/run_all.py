"""Runs every command of a package (`bench`, `campaigns`) after the other: `make bench`, `make campaigns`."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from pathlib import Path


def commands(package: str) -> list[str]:
    """The modules of a package that are commands of their own."""
    folder = Path(str(importlib.import_module(package).__file__)).parent
    files = sorted(file for file in folder.glob("*.py") if not file.name.startswith("_"))
    return [f"{package}.{file.stem}" for file in files if 'if __name__ == "__main__"' in file.read_text("utf-8")]


def main() -> int:
    """Run them all, also after one has failed; the exit code tells whether one has."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", choices=["bench", "campaigns"])
    parser.add_argument("--list", action="store_true", help="only name them")
    given = parser.parse_args()
    failed = []
    for name in commands(given.package):
        print(f"\n== python -m {name}", flush=True)
        if not given.list and subprocess.run([sys.executable, "-m", name]).returncode:
            failed.append(name)
    if failed:
        print(f"\nMissed its bar: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
