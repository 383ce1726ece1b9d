"""History and signatures fold, the writer's own words never do."""

# ruff: noqa: E501 (samples of mail are shown as they come)
from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.blocks import BlockKind
from omnitui.core.text.html import blocks_from_html
from omnitui.core.text.plain import blocks_from_text
from omnitui.core.text.quoting import reply_words, split_reply
from tests.growth import assert_linear


def words(text: str) -> str:
    return reply_words(split_reply(blocks_from_text(text)))


HEADS = [
    "On Tue, Mar 3, 2026 at 9:14 AM Ana Lopez <ana@shop.example> wrote:",
    "On 3 March 2026, at 09:14, Ana Lopez <ana@shop.example>\nwrote:",
    "On Tue, Mar 3, 2026 at 9:14 AM Ana Lopez from the support desk <\nana.lopez.of.the.support.desk@shop.example>\nwrote:",
    "Op di 3 mrt 2026 om 09:14 schreef Ana Lopez <ana@shop.example>:",
    "Op 3 maart 2026 om 09:14 heeft Ana Lopez <ana@shop.example> het volgende geschreven:",
    "Am 03.03.2026 um 09:14 schrieb Ana Lopez <ana@shop.example>:",
    "On Tue, Mar 3, 2026 at 9:14 AM Ana Lopez <ana@shop.example\n> wrote:",
    "Ana Lopez <ana@shop.example> schrieb am Di., 3. März 2026, 09:14:",
    "Le mar. 3 mars 2026 à 09:14, Ana Lopez <ana@shop.example> a écrit :",
    "El mar, 3 mar 2026 a las 9:14, Ana Lopez (<ana@shop.example>) escribió:",
    "Il giorno mar 3 mar 2026 alle ore 09:14 Ana Lopez <ana@shop.example> ha scritto:",
    "Em ter., 3 de mar. de 2026 às 09:14, Ana Lopez <ana@shop.example> escreveu:",
    "Den tis 3 mars 2026 kl 09:14 skrev Ana Lopez <ana@shop.example>:",
    "tir. 3. mar. 2026 kl. 09:14 skrev Ana Lopez <ana@shop.example>:",
    "W dniu 3.03.2026 o 09:14, Ana Lopez <ana@shop.example> napisał(a):",
    "вт, 3 мар. 2026 г. в 09:14, Ana Lopez <ana@shop.example>:",
    "Vào Th 3, 3 thg 3, 2026 vào lúc 09:14 Ana Lopez <ana@shop.example> đã viết:",
    "Ana Lopez <ana@shop.example> 於 2026年3月3日 週二 上午9:14寫道：",
    "在 2026年3月3日，上午9:14，Ana Lopez <ana@shop.example> 写道：",
    "2026年3月3日(火) 9:14 Ana Lopez <ana@shop.example>:",
    "2026년 3월 3일 (화) 오전 9:14, Ana Lopez <ana@shop.example>님이 작성:",
    "Ana Lopez <ana@shop.example>, 3 Mar 2026 Sal, 09:14 tarihinde şunu yazdı:",
    "ut 3. 3. 2026 o 9:14 Ana Lopez <ana@shop.example> napísal(a):",
    "ti 3. maalisk. 2026 klo 9.14 Ana Lopez (ana@shop.example) kirjoitti:",
    "Ana Lopez <ana@shop.example> ezt írta (időpont: 2026. márc. 3., K, 9:14):",
    "Pe mar., 3 mar. 2026 la 09:14, Ana Lopez <ana@shop.example> a scris:",
    "Στις Τρί, 3 Μαρ 2026 στις 9:14 π.μ., ο χρήστης Ana Lopez <ana@shop.example> έγραψε:",
    "בתאריך יום ג׳, 3 במרץ 2026 ב-9:14 מאת Ana Lopez <ana@shop.example>:",
    "On Tue, 3 Mar 2026 09:14:10 +0100\nAna Lopez <ana@shop.example> wrote:",
    "---- Ana Lopez wrote ----",
    "---- On Tue, 03 Mar 2026 09:14:10 +0100 Ana Lopez <ana@shop.example> wrote ----",
    "Quoting Ana Lopez <ana@shop.example>:",
    "3 Mar 2026 Sal, 09:14 tarihinde Ana Lopez <ana@shop.example> şunu yazdı:",
]


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head[:24])
def test_an_announced_quote_folds_in_any_language(head: str) -> None:
    history = "\n".join(f"> {line}" for line in ("Dear Tom,", "", "it is on its way.", "", "Ana"))
    assert words(f"Thanks, got it.\n\nTom\n\n{head}\n\n{history}\n") == "Thanks, got it.\n\nTom"
    blocks = split_reply(blocks_from_text(f"Thanks, got it.\n\n{head}\n{history}\n"))
    assert [(b.kind, b.folded) for b in blocks] == [
        (BlockKind.PARAGRAPH, False),
        (BlockKind.QUOTE_HEAD, True),
        (BlockKind.QUOTE, True),
    ]
    assert words(f"{head}\n{history}\n\nThanks, got it.\n") == "Thanks, got it."


