"""HTML mail becomes blocks that read as the mail looked, whatever the mail tries."""

# ruff: noqa: E501 (samples of mail are shown as they come)
from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.blocks import BlockKind, Mark
from omnitui.core.text.clean import safe_text
from omnitui.core.text.html import blocks_from_html, html_to_text, read_html
from tests.growth import assert_linear


def shown(html: str) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for block in blocks_from_html(html)]


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        ("<p>one</p><p>two</p>", [("p", "one"), ("p", "two")]),
        ("<div>a</div><div>b</div><div><br></div><div>c</div>", [("p", "a\nb"), ("p", "c")]),
        ("a<br>b<br><br>c", [("p", "a\nb"), ("p", "c")]),
        ("  lots \n of   <b>white</b>\n space ", [("p", "lots of white space")]),
        (
            "<p class=MsoNormal>a</p><p class=MsoNormal>b</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>c</p>",
            [("p", "a\nb"), ("p", "c")],
        ),
        ("<h2>Title</h2>text", [("h", "Title"), ("p", "text")]),
        ("<pre>x = 1\n  y</pre>", [("c", "x = 1\n  y")]),
        ("a<hr>b", [("p", "a"), ("hr", "───"), ("p", "b")]),
        ("<style>p{}</style><script>alert(1)</script><title>t</title>body", [("p", "body")]),
        ("<p style='display: none'>x</p><div style='mso-hide:all'>y</div><span hidden>z</span>ok", [("p", "ok")]),
        ("<span style='font-size:0px'>pre</span><i style='opacity:0'>x</i>seen", [("p", "seen")]),
        (
            "<table><td style='font-size:0px;padding:1px'>no <div style='font:13px/1.5 Arial'>seen</div> <b>no</b></table>",
            [("p", "seen")],
        ),
        (
            "<div style='font-size: 0;line-height:0'>no<div style='color:red;FONT-SIZE:12pt'>seen</div>no</div>",
            [("p", "seen")],
        ),
        ("<p style='font-size:10px'>ten</p><p style='font-size:.5em'>half</p>", [("p", "ten"), ("p", "half")]),
        ("<p style='font-size:0.9em'>seen</p>", [("p", "seen")]),
        ("<blockquote>one<blockquote>two</blockquote></blockquote>me", [("q", "one"), ("q", "two"), ("p", "me")]),
        ("<blockquote style='margin:0 0 0 40px;border:none;padding:0'>indented</blockquote>", [("p", "indented")]),
        ("<div style='border:none;border-left:solid blue 1.5pt'>old</div>", [("q", "old")]),
        ("<div class='x_gmail_signature'>Bob<br>Shop</div>", [("sig", "Bob\nShop")]),
        ("<div class=moz-cite-prefix>On 1/1/26 Bob wrote:</div>", [("qh", "On 1/1/26 Bob wrote:")]),
        ("<img alt='Our logo' src=x.png>", [("img", "Our logo")]),
        ("<img src='https://shop.example/a/label.png?x=1'>", [("img", "label.png")]),
        ("<img alt='' src=spacer.gif>text", [("p", "text")]),
        ("<img src=a.png><img src=b.png><p><img src=c.png>text", [("img", "3 images"), ("p", "text")]),
        ("<img alt=Logo><img src=b.png><img alt=Map>", [("img", "Logo"), ("img", "b.png"), ("img", "Map")]),
        ("<div class=gmail_signature>Bob<img src=logo.png></div>", [("sig", "Bob"), ("sig", "[logo.png]")]),
        ("<blockquote>old<ul><li>a<li><b>b</b></ul>end</blockquote>", [("q", "old"), ("q", "• a\n• b"), ("q", "end")]),
        ("Thanks <img alt='🙂' src=x>!", [("p", "Thanks 🙂!")]),
        ("&lt;b&gt; &amp; &#8203;&zwnj;&#x202e;x", [("p", "<b> & x")]),
        ("<b>unclosed <i>nest", [("p", "unclosed nest")]),
        ("", []),
    ],
)
def test_shapes(html: str, blocks: list[tuple[str, str]]) -> None:
    assert shown(html) == blocks


def test_lists_keep_markers_and_depth() -> None:
    html = "<ul><li>a<li>b<ul><li>c</ul></ul><ol start=4><li>d<p>more<li>e</ol>"
    items = [(b.kind.value, b.marker, b.depth, b.text) for b in blocks_from_html(html)]
    assert items == [
        ("li", "•", 0, "a"),
        ("li", "•", 0, "b"),
        ("li", "•", 1, "c"),
        ("li", "4.", 0, "d"),
        ("li", "", 0, "more"),
        ("li", "5.", 0, "e"),
    ]


def test_table_rows_stand_on_lines_and_layout_tables_flow() -> None:
    rows = "<table><tr><th>Item<th>Price<tr><td><p>Shoe</p></td><td><p>5 €</p></td></tr></table>"
    assert shown(rows) == [("p", "Item  Price\nShoe  5 €")]
    layout = "<table><tr><td><table><tr><td><p>Hello,</p><p>news.</p></td></tr></table></td><td>side</td></tr></table>"
    assert shown(layout) == [("p", "Hello,"), ("p", "news."), ("p", "side")]


def test_quote_depth_and_list_in_a_quote() -> None:
    blocks = blocks_from_html("<blockquote type=cite><ul><li>a</ul><blockquote>b</blockquote></blockquote>")
    assert [(b.kind, b.depth, b.text) for b in blocks] == [(BlockKind.QUOTE, 1, "• a"), (BlockKind.QUOTE, 2, "b")]


