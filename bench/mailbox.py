"""A made-up support mailbox of any size: mail number i is the same whatever the size, threads answer each other.

    python -m bench.mailbox MAILDIR --count 10000 [--start 0] [--new]

Mails are as long and as rich as those of a real mailing list (some 370 words on average, 150 different ones, 32,000 in
4,000 mails): answers quote the whole history, as most people's programs do, and a mail has words that are rare. About
40 % plain text (some in old character sets), 50 % text and HTML, 10 % with attachments; five languages.
"refund" (in each language) is common, "quokka" stands in one mail of 1,000, "okapi" in mail 7 and one of 20,000.
"""

from __future__ import annotations

import argparse
import base64
import os
import quopri
import random
from email.header import Header
from email.utils import formatdate
from pathlib import Path

from bench.phrases import CLOSINGS, GREETINGS, NAMES, REPLY_PREFIX, SENTENCES, SUBJECTS, WROTE

EPOCH = 1_720_000_000
STEP = 61
DESK = [
    ("Harbour Bikes Support", "support@harbourbikes.example"),
    ("Noor at Harbour Bikes", "noor@harbourbikes.example"),
]
LANGUAGES = ("en", "en", "en", "nl", "nl", "es", "es", "zh", "vi")
VOCABULARY = 50_000
SYLLABLES = [head + tail for head in "bdfgklmnprstvz" for tail in ("a", "en", "i", "or", "u")]
OLD_CHARSETS = {"en": "iso-8859-1", "nl": "windows-1252", "es": "iso-8859-1", "zh": "big5", "vi": "utf-8"}
STYLE = (
    ".mail{font-family:Arial,sans-serif;color:#222;margin:0;padding:12px}"
    ".foot{font-size:11px;color:#777}td{padding:2px 8px}"
)


