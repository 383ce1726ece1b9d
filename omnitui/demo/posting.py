"""The demo's letters as mails on the wire: what customers' programs and the shop's own would have made of them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from html import escape

from omnitui.demo.letters import DOMAIN, SHOP, SUPPORT, Letter, Talk
from omnitui.demo.painting import photograph

_WROTE = {
    "en": "On {date}, {who} wrote:",
    "nl": "Op {date} schreef {who}:",
    "es": "El {date}, {who} escribió:",
    "zh": "{who} 於 {date} 寫道：",
    "vi": "Vào {date}, {who} đã viết:",
}


@dataclass(frozen=True)
class Posted:
    """A mail in a folder of the demo's server."""

    folder: str
    raw: bytes
    at: datetime
    flags: tuple[str, ...] = ()


def history(talk: Talk, now: datetime, sent: dict[str, str]) -> list[Posted]:
    """A conversation's mails so far. `sent` maps a customer's address to the Message-ID of our last mail there."""
    mails = []
    for index, letter in enumerate(talk.letters):
        at = now - timedelta(hours=letter.hours)
        message = _message(talk, index, at)
        if talk.about in sent:
            message["In-Reply-To"] = f"<{sent[talk.about]}>"
        if letter.ours:
            sent[talk.address] = talk.message_id(index)
        read = letter.ours or talk.state in ("answered", "seen") or index < len(talk.letters) - 1
        answered = index + 1 < len(talk.letters) and talk.letters[index + 1].ours
        flags = ("\\Seen",) * read + ("\\Answered",) * answered
        mails.append(Posted("Sent" if letter.ours else "INBOX", as_bytes(message), at, flags))
    return mails


def answer_to(raw_headers: dict[str, str], text: str, ours: str, talk: Talk, now: datetime) -> bytes:
    """A customer's answer to a mail of ours, with ours quoted below as mail programs do."""
    message = EmailMessage(policy=SMTP)
    subject = raw_headers.get("subject", talk.subject)
    _envelope(message, talk, subject if subject.lower().startswith("re:") else f"Re: {subject}", now)
    mid = raw_headers.get("message-id", "").strip()
    message["Message-ID"] = f"<{zlib.crc32(mid.encode()):08x}.{int(now.timestamp())}@{talk.domain}>"
    message["In-Reply-To"] = mid
    message["References"] = f"{raw_headers.get('references', '')} {mid}".strip()
    message.set_content(f"{text}\n\n{_quoted(ours, SHOP, now, talk.language)}")
    return as_bytes(message)


def returned(recipient: str, mid: str, subject: str, now: datetime) -> bytes:
    """A delivery report that `recipient` does not exist (RFC 3464)."""
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Mail Delivery System <mailer-daemon@{DOMAIN}>"
    message["To"] = SUPPORT
    message["Subject"] = "Undelivered Mail Returned to Sender"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{zlib.crc32(mid.encode()):08x}.bounce@{DOMAIN}>"
    message["Auto-Submitted"] = "auto-replied"
    message.set_content(
        f"This is the mail system of {DOMAIN}.\n\nYour message could not be delivered to one or more recipients.\n\n"
        f"<{recipient}>: 550 5.1.1 no such user here\n"
    )
    report = EmailMessage(policy=SMTP)
    report["Content-Type"] = "message/delivery-status"
    fields = {
        "Final-Recipient": f"rfc822; {recipient}",
        "Action": "failed",
        "Status": "5.1.1",
        "Diagnostic-Code": "smtp; 550 5.1.1 no such user here",
    }
    report.set_payload([_block({"Reporting-MTA": f"dns; mail.{DOMAIN}"}), _block(fields)])
    original = EmailMessage(policy=SMTP)
    original["Content-Type"] = "text/rfc822-headers"
    original.set_payload(
        f"From: {SHOP} <{SUPPORT}>\r\nTo: {recipient}\r\nSubject: {subject}\r\nMessage-ID: <{mid}>\r\n"
    )
    message.make_mixed()
    message.attach(report)
    message.attach(original)
    message.set_type("multipart/report")
    message.set_param("report-type", "delivery-status")
    return as_bytes(message)


def _block(fields: dict[str, str]) -> EmailMessage:
    block = EmailMessage(policy=SMTP)
    for name, value in fields.items():
        block[name] = value
    return block


def as_bytes(message: EmailMessage) -> bytes:
    """The mail as it goes over the wire."""
    return message.as_bytes(policy=SMTP)


