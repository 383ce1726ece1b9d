"""Cut the connection to the SMTP server at every byte, both ways, restart, settle: nothing twice, nothing lost.

    python -m campaigns.smtp_cut [--every N] [--filed yes|no]

For each cut the whole outbox runs: a cache on disk, the real client, a real SMTP server behind a proxy that forwards so
many bytes and then drops both sides. Then a new worker settles what is left, with a Sent folder that the server fills
by itself or one that only we fill. Prints one JSON document; exits with 1 when a promise was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.servers.smtp_sink import SmtpSink, smtp_sink
from tests.sync.outbox.desk_case import Case, outbox_case

WAITS = (2_000, 10_000, 60_000, 300_000, 1_000)
"""Milliseconds to let pass between the turns that settle, as the looks are planned."""


@asynccontextmanager
async def cut_at(upstream: int, way: str, most: int) -> AsyncIterator[tuple[int, Counter[str]]]:
    """A proxy that forwards `most` bytes in the direction `way` ("out" to the server, "in" from it), then drops."""
    passed: Counter[str] = Counter()
    writers: list[asyncio.StreamWriter] = []
    pumps: list[asyncio.Task[None]] = []

    def drop() -> None:
        for writer in writers:
            writer.transport.abort()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: str) -> None:
        while data := await reader.read(65536):
            if direction == way and passed[direction] + len(data) >= most:
                data = data[: most - passed[direction]]
                passed[direction] += len(data)
                writer.write(data)
                await asyncio.sleep(0.003)
                break
            passed[direction] += len(data)
            writer.write(data)
        drop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", upstream)
        writers.extend((writer, up_writer))
        pumps.append(asyncio.create_task(pump(reader, up_writer, "out")))
        pumps.append(asyncio.create_task(pump(up_reader, writer, "in")))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], passed
    finally:
        server.close()
        drop()
        await asyncio.gather(*pumps, return_exceptions=True)
        await asyncio.sleep(0)


async def one_cut(template: Path, way: str, at: int, filed: str) -> dict[str, Any]:
    """Send through a connection cut at byte `at`; then restart without the cut until nothing moves any more."""
    with tempfile.TemporaryDirectory(prefix="smtp-cut-") as folder:
        path = Path(folder)
        shutil.copy(template, path / "cache.db")
        with outbox_case(path, fresh=False) as case:
            async with smtp_sink() as sink:
                return await _cut(case, sink, way, at, filed)


async def _cut(case: Case, sink: SmtpSink, way: str, at: int, filed: str) -> dict[str, Any]:
    case.filed = filed
    if filed == "yes":
        sink.on_taken.append(lambda mail: case.sent.mails.append(mail.content))
    (item,) = [row["id"] for row in case.items("send")]
    async with cut_at(sink.port, way, at) as (port, passed):
        case.port = port
        await case.turn()
        first = case.state(item)
    cut = passed[way] >= at
    await asyncio.sleep(0)
    taken_first = len(sink.taken)
    case.port = sink.port
    for wait in WAITS:
        await case.turn(after=wait)
    message = case.connection.execute("SELECT delivery FROM message WHERE omni_id = ?", (item,)).fetchone()[0]
    copies = len(case.sent.mails)
    return {
        "cut": cut, "first": first, "taken_first": taken_first, "end": case.state(item), "taken": len(sink.taken),
        "shown": message, "copies": copies,
    }  # fmt: skip


def broken(found: dict[str, Any], filed: str) -> str:
    """Which promise this cut broke, if any."""
    if found["taken"] > 1:
        return "sent twice"
    if found["end"] == "sent" and found["taken"] == 0:
        return "lost: called sent, never taken"
    if found["end"] not in ("sent", "asking"):
        return f"not settled: {found['end']}"
    if found["end"] != found["shown"]:
        return "the message does not show it"
    if filed == "yes" and found["end"] != "sent":
        return "asks though the server's own Sent folder tells"
    if found["end"] == "sent" and found["copies"] != 1:
        return f"{found['copies']} copies in Sent"
    return ""


async def campaign(every: int, filed_ways: tuple[str, ...]) -> dict[str, Any]:
    """All cuts; a direction ends when the bytes of a whole session fit before the cut."""
    started, bad = time.monotonic(), []
    report: dict[str, Any] = {"campaign": "smtp_cut", "schema": 1, "every": every}
    with tempfile.TemporaryDirectory(prefix="smtp-cut-") as folder:
        template = Path(folder) / "cache.db"
        with outbox_case(Path(folder)) as case:
            case.queue("y" * 40)
        for filed in filed_ways:
            for way in ("out", "in"):
                tally: Counter[str] = Counter()
                at = 1
                while (found := await one_cut(template, way, at, filed))["cut"]:
                    tally[f"{found['first']} with {found['taken_first']} taken, then {found['end']}"] += 1
                    if words := broken(found, filed):
                        bad.append({"filed": filed, "way": way, "at": at, "what": words, **found})
                    at += every
                report[f"{way}, filed by server: {filed}"] = {"cuts": sum(tally.values()), **tally}
    return report | {"broken": bad, "seconds": round(time.monotonic() - started, 1)}


def main() -> int:
    """Run it and print the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--every", type=int, default=1, help="cut at every Nth byte only")
    arguments.add_argument("--filed", choices=("yes", "no"), help="only with this kind of Sent folder")
    given = arguments.parse_args()
    report = asyncio.run(campaign(given.every, (given.filed,) if given.filed else ("yes", "no")))
    json.dump(report, sys.stdout, indent=1)
    print()
    return 1 if report["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