class Mailbox:
    """Mails by number. Deterministic: all that is drawn for mail i is drawn from a generator seeded with i."""

    def mail(self, number: int) -> bytes:
        """The raw mail, CRLF line ends."""
        draw = random.Random(f"mail {number}")
        parent = self.parent(number)
        root = self.root(number)
        language = LANGUAGES[random.Random(f"root {root}").randrange(len(LANGUAGES))]
        ours = parent is not None and (self.depth(number) % 2 == 1)
        subject = self._fill(random.Random(f"subject {root}").choice(SUBJECTS[language]), random.Random(f"fill {root}"))
        text = self._text(number, draw, language, parent)
        headers = self._headers(number, draw, language, ours=ours, subject=subject)
        body = self._body(draw, language, text)
        return ("\r\n".join(headers) + "\r\n").encode("ascii") + body

    def parent(self, number: int) -> int | None:
        """The mail it answers, or None for a new thread."""
        draw = random.Random(f"thread {number}")
        if number < 3 or draw.random() < 0.34:
            return None
        return number - 1 - min(number - 1, int(draw.expovariate(1 / 25)))

    def root(self, number: int) -> int:
        """The first mail of its thread."""
        while (parent := self.parent(number)) is not None:
            number = parent
        return number

    def depth(self, number: int) -> int:
        """How many mails stand above it."""
        depth = 0
        while (parent := self.parent(number)) is not None:
            number, depth = parent, depth + 1
        return depth

    def message_id(self, number: int) -> str:
        """With brackets."""
        return f"<{random.Random(f'id {number}').getrandbits(64):x}.{number}@mail.harbourbikes.example>"

    def _headers(self, number: int, draw: random.Random, language: str, *, ours: bool, subject: str) -> list[str]:
        root_draw = random.Random(f"customer {self.root(number)}")
        name = root_draw.choice(NAMES[language])
        customer = (
            name,
            f"customer{root_draw.randrange(5000)}@{root_draw.choice(('example.org', 'example.net', 'example.com'))}",
        )
        sender, receiver = (random.Random(number).choice(DESK), customer) if ours else (customer, DESK[0])
        references, above = [], self.parent(number)
        while above is not None and len(references) < 20:
            references.append(self.message_id(above))
            above = self.parent(above)
        prefix = REPLY_PREFIX[language] if references else ""
        hops = [
            f"Received: from mx{draw.randrange(9)}.relay.example (mx.relay.example [192.0.2.{draw.randrange(255)}])\r\n"
            f"\tby in{n}.harbourbikes.example (Postfix) with ESMTPS id {draw.getrandbits(48):X}\r\n"
            f"\tfor <support@harbourbikes.example>; {formatdate(EPOCH + STEP * number + n)}"
            for n in range(draw.randrange(2, 5))
        ]
        lines = [
            *hops,
            f"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=mail; bh={_noise(draw, 32)};\r\n"
            f"\tb={_noise(draw, 96)}\r\n\t {_noise(draw, 96)}",
            f"Message-ID: {self.message_id(number)}",
            f"Date: {formatdate(EPOCH + STEP * number)}",
            f"From: {_person(sender)}",
            f"To: {_person(receiver)}",
            f"Subject: {_word(prefix + subject)}",
        ]
        if references:
            lines.append(f"In-Reply-To: {references[0]}")
            lines.append("References: " + "\r\n\t".join(reversed(references)))
        return [*lines, "MIME-Version: 1.0"]

    def _text(self, number: int, draw: random.Random, language: str, parent: int | None) -> str:
        paragraphs = [
            " ".join(self._fill(draw.choice(SENTENCES[language]), draw) for _ in range(draw.randrange(2, 8)))
            for _ in range(max(1, int(draw.lognormvariate(1.1, 0.8))))
        ]
        paragraphs.insert(draw.randrange(len(paragraphs) + 1), _rare_words(draw))
        if number % 1000 == 13:
            paragraphs.append("The quokka on the box is upside down.")
        if number == 7 or number % 20000 == 7777:
            paragraphs.append("An okapi bell was in the parcel.")
        name = random.Random(f"customer {self.root(number)}").choice(NAMES[language])
        text = "\n\n".join([GREETINGS[language], *paragraphs, f"{CLOSINGS[language]}\n{name}"])
        if parent is not None and draw.random() < 0.8:
            earlier = self._text(parent, random.Random(f"mail {parent}"), language, self.parent(parent))
            quoted = "\n".join(f"> {line}" for line in earlier.splitlines())
            text += f"\n\n{WROTE[language].format(name=name, date='2026-03-05')}\n{quoted}"
        return text

    def _fill(self, sentence: str, draw: random.Random) -> str:
        return sentence.format(
            order=draw.randrange(10_000, 99_999),
            item=draw.choice(("bell", "saddle", "Veloria", "lamp X2", "pedal")),
            day=draw.randrange(1, 28),
        )

    def _body(self, draw: random.Random, language: str, text: str) -> bytes:
        shape = draw.random()
        if shape < 0.4:
            charset = OLD_CHARSETS[language] if draw.random() < 0.25 else "utf-8"
            return _text_part("plain", text, charset, draw)
        boundary = f"=_{draw.getrandbits(80):x}"
        parts = [_text_part("plain", text, "utf-8", draw), _text_part("html", _html(text, draw), "utf-8", draw)]
        inner = _multipart("alternative", boundary, parts)
        if shape < 0.9:
            return inner
        files = [_file(draw) for _ in range(draw.randrange(1, 4))]
        return _multipart("mixed", f"=_{draw.getrandbits(80):x}", [inner, *files])


def _rare_words(draw: random.Random) -> str:
    """Names, products, places: words of a vocabulary in which the n-th is 1/n as frequent as the first (Zipf)."""
    count = int(draw.lognormvariate(3.6, 0.6))
    return " ".join(_made_up(int(VOCABULARY ** draw.random())) for _ in range(count)).capitalize() + "."