def test_links_say_where_they_lead() -> None:
    (block,) = blocks_from_html(
        'see <a href="https://shop.example/x">our shop</a>, <a href=" JavaScript:alert(1)">this</a> '
        '<a href="data:text/html,x">that</a> <a href="mailto:a@b.example?subject=x">mail</a> '
        '<a href="https://аpple.com/">apple</a>'
    )
    links = [(block.text[s.start : s.end], s.host) for s in block.spans if s.mark is Mark.LINK]
    assert links == [("our shop", "shop.example"), ("mail", "a@b.example"), ("apple", "xn--pple-43d.com")]


def test_marks() -> None:
    (block,) = blocks_from_html("a <b>bold <i>both</i></b> end")
    assert [(block.text[s.start : s.end], s.mark) for s in block.spans] == [
        ("bold both", Mark.BOLD),
        ("both", Mark.ITALIC),
    ]


def test_tracking_pixels_are_counted_and_not_shown() -> None:
    reading = read_html(
        '<img src=a width=1 height=1><img src=b style="width:1px"><img src=c style="display:none">hello'
    )
    assert (reading.pixels, [b.text for b in reading.blocks]) == (3, ["hello"])


def test_text_of_html() -> None:
    assert html_to_text("<p>Hi</p><ul><li>a</ul><blockquote>q</blockquote>") == "Hi\n\n• a\n\n> q"


@pytest.mark.parametrize(
    "sized",
    [
        lambda n: "<div>" * 10_000 * n + "deep words",
        lambda n: "<div>" * 5_000 * n + "deep words" + "</div>" * 5_000 * n,
        lambda n: "<blockquote>" * 2_000 * n + "deep words",
        lambda n: "<b><font size=1>" * 2_000 * n + "deep words",
        lambda n: "<table><tr><td>" * 500 * n + "deep words",
        lambda n: "<p>" + "".join(f"<font size={i}>" for i in range(2_000 * n)) + "<p>x" * 2_000 * n + "deep words",
        lambda n: "".join(f"<b id={i}>" for i in range(5_000 * n)) + "deep words",
        lambda n: "<!--><div>" * 5_000 * n + "deep words -->",
        lambda n: "<div><script></div></script>" * 5_000 * n + "deep words",
        lambda n: "<div><x y='</div>'>" * 5_000 * n + "deep words",
        lambda n: "<svg><![CDATA[>" + "<div>" * 5_000 * n + "]]></svg>deep words",
        lambda n: "</div>" * 10_000 * n + "<div>" * 10_000 * n + "deep words",
        lambda n: '<x y="' * 5_000 * n + "<p>deep words",
        lambda n: "deep words" + "<" * 30_000 * n,
        lambda n: "deep words" + "</" * 30_000 * n,
        lambda n: "deep words" + "<a =" * 10_000 * n,
        lambda n: "<p>" * 10_000 * n + "deep words",
        lambda n: "deep words" + "<a href='" * 5_000 * n,
        lambda n: "deep words" + "<!--" * 10_000 * n,
        lambda n: "deep words" + "&" * 50_000 * n,
        lambda n: "deep words" + "<br>" * 20_000 * n,
    ],
    ids=lambda sized: sized(1)[:20],
)
def test_hostile_html_is_read_in_time(sized: Callable[[int], str]) -> None:
    def work(html: str) -> None:
        text = html_to_text(html)
        assert "deep words" in text or "not shown" in text

    assert_linear(work, sized)


def test_big_html_reads_as_small_html_does() -> None:
    small = """<div>One <b>bold</b> <a href='https://x.example/'>link</a><br>two < three</div><style>.x{}</style>
    <ul><li>a<li>b</ul><table><tr><td>c<td>d<tr><td>e<td>f</table><blockquote>old</blockquote><!-- x --><p>p<p>q &amp; r"""
    before = blocks_from_html(small)
    after = blocks_from_html(small + "<p>end</p>" * 500)
    assert after[: len(before)] == before
    assert [block.text for block in after[len(before) :]] == ["end"] * 500


def test_what_is_too_long_is_announced() -> None:
    assert "The rest of this mail is not shown" in blocks_from_html("<p>word</p>" * 30_000)[-1].text


TAGS = """<p> </p> <div> </div> <b> </b> <i> <a_href=https://x.example/y> </a> <ul> <ol> <li> </ul> </li> <table> <tr> <td>
</td> </tr> </table> <blockquote> </blockquote> <br> <hr> <pre> </pre> <h1> </h1> <img_alt=x> <!-- --> &nbsp; &zwj;
<div_class=gmail_signature> <div_class=moz-cite-prefix> <span_style=display:none> </span>"""
WORD = st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon"])
PIECES = st.one_of(st.sampled_from([tag.replace("_", " ", 1) for tag in TAGS.split()]), st.text(max_size=8))


@given(st.lists(PIECES, max_size=30))
def test_any_html_gives_clean_blocks(pieces: list[str]) -> None:
    for block in blocks_from_html("".join(pieces)):
        assert safe_text(block.text) == block.text
        assert all(0 <= span.start < span.end <= len(block.text) for span in block.spans)
        assert block.text.strip()


@given(st.lists(st.one_of(st.sampled_from([tag.replace("_", " ", 1) for tag in TAGS.split()]), WORD), max_size=30))
def test_big_html_loses_no_word(pieces: list[str]) -> None:
    html = " ".join(piece for piece in pieces if "display" not in piece and "--" not in piece)
    words = sorted(word for word in pieces if word.isalpha())
    for text in (html_to_text(html), html_to_text(html + "<p></p>" * 500)):
        assert sorted(word for word in re.findall(r"[^\W\d_]+", text) if word != "x") == words
