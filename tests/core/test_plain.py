"""Plain text becomes blocks that keep what the writer laid out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.blocks import BlockKind, Mark
from omnitui.core.text.clean import safe_text
from omnitui.core.text.links import link_spans, safe_url, shown_host
from omnitui.core.text.plain import MOST_LINES, blocks_from_text


def shown(text: str, **options: bool) -> list[tuple[str, int, str]]:
    return [(block.kind.value, block.depth, block.text) for block in blocks_from_text(text, **options)]


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("", []),
        ("one\ntwo\n\nthree", [("p", 0, "one\ntwo"), ("p", 0, "three")]),
        ("> a\n> b\n>> c\nd", [("q", 1, "a\nb"), ("q", 2, "c"), ("p", 0, "d")]),
        ("> > a", [("q", 2, "a")]),
        (">From the start", [("p", 0, ">From the start")]),
        ("- a\n- b\n  more\n1. c", [("li", 0, "a"), ("li", 0, "b\nmore"), ("li", 0, "c")]),
        ("Buy:\n* milk\nand go", [("p", 0, "Buy:"), ("li", 0, "milk"), ("p", 0, "and go")]),
        ("a\n-----\nb", [("p", 0, "a"), ("hr", 0, "-----"), ("p", 0, "b")]),
        ("    x = 1\n      y = 2", [("c", 0, "    x = 1\n      y = 2")]),
        ("```\na\n\n> b\n```\nend", [("c", 0, "```\na\n\n> b\n```"), ("p", 0, "end")]),
        (
            "2026-01-02 10:11:12 ERROR no\n2026-01-02 10:11:13 INFO yes",
            [("c", 0, "2026-01-02 10:11:12 ERROR no\n2026-01-02 10:11:13 INFO yes")],
        ),
        ("sku      count\nA-1      2", [("c", 0, "sku      count\nA-1      2")]),
        ("# not a rule\n5 apples", [("p", 0, "# not a rule\n5 apples")]),
    ],
)
def test_shapes(text: str, blocks: list[tuple[str, int, str]]) -> None:
    assert shown(text) == blocks


def test_list_markers_stay() -> None:
    assert [b.marker for b in blocks_from_text("- a\n12) b\n3. c")] == ["-", "12)", "3."]


@pytest.mark.parametrize(
    ("text", "delsp", "blocks"),
    [
        ("Hello \nworld\nnew", False, [("p", 0, "Hello world\nnew")]),
        ("> a \n> b\n>> c", False, [("q", 1, "a b"), ("q", 2, "c")]),
        (" >not a quote", False, [("p", 0, ">not a quote")]),
        ("我在 \n上週", True, [("p", 0, "我在上週")]),
        ("end \n-- \nBob", False, [("p", 0, "end\n-- \nBob")]),
    ],
)
def test_flowed(text: str, delsp: bool, blocks: list[tuple[str, int, str]]) -> None:
    assert shown(text, flowed=True, delsp=delsp) == blocks


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://shop.example/a_(b). ok", [("https://shop.example/a_(b)", "shop.example")]),
        ("(www.shop.example/x)", [("www.shop.example/x", "www.shop.example")]),
        ("mail bob.b+x@shop.example, please", [("bob.b+x@shop.example", "bob.b+x@shop.example")]),
        ("javascript://x ftp://y file:///z", []),
        ("請看https://shop.example/訂單。謝謝", [("https://shop.example/訂單", "shop.example")]),
        ("http://[bad", []),
        ("a@b", []),
    ],
)
def test_links_in_text(text: str, links: list[tuple[str, str]]) -> None:
    spans = link_spans(text)
    assert [(text[s.start : s.end], s.host) for s in spans] == links
    assert all(span.mark is Mark.LINK and safe_url(span.url) for span in spans)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Shop.Example:8080/x", "shop.example"),
        ("https://user:pw@evil.example/", "evil.example"),
        ("https://bücher.example", "bücher.example"),
        ("https://pаypal.example", "xn--pypal-4ve.example"),
        ("https://аррӏе.com", "xn--80ak6aa92e.com"),
        ("https://почта.рф", "почта.рф"),
        ("https://訂單.example", "訂單.example"),
        ("mailto:a@b.example?subject=x", "a@b.example"),
        ("tel:+31201234567", "+31201234567"),
    ],
)
def test_hosts(url: str, host: str) -> None:
    assert shown_host(url) == host


@pytest.mark.parametrize(
    "href", ["javascript:x", "JAVA\nSCRIPT:x", "data:text/html,x", "file:///etc", "//x", "#a", "", "x" * 5000]
)
def test_what_may_not_be_opened_is_no_link(href: str) -> None:
    assert safe_url(href) == ""


def test_very_many_lines_are_few_blocks() -> None:
    blocks = blocks_from_text("word\n\n" * 100_000 + "end")
    assert len(blocks) == MOST_LINES // 2 + 1
    assert (blocks[-1].kind, blocks[-1].text[-8:]) == (BlockKind.CODE, "ord\n\nend")


@given(st.text(st.one_of(st.sampled_from("> -*\n\t ab1.@:/`=_"), st.characters())), st.booleans())
def test_no_word_is_lost(text: str, flowed: bool) -> None:
    blocks = blocks_from_text(text, flowed=flowed)
    kept = "".join(block.marker + block.text for block in blocks)
    assert [c for c in kept if c.isalnum()] == [c for c in safe_text(text) if c.isalnum()]
    for block in blocks:
        assert safe_text(block.text) == block.text
        assert all(0 <= span.start < span.end <= len(block.text) for span in block.spans)
