"""What is stored in the index is found by what is asked, proven on a real FTS5 table."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.text.fold import index_terms, index_text


def found(text: str, query: str, *, prefix: bool = False) -> bool:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute('CREATE VIRTUAL TABLE t USING fts5(x, tokenize = "unicode61 remove_diacritics 2")')
        db.execute("INSERT INTO t VALUES (?)", (index_text(text),))
        asked = " AND ".join(index_terms(query, prefix=prefix))
        return bool(asked) and db.execute("SELECT count(*) FROM t WHERE t MATCH ?", (asked,)).fetchone()[0] == 1


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Where is my parcel?", "parcel"),
        ("Where is my parcel?", "IS MY"),
        ("Straße 12", "strasse"),
        ("STRASSE", "Straße"),
        ("Đổi địa chỉ giao hàng", "doi dia chi"),
        ("Đổi địa chỉ giao hàng", "địa chỉ"),
        ("Łódź", "lodz"),
        ("ÆRØ", "aero"),
        ("ΟΔΟΣ", "οδος"),
        ("ＡＢＣ１２３", "abc123"),
        ("我在上週訂購了商品", "訂購"),
        ("我在上週訂購了商品", "訂"),
        ("我在上週訂購了商品", "品"),
        ("我在上週訂購了商品", "我在上週訂購了商品"),
        ("買了iPhone手機殼", "iphone手機"),
        ("買了手機A殼", "手機A"),
        ("買了手機A殼", "A殼"),
        ("注文はまだ届きません", "文は"),
        ("昨日は𠮷野家で", "𠮷野"),
        ("ﾃｽﾄです", "テスト"),
        ("주문이 아직 도착하지 않았습니다", "주문"),
        ("สินค้ายังไม่มาถึง", "ค้ายัง"),
        ("refund:4711", "4711"),
        ("user@example.org", "user@example.org"),
        ("مُحَمَّد", "محمد"),
        ('he said "stop"', 'said "stop'),
    ],
)
def test_finds(text: str, query: str) -> None:
    assert found(text, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [("我在上週訂購", "購訂"), ("我在上週訂購", "上訂"), ("refunds", "refund"), ("one two", "two one")],
)
def test_does_not_find(text: str, query: str) -> None:
    assert not found(text, query)


def test_prefix() -> None:
    assert found("refunds are slow", "refun", prefix=True)
    assert found("手機殼", "手機", prefix=True)
    assert not found("prerefund", "refund", prefix=True)


@pytest.mark.parametrize("words", ["", " ", "!?", '"', "*", "--"])
def test_nothing_to_look_for(words: str) -> None:
    assert index_terms(words) == []


HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FCC)
KANA = st.sampled_from("あいうえおかきくけこがぎぐアイウエオカキクケコンー")
HANGUL = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
OTHER = st.sampled_from("abz09 ,。!éß")


@given(st.text(st.one_of(HAN, KANA, HANGUL, OTHER), min_size=0, max_size=20), st.data())
def test_every_piece_of_two_or_more_characters_is_found(context: str, data: st.DataObject) -> None:
    run = data.draw(st.text(st.one_of(HAN, KANA, HANGUL), min_size=2, max_size=12))
    start = data.draw(st.integers(0, len(run) - 2))
    end = data.draw(st.integers(start + 2, len(run)))
    assert found(f"{context}{run}{data.draw(st.text(st.one_of(HAN, OTHER), max_size=8))}", run[start:end])


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.booleans())
def test_any_query_is_safe_for_the_index(query: str, prefix: bool) -> None:
    found("some text 訂購", query, prefix=prefix)