def _message(talk: Talk, index: int, at: datetime) -> EmailMessage:
    letter = talk.letters[index]
    message = EmailMessage(policy=SMTP)
    _envelope(message, talk, talk.subject if index == 0 else f"Re: {talk.subject}", at, ours=letter.ours)
    message["Message-ID"] = f"<{talk.message_id(index)}>"
    if index:
        earlier = [f"<{talk.message_id(before)}>" for before in range(index)]
        message["In-Reply-To"] = earlier[-1]
        message["References"] = " ".join(earlier)
    text = letter.text.strip() + "\n"
    if letter.quote and index:
        before = talk.letters[index - 1]
        text += f"\n{_quoted(before.text, SHOP if before.ours else talk.name, at, talk.language)}"
    message.set_content(text, cte="quoted-printable" if talk.language in ("nl", "es") else None)
    if letter.html:
        message.add_alternative(_html(letter, talk), subtype="html")
    for name in letter.attach:
        data, kind, subtype = _file(name)
        message.add_attachment(data, maintype=kind, subtype=subtype, filename=name)
    _mark(message, talk, at)
    return message


def _envelope(message: EmailMessage, talk: Talk, subject: str, at: datetime, *, ours: bool = False) -> None:
    shop, customer = formataddr((SHOP, SUPPORT)), formataddr((talk.name, talk.address))
    message["From"], message["To"] = (shop, customer) if ours else (customer, shop)
    if talk.cc:
        message["Cc"] = ", ".join(formataddr(person) for person in talk.cc)
    message["Subject"] = subject
    message["Date"] = format_datetime(at)


def _mark(message: EmailMessage, talk: Talk, at: datetime) -> None:
    """What makes an automatic answer, a list or an invitation known as such."""
    if talk.kind == "auto":
        message["Auto-Submitted"] = "auto-replied"
    elif talk.kind == "list":
        message["List-Id"] = f"Trade news <news.{talk.domain}>"
        message["List-Unsubscribe"] = f"<mailto:leave@{talk.domain}>"
        message["Precedence"] = "list"
    elif talk.kind == "invitation":
        start = (at + timedelta(days=3)).replace(minute=0, second=0)
        event = (
            f"UID:{talk.message_id(0)}",
            f"DTSTAMP:{at:%Y%m%dT%H%M%SZ}",
            f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
            f"DTEND:{start + timedelta(minutes=30):%Y%m%dT%H%M%SZ}",
            f"SUMMARY:{talk.subject}",
            f"ORGANIZER;CN={talk.name}:mailto:{talk.address}",
            f"ATTENDEE;CN={SHOP};RSVP=TRUE:mailto:{SUPPORT}",
            "LOCATION:by telephone",
        )
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{talk.domain}//calendar//EN", "METHOD:REQUEST"]
        lines += ["BEGIN:VEVENT", *event, "END:VEVENT", "END:VCALENDAR", ""]
        message.add_alternative("\r\n".join(lines), subtype="calendar", params={"method": "REQUEST"})


def _quoted(text: str, who: str, at: datetime, language: str) -> str:
    head = _WROTE[language].format(date=f"{at:%Y-%m-%d %H:%M}", who=who)
    return "\n".join([head, *(f"> {line}".rstrip() for line in text.strip().splitlines())]) + "\n"


def _html(letter: Letter, talk: Talk) -> str:
    paragraphs = (" ".join(block.split("\n")) for block in letter.text.strip().split("\n\n"))
    body = "".join(f"<p>{escape(block)}</p>\n" for block in paragraphs)
    style = "body{font-family:sans-serif;color:#222} .mark{color:#888}"
    pixel = f'<img src="https://pixel.{talk.domain}/open.gif" width="1" height="1" alt="">'
    return f"<html><head><style>{style}</style></head><body>\n{body}{pixel}</body></html>\n"


def _file(name: str) -> tuple[bytes, str, str]:
    """A small file that is what its name says."""
    match name.rpartition(".")[2]:
        case "png":
            return photograph(name), "image", "png"
        case "csv":
            rows = ["date;text;amount", "2;LANTERN LANE 4741;-64.90", "2;LANTERN LANE 4741;-64.90"]
            return "\r\n".join(rows).encode(), "text", "csv"
        case _:
            return _page(name), "application", "pdf"


def _page(title: str) -> bytes:
    """One page of PDF with its title on it."""
    words = f"BT /F1 18 Tf 72 760 Td ({title.encode('ascii', 'replace').decode()}) Tj ET"
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(words)} >>\nstream\n{words}\nendstream",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{part}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 5\n0000000000 65535 f \n{table}trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + end.encode()