@pytest.mark.parametrize(
    "history",
    [
        "From: Ana <ana@shop.example>\nSent: Tuesday, March 3, 2026 9:14 AM\nTo: Tom\nSubject: RE: Order\n\nIt is on its way.",
        "________________________________\nFrom: Ana <ana@shop.example>\nDate: 3/3/26\nTo: Tom\nSubject: x\n\nIt is.",
        "*Van:* Ana [mailto:ana@shop.example]\n*Verzonden:* dinsdag 3 maart 2026 9:14\n*Aan:* Tom\n*Onderwerp:* x\n\nJa.",
        "Von: Ana Lopez\nGesendet: Dienstag, 3. März 2026 09:14\nAn: Tom\nBetreff: AW: Bestellung\n\nJa.",
        "De : Ana <ana@shop.example>\nEnvoyé : mardi 3 mars 2026 09:14\nÀ : Tom\nObjet : RE: Commande\n\nOui.",
        "De: Ana <ana@shop.example>\nEnviado el: martes, 3 de marzo de 2026 9:14\nPara: Tom\nAsunto: RE: Pedido\n\nSí.",
        "Từ: Ana <ana@shop.example>\nĐã gửi: Thứ Ba, 3 tháng 3, 2026 09:14\nĐến: Tom\nChủ đề: Đơn hàng\n\nVâng.",
        "寄件者: Ana <ana@shop.example>\n寄件日期: 2026年3月3日\n收件者: Tom\n主旨: RE: 訂單\n\n好的。",
        "发件人： Ana <ana@shop.example>\n发送时间： 2026-03-03 09:14\n收件人： Tom\n主题： 订单\n\n好的。",
        "-----Original Message-----\nFrom: Ana\nSent: Tuesday\n\nIt is on its way.",
        "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Tuesday, Ana wrote:\n\nIt is on its way.",
        '------ Original Message ------\nFrom "Ana" <ana@shop.example>\nTo Tom\nDate 3/3/2026 9:14\nSubject x\n\nIt is.',
        'Sent: Tuesday, March 3, 2026 at 9:14 AM\nFrom: "Ana" <ana@shop.example>\nTo: Tom\nSubject: x\n\nIt is.',
        "---\n*Original Message*\n\nIt is on its way.",
        "-----Oorspronkelijk bericht-----\n\nHet is onderweg.",
        "-------- 原始郵件 --------\n寄件者: Ana\n\n好的。",
        "On Tue, Mar 3, 2026 at 9:14 AM, Ana Lopez <ana@shop.example> wrote:\n\nIt is on its way.\nAna",
        "> It is on its way.\n> Ana",
    ],
)
def test_history_without_quote_marks_folds_to_the_end(history: str) -> None:
    assert words(f"Thanks, got it.\n\n{history}\n") == "Thanks, got it."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nTom de Boer\n+31 6 1234",
        "--\nTom",
        "Sent from my iPhone",
        "Sent from my Galaxy",
        "Get Outlook for iOS<https://aka.ms/x>",
        "Verzonden vanaf mijn iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPad",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "從我的 iPhone 傳送",
        "iPhoneから送信",
        "Gửi từ iPhone của tôi",
        "Отправлено с iPhone",
        "____________________________\nshop-users list\nhttps://lists.example/shop-users",
    ],
)
def test_signatures_fold(signature: str) -> None:
    assert words(f"Thanks, got it.\n\n{signature}\n") == "Thanks, got it."
    head = "On 3 Mar 2026 at 9:14, Ana <ana@shop.example> wrote:\n> yes"
    assert words(f"Thanks, got it.\n\n{signature}\n\n{head}\n") == "Thanks, got it."
    blocks = split_reply(blocks_from_text(f"Thanks, got it.\n\n{signature}\n"))
    assert [b.kind for b in blocks if b.folded] == [BlockKind.SIGNATURE] * sum(b.folded for b in blocks)


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote to you at help@shop.example:\nno answer came.",
        "From: Amsterdam\nTo: London\nDate: 12 May 2026\n\nWhat does that cost?",
        "Name: Tom\nFrom: tom@home.example\nPhone: 123\nSubject: refund\n\nPlease refund me.",
        "I bought two things on 3 March 2026:\n\n- a bell\n- a lamp",
        "Sent from Amsterdam yesterday, the parcel is lost.",
        "I sent from my phone a photo of the label.",
        "Price -- is it final?\n\nTom",
        "Steps:\n---\nplug it in\n---\nwait",
        "See https://shop.example/x:\n\nit is broken",
        "Two orders:\n--\nfirst 4711\n--\nsecond 4712",
        "The lamp broke.\n--\nCan I have another?",
        "Re: 4711\nWhere is it?",
        "My order\n----------------------------------------\nsee https://shop.example/4711",
        "A form came in:\n\nFrom: tom@home.example\nSubject: refund\n\nPlease refund me.",
        "At 10:30 on 3 March 2026 your driver rang:\nnobody was home.",
        "We wrote on 3 March 2026 at 10:30, as info@home.example, and you never wrote:\n\nwhy?",
    ],
)
def test_own_words_that_look_like_history_stay(text: str) -> None:
    kept = words(text)
    assert [w for w in text.split() if w not in kept] == []


