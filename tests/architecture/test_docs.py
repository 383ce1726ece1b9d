"""Pages that come from the program's tables say what the tables say, and links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.docs import pages

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("name", pages())
def test_generated_pages_are_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == pages()[name], "run `python -m tools.docs`"


@pytest.mark.parametrize("path", WRITTEN, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_to_files_that_are_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    missing = [t for t in targets if "://" not in t and not (path.parent / t).exists()]
    assert not missing


@pytest.mark.parametrize("path", WRITTEN, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_page_knows_the_machine_it_was_written_on(path: Path) -> None:
    found = re.findall(r"(?<![\w.~$}])/(?:work|root|home|tmp)/\S*", path.read_text(encoding="utf-8"))
    assert not found
