"""Documents on stdout."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.cli.exits import MEANING, Exit, exit_for
from omnitui.cli.output import document
from omnitui.core import errors


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_a_document_brings_the_text_back_and_nothing_that_steers_a_terminal(text: str) -> None:
    printed = document({"text": text})
    assert json.loads(printed) == {"schema": 1, "text": text}
    printed.encode()
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0x202A <= ord(c) <= 0x202E for c in printed)


def test_every_exit_code_is_explained() -> None:
    assert set(MEANING) == set(Exit)


@pytest.mark.parametrize("kind", errors.OmnituiError.__subclasses__())
def test_every_error_has_an_exit_code(kind: type[errors.OmnituiError]) -> None:
    error = kind("x", 0) if kind is errors.QueryError else kind("x")
    assert exit_for(error) not in (Exit.OK, Exit.BUG)