def test_nothing_left_shows_everything() -> None:
    for text in ("> only\n> a quote", "On 3 Mar 2026 at 9:14, Ana <a@b.example> wrote:\n> yes", "--\nTom"):
        blocks = split_reply(blocks_from_text(text))
        assert not any(block.folded for block in blocks)


def test_an_answer_between_the_quotes_shows_everything() -> None:
    text = "On 3 Mar 2026 at 9:14, Ana <a@b.example> wrote:\n> Colour?\n\nRed.\n\n> Size?\n\nM.\n\n> Bye\n> Ana"
    blocks = split_reply(blocks_from_text(text))
    assert not any(block.folded for block in blocks)
    assert reply_words(blocks) == "> Colour?\n\nRed.\n\n> Size?\n\nM.\n\n> Bye\n> Ana"


def test_named_quote_marks_are_quotes() -> None:
    text = "On 3 Mar 2026 at 9:14, Ana <a@b.example> wrote:\n> Colour?\n\nRed.\n\nAna> Size?\nAna> And when?\n\nM."
    assert not any(block.folded for block in split_reply(blocks_from_text(text)))


@pytest.mark.parametrize("mark", ["|", "# ", ") ", "--]", "} "])
def test_other_quote_marks_below_an_announcement(mark: str) -> None:
    head = "On 3 Mar 2026 at 9:14, Ana <a@b.example> wrote:"
    quote = f"{mark}first line\n{mark}second line\n{mark}third line"
    assert words(f"Hello.\n\n{head}\n\n{quote}\n\nMy answer.\n") == "Hello.\n\nMy answer."


