"""A mail's HTML for a browser: nothing in it runs, nothing is fetched, pictures of the mail itself are shown."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.sync.mail import opening
from omnitui.sync.mail.page import page_of

PIXEL = b"\x89PNG\r\n\x1a\n picture"


def mail_with(html: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Anna <anna@example.org>", "b@example.org", "<b>page</b>"
    mail.set_content("plain words")
    mail.add_alternative(html, subtype="html")
    part = mail.get_payload()[1]  # type: ignore[index]
    part.add_related(PIXEL, "image", "png", cid="<pic@x>")  # type: ignore[union-attr]
    return mail.as_bytes()


def body_of(html: str) -> str:
    page = page_of(mail_with(html))
    assert page is not None
    return page.decode().partition("<hr>\n")[2]


@pytest.mark.parametrize(
    ("html", "stays"),
    [
        ("<p>Hello <b>you</b></p>", "<p>Hello <b>you</b></p>"),
        ("<script>alert(1)</script>words", "words"),
        ("<p onclick='x()' align=right>a</p>", '<p align="right">a</p>'),
        ("<a href='javascript:alert(1)'>a</a>", "<a>a</a>"),
        ("<img src='https://track.example/x.gif' alt='logo'>", "<span class=omni-note>logo</span>"),
        ("<img src='https://track.example/x.gif'>", ""),
        ("<div style='color:red; background:url(https://t.example/a)'>a</div>", '<div style="color: red">a</div>'),
        ("<div style='position:fixed;top:0;width:9px'>a</div>", '<div style="width: 9px">a</div>'),
        ("<style>@import 'https://t.example/a'</style><p>a</p>", "<p>a</p>"),
        ("<iframe src=https://t.example></iframe><form action=x>in a form<input></form>a", "in a forma"),
        ("<svg><image href='https://t.example/a'/></svg>a", "a"),
        ("<custom-tag><p>kept words</p></custom-tag>", "<p>kept words</p>"),
        ("<img src=x onerror=alert(1)>after", "after"),
        ("<table background='https://t.example/a'><tr><td>1</td></tr></table>", "<td>1</td>"),
    ],
)
def test_what_is_left_of_a_page(html: str, stays: str) -> None:
    body = body_of(html)
    assert stays in body
    assert "t.example" not in body
    assert "track.example" not in body
    assert not re.search(r"<[^>]+\son\w+=", body)


def test_no_control_character_is_in_it() -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", body_of("a\u202eb\x1b]52;c\x07&#x202e;&#27;"))


def test_its_own_pictures_are_in_it_and_links_lead_outside_openly() -> None:
    body = body_of('<img src="cid:pic@x" width=20><a href="https://real.example/?a=1&b=2">go</a>')
    assert 'src="data:image/png;base64,' in body
    assert 'width="20"' in body
    assert 'href="https://real.example/?a=1&amp;b=2" rel="noopener noreferrer"' in body


def test_the_head_forbids_the_network_and_names_the_mail() -> None:
    page = page_of(mail_with("<img src=http://t.example/a><img src=https://t.example/b>x"))
    assert page is not None
    head = page.decode().partition("<hr>")[0]
    assert "default-src 'none'" in head
    assert "&lt;b&gt;page&lt;/b&gt;" in head
    assert "2 pictures" in head


def test_a_mail_without_html_has_no_page_and_the_child_says_the_same() -> None:
    plain = b"Subject: a\n\nwords\n"
    assert page_of(plain) is None
    assert opening.page_of(plain) is None
    assert opening.page_of(mail_with("<p>one</p>")) == page_of(mail_with("<p>one</p>"))


WORDS = """<p>|</p>|<a href='|javascript:x|'>|<img src=|http://t.example/x|>|<script>|</script>|<style>|</style>|<!--
|-->|<svg onload=x>|style='a:url(http://t.example)'|"|&lt;script&gt;|<math><mtext>|<table><tr><td>|words
|<base href=http://t.example>|<title>|<noscript>|\0"""
SCRAPS = st.sampled_from(WORDS.split("|"))


@given(st.lists(SCRAPS, max_size=25))
def test_no_page_holds_a_script_or_a_foreign_source(scraps: list[str]) -> None:
    page = page_of(b"Content-Type: text/html\n\n" + "".join(scraps).encode())
    if page is None:
        return
    for tag in re.findall(r"<([a-zA-Z][^>]*)>", page.decode().partition("<hr>\n")[2]):
        name, _, attributes = tag.partition(" ")
        assert name.lower() not in ("script", "style", "svg", "math", "base", "iframe", "link", "meta", "object")
        assert not re.match(r"on\w+=|.*\son\w+=", attributes)
        assert name != "img" or 'src="data:' in attributes
