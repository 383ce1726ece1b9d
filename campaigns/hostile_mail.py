"""Hostile mails, each parsed in a fresh process: at most 2 s and 300 MB for parent and child together.

    python -m campaigns.hostile_mail [--only NAME]

Prints one JSON line a mail; exit status 1 when a bar is missed, a mail raises, or a control character comes through.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from multiprocessing.connection import Connection

import psutil

SECONDS = 2.0
BYTES = 300 * 1024 * 1024
FOREIGN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
HEAD = b"From: A <a@example.org>\r\nTo: b@example.org\r\nSubject: s\r\nMessage-ID: <i@example.org>\r\n"


def nested(depth: int, same: bool = False) -> bytes:
    """Multiparts inside one another."""
    parts = [HEAD]
    for level in range(depth):
        mark = b"b" if same else b"b%d" % level
        parts.append(b"Content-Type: multipart/mixed; boundary=%b\r\n\r\n--%b\r\n" % (mark, mark))
    return b"".join(parts) + b"Content-Type: text/plain\r\n\r\ninnermost\r\n"


def nested_mails(depth: int) -> bytes:
    """Mails attached to mails."""
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"Subject: in\r\n\r\ninnermost\r\n"


def parts(count: int) -> bytes:
    """Very many parts."""
    one = b"--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    return HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + one * count + b"--x--\r\n"


def header(line: bytes, body: bytes = b"hello\r\n") -> bytes:
    """One bad header line before ordinary ones."""
    return line + b"\r\n" + HEAD + b"\r\n" + body


def big_body(size: int, base64: bool) -> bytes:
    """A body of `size` bytes."""
    if base64:
        line = b"QUJD" * 19 + b"\r\n"
        kind = b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
        kind += b"Content-Disposition: attachment; filename=big.bin\r\n\r\n"
        return HEAD + kind + line * (size // len(line))
    return HEAD + b"\r\n" + b"All work and no play makes a dull mail.\r\n" * (size // 41)


def typed(kind: bytes, body: bytes, encoding: bytes = b"8bit") -> bytes:
    """A mail of one part."""
    return HEAD + b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body


CASES: dict[str, Callable[[], bytes]] = {
    "nested 100": lambda: nested(100),
    "nested 10,000": lambda: nested(10_000),
    "nested 50,000": lambda: nested(50_000),
    "nested 50,000, one boundary": lambda: nested(50_000, same=True),
    "mails in mails 50,000": lambda: nested_mails(50_000),
    "parts 10,000": lambda: parts(10_000),
    "parts 100,000": lambda: parts(100_000),
    "recipients 100,000": lambda: header(b"To: " + b"Some One <someone@example.org>,\r\n " * 100_000),
    "semicolons 10,000": lambda: header(b"To: " + b";" * 10_000),
    "encoded words 100,000": lambda: header(b"Subject: " + b"=?utf-8?q?a=1b?= " * 100_000),
    "half encoded words 100,000": lambda: header(b"Subject: " + b"=?utf-8?q?" * 100_000),
    "brackets 5,000 in From": lambda: header(b"From: " + b"(" * 5_000 + b"a@example.org"),
    "brackets 100,000 in From": lambda: header(b"From: " + b"(" * 100_000 + b"a@example.org"),
    "quotes 100,000 in From": lambda: header(b"From: " + b'"\\' * 100_000),
    "references 100,000": lambda: header(b"References: " + b"<a@b.example>\r\n " * 100_000),
    "header 10 MB": lambda: header(b"X-Long: " + b"x" * 10_000_000),
    "header lines 500,000": lambda: header(b"X-A: b\r\n" * 500_000 + b"X-B: c"),
    "folds 1,000,000": lambda: header(b"X-A: b\r\n" + b" \r\n" * 1_000_000 + b"X-B: c"),
    "parameters 100,000": lambda: typed(b"text/plain" + b"; a*1*=b" * 100_000, b"hello"),
    "body 100 MB": lambda: big_body(100_000_000, base64=False),
    "attachment 100 MB": lambda: big_body(100_000_000, base64=True),
    "one line 30 MB": lambda: HEAD + b"\r\n" + b"word " * 6_000_000,
    "charset unicode_escape": lambda: typed(b"text/plain; charset=unicode_escape", rb"\x1b[31mred \u202e back"),
    "charset zlib": lambda: typed(b"text/plain; charset=zlib_codec", b"x\x9c" + bytes(100)),
    "charset unknown": lambda: typed(b"text/plain; charset=unknown-8bit", b"caf\xe9"),
    "charset utf-7 surrogates": lambda: typed(b"text/plain; charset=utf-7", b"+2AA- +3AA- +ABs-[31m"),
    "bad base64": lambda: typed(b"text/plain", b"!!!!SGVsbG8*=\xff=", b"base64"),
    "bad quoted-printable": lambda: typed(b"text/plain", b"=ZZ =\r\n=1b[31m" * 10_000, b"quoted-printable"),
    "NULs": lambda: HEAD.replace(b"s\r\n", b"s\0\r\n") + b"\r\n" + b"a\0b" * 10_000,
    "date year 99999": lambda: header(b"Date: Tue, 3 Feb 99999 10:00:00 +0000"),
    "date offset +9999": lambda: header(b"Date: Tue, 3 Feb 2026 10:00:00 +9999"),
    "subject with line ends": lambda: header(b"Subject: =?utf-8?q?a=0d=0aBcc:_x=1b]52;c;aGk=07?="),
    "no boundary": lambda: typed(b"multipart/mixed", b"--x\r\n\r\nhello\r\n--x--"),
    "html nested 100,000": lambda: typed(b"text/html", b"<div>" * 100_000 + b"deep"),
    "html odd elements 100,000": lambda: typed(b"text/html", b"<x-y>" * 100_000 + b"deep"),
    "html tables 5,000": lambda: typed(b"text/html", b"<table><tr><td>" * 5_000 + b"deep"),
    "html attributes 1 MB": lambda: typed(b"text/html", b"<a " + b"x=y " * 250_000 + b">link</a>"),
    "quotes 100,000 deep": lambda: HEAD + b"\r\n" + b">" * 100_000 + b" deep\r\n" * 10,
    "On and 20,000 words": lambda: HEAD + b"\r\nOn " + b"a b " * 20_000 + b"\r\n",
    "blank lines 500,000": lambda: HEAD + b"\r\n" + b" \t \r\n" * 500_000 + b"end",
    "nothing": lambda: b"",
    "random bytes": lambda: bytes((i * 7919 + i // 251) % 256 for i in range(200_000)),
}


def parse_here(name: str, answers: Connection) -> None:
    """In a process of its own: parse one case, say how long it took and what it held."""
    from omnitui.sync.mail.parse import parse_mail

    raw = CASES[name]()
    parse_mail(typed(b"text/plain", b"a\0b"))  # the child is up before the clock starts, as in a running worker
    family = [psutil.Process(), *psutil.Process().children()]
    peak = [0]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            peak[0] = max(peak[0], sum(one.memory_info().rss for one in family if one.is_running()))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    started = time.monotonic()
    mail = parse_mail(raw)
    seconds = time.monotonic() - started
    done.set()
    watcher.join()
    texts = json.dumps(asdict(mail) | {"html": ""}, ensure_ascii=False)
    answers.send(
        {
            "mail": name,
            "bytes": len(raw),
            "seconds": round(seconds, 3),
            "mb": round(peak[0] / 1024 / 1024),
            "error": mail.error,
            "notices": list(mail.notices),
            "text": len(mail.text),
            "attachments": len(mail.attachments),
            "foreign": bool(FOREIGN.search(texts)),
        }
    )


def main() -> int:
    """Run every case and print what each cost."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", help="run the cases whose name holds this")
    only = options.parse_args().only or ""
    missed = 0
    context = multiprocessing.get_context("spawn")
    for name in CASES:
        if only not in name:
            continue
        ours, theirs = context.Pipe()
        process = context.Process(target=parse_here, args=(name, theirs))
        process.start()
        theirs.close()
        try:
            answer = ours.recv() if ours.poll(60) else {"mail": name, "error": "no answer in 60 s"}
        except EOFError:
            answer = {"mail": name, "error": "the process died"}
        process.kill()
        process.join()
        bad = answer.get("seconds", 99) > SECONDS or answer.get("mb", 9999) * 1024 * 1024 > BYTES or answer["foreign"]
        missed += bad
        print(json.dumps(answer | {"missed": bool(bad)}, ensure_ascii=False), flush=True)
    print(json.dumps({"cases": len(CASES), "missed": missed}))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
