"""Nothing that drives a terminal, hides or reorders text survives the sanitiser."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.text.clean import NAME_LENGTH, cell_safe, safe_name, safe_text
from tests.growth import assert_linear

FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
NASTY = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\x00\x1b\x07\t\r\n\x7f\x85\x9b\x9d\xad\u034f\u061c\u200b\u200c\u200d\u200e\u2028\u202e\u2066\u2069"
            "\ufe0f\ufeff\ud800\udfff\U000e0041\U000e0100\u0301\u0316e❤👩🏽💻\u0645\u06cc\u0915\u094d\u3164\uac00\u11a8"
        ),
    )
)


@given(NASTY)
def test_no_forbidden_character_survives(text: str) -> None:
    for clean in (safe_text(text), safe_text(text, lines=False), cell_safe(text), safe_name(text)):
        assert not FORBIDDEN.search(clean)
        assert unicodedata.is_normalized("NFC", clean)
    assert "\n" not in safe_text(text, lines=False) + cell_safe(text) + safe_name(text)


@given(NASTY)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert safe_text(safe_text(text)) == safe_text(text)
    once = safe_text(text, lines=False)
    assert safe_text(once, lines=False) == once
    assert cell_safe(cell_safe(text)) == cell_safe(text)
    assert safe_name(safe_name(text)) == safe_name(text)


@given(NASTY)
def test_a_name_is_one_harmless_path_component(text: str) -> None:
    name = safe_name(text)
    assert 0 < len(name) <= NAME_LENGTH
    assert len(name.encode()) <= 255
    assert not set(name) & set('/\\<>:"|?*')
    assert name[0] not in ".-"
    assert name[-1] not in ". "


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("plain words\nand a line", "plain words\nand a line"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\tb\n\tc", "a       b\n        c"),
        ("\x1b]52;c;aGFjaw==\x07red \x1b[31m", "]52;c;aGFjaw==red [31m"),
        ("\x9b31mC1\x85next\u2028line\u2029end", "31mC1\nnext\nline\nend"),
        ("abc\u202edef\u202c \u2066x\u2069", "abcdef x"),
        ("in\u200bvis\u00adi\u2060ble\ufeff", "invisible"),
        ("hid\U000e0041\U000e0042den", "hidden"),
        ("\ud83dalone", "\ufffdalone"),
        ("e\u0301", "\u00e9"),
        ("👩\u200d💻 \u2764\ufe0f\u200d🔥", "👩\u200d💻 \u2764\ufe0f\u200d🔥"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("pay\u200dpal a\u200cb", "paypal ab"),
        ("price\u00a05", "price\u00a05"),
        ("  \u3000two  spaces ", "  \u3000two  spaces "),
    ],
)
def test_examples(text: str, clean: str) -> None:
    assert safe_text(text) == clean


def test_one_line_has_single_spaces() -> None:
    assert safe_text(" a\n\n b\tc\u00a0\u2028d ", lines=False) == "a b c d"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\scan.PDF", "scan.PDF"),
        (".bashrc", "bashrc"),
        ("--rf", "rf"),
        ("CON.txt", "_CON.txt"),
        ("nul", "_nul"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ('a<b>:"c|d?.txt', "a_b___c_d_.txt"),
        ("", "attachment"),
        ("...", "attachment"),
        ("/", "attachment"),
        ("訂單.xlsx", "訂單.xlsx"),
        ("e\u0301te\u0301.doc", "été.doc"),
        ("line\nbreak.txt", "line break.txt"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_cells_lose_what_terminals_measure_differently() -> None:
    assert cell_safe("\u2764\ufe0f 👍🏽\nok") == "\u2764 👍 ok"


def test_many_marks_do_not_make_it_slow() -> None:
    def work(text: str) -> None:
        assert len(safe_text(text)) < 40

    assert_linear(work, lambda n: "a" + "\u0301\u0316" * 10_000 * n + "\u200b")
