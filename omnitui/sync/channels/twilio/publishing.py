"""Files that go along: Twilio fetches them from a public address, so a program of the user's own puts them there.

It is run without a shell, with three further arguments: the file's path, its name and its type. It prints the address,
which should be hard to guess; what becomes of the file there afterwards is the program's business.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Sequence
from pathlib import Path

from omnitui.core.errors import Offline, Refused
from omnitui.sync.channels.contract import OutboundFile

SECONDS = 120.0
LONGEST = 16 * 1024
_ADDRESS = re.compile(r"https?://[^\s\"<>]{4,2000}")


async def published(command: Sequence[str], file: OutboundFile) -> str:
    """Where the file can be fetched. Raises Offline when the program fails (it is run again later), Refused when it
    prints no address."""
    program = Path(command[0]).name
    # A name that begins with a dash would be an option to the program.
    arguments = (*command, str(file.path), file.name.lstrip("-") or "file", file.type)
    try:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise Refused(
            f"publish_command ({program}) cannot be run: {error.strerror}; {file.name} was not sent"
        ) from None
    try:
        async with asyncio.timeout(SECONDS):
            printed, _ = await process.communicate()
    except TimeoutError:
        raise Offline(f"publish_command ({program}) did not end within {SECONDS:.0f} seconds") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise Offline(f"publish_command ({program}) failed with exit code {process.returncode}")
    address = printed[:LONGEST].decode("utf-8", "replace").strip()
    if not _ADDRESS.fullmatch(address):
        raise Refused(f"publish_command ({program}) printed no address of the web; {file.name} was not sent")
    return address