def test_bars_around_an_empty_line() -> None:
    text = "Hello.\n\nOn 3 Mar 2026 at 9:14, Ana <a@b.example> wrote:\n|\n| old\n|\n| older\n\nMy answer."
    assert words(text) == "Hello.\n\nMy answer."


def test_an_omission_below_an_announcement() -> None:
    assert words("On 3 Mar 2026 at 9:14, Ana <a@b.example> wrote:\n\n[...]\n\n> old\n\nMy answer.") == "My answer."


def test_the_title_alone_with_one_field() -> None:
    assert words("----- Original Message -----\nFrom: Ana <a@b.example>\n\n> old\n\nMy answer.") == "My answer."


def test_a_quote_picked_by_the_writer_stays() -> None:
    assert words("> Colour?\n\nRed.") == "> Colour?\n\nRed."


def test_a_forwarded_mail_is_shown() -> None:
    text = "Is this real?\n\n---------- Forwarded message ---------\nFrom: X <x@y.example>\nDate: today\n\nYou won!"
    assert not any(block.folded for block in split_reply(blocks_from_text(text)))
    assert "You won!" in words(text)


def test_a_head_on_the_line_of_the_reply() -> None:
    assert words("Fine--- On Tue, Mar 3, 2026 at 9:14 AM, ana@shop.example wrote:\n> ok?") == "Fine"


@pytest.mark.parametrize(
    "html",
    [
        '<div>Got it.</div><div class="gmail_quote"><div class="gmail_attr">Ana:<br></div><blockquote>old</blockquote></div>',
        "<p>Got it.</p><div class=moz-cite-prefix>Op 3-3-26 schreef Ana:</div><blockquote type=cite>old</blockquote>",
        "<p>Got it.</p><div id=appendonsend></div><hr><div id=divRplyFwdMsg><b>Von:</b> Ana</div><div>old</div>",
        "<p class=MsoNormal>Got it.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>From:</b>"
        " Ana &lt;a@b.example&gt;<br><b>Sent:</b> Tuesday<br><b>To:</b> Tom<br><b>Subject:</b> x</p></div><p>old</p>",
        "<div>Got it.</div><div class=yahoo_quoted><div>On Tuesday Ana wrote:</div><div>old</div></div>",
        "<div>Got it.</div><div>Ana &lt;a@b.example&gt; schreef op 3 mrt 2026 09:14:<br><blockquote>old</blockquote></div>",
        '<div>Got it.</div><div class="gmail_signature">Tom</div>',
        "<div>Got it.</div><div id=OLK_SRC_BODY_SECTION><div><span>From: </span>Ana &lt;a@b.example&gt;<br><span>Date: </span>x<br>"
        "<span>To: </span>Tom<br><span>Subject: </span>x</div><div>old</div></div>",
        "Got it.<br><hr id=stopSpelling>Date: Tue, 3 Mar 2026 09:14:10 +0100<br>From: a@b.example<br>To: c@d.example<br><br>old",
        "<div>Got it.</div><div><br></div><div>03.03.2026, 09:14, &quot;Ana&quot; &lt;a@b.example&gt;:</div><blockquote>old</blockquote>",
        "Got it.<br><div dir=ltr>Sent from my iPhone</div><div><br><blockquote type=cite>On 3 Mar 2026, Ana wrote:<br></blockquote></div>"
        "<blockquote type=cite><div>old</div><img src=x.png><div>older</div></blockquote>",
        "<div>Got it.</div><div><div>On Mar 3, 2026, at 9:14 AM, Ana &lt;a@b.example&gt; wrote:</div><br><div>old</div></div>",
        "<p>Got it.</p><div><div><b>From:</b> Ana &lt;a@b.example&gt;</div><div><b>Date:</b> Tuesday</div><div><b>Subject:</b> x</div></div>old",
    ],
)
def test_html_quotes_of_the_known_programs(html: str) -> None:
    assert reply_words(split_reply(blocks_from_html(html))) == "Got it."


