"""How fast mail is read, against the standard library on the same mails in the same run.

    python -m bench.parse_mail [--count 3000] [--folder DIR]

DIR holds mail or mbox files (any depth), read instead of the made-up mailbox; then errors and the slowest mail are told
too. "Read" is everything `parse_mail` gives: headers, attachments hashed, blocks, the writer's own words. The standard
library only decodes headers and parts. CPU seconds of one thread; prints JSON.
"""

from __future__ import annotations

import argparse
import email
import email.policy
import json
import time
from collections.abc import Callable
from pathlib import Path

from bench.mailbox import Mailbox
from omnitui.sync.mail.mbox import messages
from omnitui.sync.mail.parse import parse_mail


def standard(raw: bytes) -> int:
    """Headers and parts, as the standard library's modern policy decodes them."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    size = sum(len(str(mail[name] or "")) for name in ("subject", "from", "to", "date"))
    for part in mail.walk():
        if not part.is_multipart():
            size += len(part.get_payload(decode=True) or b"")
    return size


def per_second(work: Callable[[bytes], object], raws: list[bytes]) -> float:
    """Mails a CPU second."""
    started = time.process_time()
    for raw in raws:
        work(raw)
    return len(raws) / (time.process_time() - started)


def watched(raws: list[bytes]) -> dict[str, object]:
    """Errors, and the slowest mail in wall seconds."""
    slowest, errors = 0.0, 0
    for raw in raws:
        started = time.perf_counter()
        errors += parse_mail(raw).error is not None
        slowest = max(slowest, time.perf_counter() - started)
    return {"errors": errors, "slowest_ms": round(slowest * 1000)}


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=3000)
    options.add_argument("--folder", type=Path)
    args = options.parse_args()
    if args.folder:
        files = sorted(path for path in args.folder.rglob("*") if path.is_file())
        raws = [raw for path in files for raw in messages(path.read_bytes())]
    else:
        mailbox = Mailbox()
        raws = [mailbox.mail(number) for number in range(args.count)]
    told: dict[str, object] = {"mails": len(raws), "bytes": sum(map(len, raws))}
    told |= watched(raws)
    ours = per_second(parse_mail, raws)
    told["mails_per_cpu_second"] = round(ours)
    if not args.folder:
        theirs = per_second(standard, raws)
        told |= {"standard_library": round(theirs), "times_as_fast": round(ours / theirs, 1)}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