def _made_up(rank: int) -> str:
    """A word for each rank, short for the frequent ones."""
    word = ""
    while rank or not word:
        rank, which = divmod(rank, len(SYLLABLES))
        word += SYLLABLES[which]
    return word


def _noise(draw: random.Random, length: int) -> str:
    return base64.b64encode(draw.randbytes(length)).decode()


def _word(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8").encode(linesep="\r\n")


def _person(person: tuple[str, str]) -> str:
    name, address = person
    return f'"{name}" <{address}>' if name.isascii() else f"{_word(name)} <{address}>"


def _text_part(subtype: str, text: str, charset: str, draw: random.Random) -> bytes:
    data = text.replace("\n", "\r\n").encode(charset, "replace")
    if draw.random() < 0.5:
        encoding, payload = (
            "quoted-printable",
            quopri.encodestring(data).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
        )
    else:
        encoding, payload = "base64", base64.encodebytes(data).replace(b"\n", b"\r\n")
    head = f"Content-Type: text/{subtype}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + payload + b"\r\n"


def _html(text: str, draw: random.Random) -> str:
    paragraphs = "".join(
        f'<p class="mail" style="margin:0 0 1em 0">{piece}</p>' for piece in text.replace("> ", "").split("\n\n")
    )
    rows = "".join(
        f"<tr><td>{draw.randrange(99999)}</td><td style='color:#333'>{_noise(draw, 12)}</td></tr>"
        for _ in range(draw.randrange(20))
    )
    return (
        f"<html><head><style>{STYLE * draw.randrange(1, 12)}</style></head><body>{paragraphs}<table>{rows}</table>"
        f'<p class="foot"><a href="https://shop.harbourbikes.example/{draw.getrandbits(64):x}">Harbour Bikes</a>'
        '<img src="https://track.example/o.gif" width="1" height="1"></p></body></html>'
    )


def _file(draw: random.Random) -> bytes:
    size = int(min(700_000, draw.lognormvariate(9.8, 1.2)))
    kind, name = draw.choice(
        (("application/pdf", "invoice.pdf"), ("image/png", "photo of the box.png"), ("text/csv", "báo cáo.csv"))
    )
    label = f'filename="{name}"' if name.isascii() else "filename*=utf-8''b%C3%A1o%20c%C3%A1o.csv"
    head = (
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; {label}\r\n\r\n"
    )
    return head.encode() + base64.encodebytes(draw.randbytes(size)).replace(b"\n", b"\r\n") + b"\r\n"


def _multipart(subtype: str, boundary: str, parts: list[bytes]) -> bytes:
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode()
    between = f"--{boundary}\r\n".encode()
    return head + b"".join(between + part for part in parts) + f"--{boundary}--\r\n".encode()


def write_maildir(
    maildir: Path, count: int, *, start: int = 0, new: bool = False, owner: tuple[int, int] | None = None
) -> None:
    """Put mails start .. start+count-1 into a Maildir, file times as their dates."""
    folders = [maildir / name for name in ("cur", "new", "tmp")]
    for folder in (maildir, *folders):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if owner:
            os.chown(folder, *owner)
    box = Mailbox()
    for number in range(start, start + count):
        at = EPOCH + STEP * number
        name = f"{at}.M{number}P1.bench"
        seen = "" if new else ":2," + ("S" if random.Random(f"seen {number}").random() < 0.7 else "")
        path = folders[1 if new else 0] / (name + seen)
        path.write_bytes(box.mail(number))
        os.utime(path, (at, at))
        if owner:
            os.chown(path, *owner)


def main() -> None:
    """Write a mailbox."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("maildir", type=Path)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--new", action="store_true")
    parser.add_argument("--owner", type=lambda text: tuple(map(int, text.split(":"))))
    given = parser.parse_args()
    write_maildir(given.maildir, given.count, start=given.start, new=given.new, owner=given.owner)


if __name__ == "__main__":
    main()