HOSTILE: dict[str, Callable[[int], str]] = {
    "420 kB of quotes": lambda n: (
        "Hi\n" + "".join(f"{'>' * (i % 60)} line {i} of the quoted mail\n" for i in range(1_200 * n))
    ),
    "heads": lambda n: "On Tue, Mar 3, 2026 at 9:14 AM, ana@shop.example wrote:\n\n" * 600 * n,
    "shared heads": lambda n: "x On Tue, Mar 3, 2026 at 9:14 AM, ana@shop.example wrote:\n> a\nb\n" * 200 * n,
    "one line of words": lambda n: "On " + "a b " * 1_000 * n + ":",
    "one line of colons": lambda n: "From:" * 800 * n,
    "one line of marks": lambda n: ">" * 4_000 * n,
    "one line of addresses": lambda n: "a@b.c <" * 570 * n + " wrote:",
    "one line of dashes": lambda n: "-" * 4_000 * n + "x",
    "one line of at signs": lambda n: "@" * 4_000 * n,
    "one line of links": lambda n: "http://" * 570 * n,
    "one line of spaces": lambda n: " " * 4_000 * n + "x",
    "header lines": lambda n: "From: a\n" * 1_000 * n,
    "delimiters": lambda n: "--\n" * 1_000 * n + "x",
    "colons": lambda n: "a:\n" * 1_000 * n,
    "quotes and answers in turn": lambda n: "> a\nb\n" * 600 * n,
    "named quotes": lambda n: "Ana> a\nAna> b\nc\n" * 400 * n,
    "rules": lambda n: "---\n" * 1_000 * n,
    "dated lines": lambda n: "On Tue, 3 Mar 2026 09:14\n" * 1_000 * n,
    "titles": lambda n: "-----Original Message-----\n" * 1_000 * n,
    "forwards": lambda n: "Begin forwarded message:\n\n" * 1_000 * n,
    "fences": lambda n: "```\n" * 1_000 * n,
    "device lines": lambda n: "Sent from my iPhone\n\n" * 1_000 * n,
    "list": lambda n: "- a\n" * 1_000 * n,
    "columns": lambda n: "a" + "   b" * 1_000 * n + "\n" + "a   " * 1_000 * n,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_makes_it_slow(name: str) -> None:
    for flowed in (False, True):
        assert_linear(
            lambda text, flowed=flowed: reply_words(split_reply(blocks_from_text(text, flowed=flowed))), HOSTILE[name]
        )


LINES = st.sampled_from(
    [
        "", "Hello", "> quoted", ">> deeper", "--", "-- ", "Sent from my iPhone", "-----Original Message-----", "Begin forwarded message:",
        "On Tue, Mar 3, 2026 at 9:14 AM, ana@shop.example wrote:", "wrote:", "From: a@b.example", "Sent: 3/3/2026 9:14", "Subject: x", "To: b",
        "- item", "    code", "```", "| bar", "______________________", "a@b.example On Mon, 3 Mar 2026 at 9:14 x@y.example wrote:", "🙂", "***",
    ]
)  # fmt: skip


@given(st.lists(st.one_of(LINES, st.text(max_size=12)), max_size=20))
def test_nothing_is_removed_and_something_is_always_shown(lines: list[str]) -> None:
    blocks = blocks_from_text("\n".join(lines))
    split = split_reply(blocks)
    letters = [c for b in blocks for c in b.marker + b.text if not c.isspace()]
    assert [c for b in split for c in b.marker + b.text if not c.isspace()] == letters
    assert not split or not all(block.folded for block in split)
    for block in split:
        assert all(0 <= span.start < span.end <= len(block.text) for span in block.spans)
