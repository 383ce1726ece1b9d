"""What a check found, in words that may be pasted anywhere: no secrets, no mail, no names of people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a finding is meant."""

    GOOD = "good"
    NOTE = "note"
    """Works, and is worth knowing."""
    PROBLEM = "problem"
    """Does not work, or will soon not work."""
    FIXED = "fixed"
    """Was wrong, and has been put right (`--fix`)."""


@dataclass(frozen=True)
class Finding:
    """One line of the report; `advice` says what to do, where there is something to do."""

    area: str
    verdict: Verdict
    words: str
    advice: str = ""


def good(area: str, words: str) -> Finding:
    """All is as it should be."""
    return Finding(area, Verdict.GOOD, words)


def note(area: str, words: str, advice: str = "") -> Finding:
    """Worth knowing."""
    return Finding(area, Verdict.NOTE, words, advice)


def problem(area: str, words: str, advice: str) -> Finding:
    """Needs somebody."""
    return Finding(area, Verdict.PROBLEM, words, advice)


def fixed(area: str, words: str) -> Finding:
    """Put right."""
    return Finding(area, Verdict.FIXED, words)
