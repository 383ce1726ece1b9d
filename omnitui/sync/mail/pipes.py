"""Talking with a child process through its pipes, never for longer than a deadline."""

from __future__ import annotations

import contextlib
import fcntl
import os
import selectors
import subprocess
import sys
import time

_CHUNK = 1024 * 1024


class ParseFailed(Exception):
    """The child did not survive what it was given; the text says how it ended, for people."""


def started(module: str, *words: str) -> subprocess.Popen[bytes]:
    """A child of ours that runs `module`, with wide pipes. Raises OSError when the system refuses."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", module, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        bufsize=0,
    )
    for pipe in (process.stdin, process.stdout):
        # Where the system has no such call or grants no more, the pipe is as wide as it is.
        with contextlib.suppress(OSError, AttributeError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _CHUNK)  # type: ignore[arg-type]
    return process


def ended(process: subprocess.Popen[bytes]) -> None:
    """Kill the child and let go of its pipes."""
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    process.wait()


def send(process: subprocess.Popen[bytes], *pieces: bytes, deadline: float) -> None:
    """Write without ever blocking past the deadline. Raises ParseFailed."""
    if process.stdin is None:
        raise ParseFailed("its parser has no input")
    pipe = process.stdin.fileno()
    os.set_blocking(pipe, False)
    for piece in pieces:
        rest = memoryview(piece)
        while rest:
            _wait(pipe, selectors.EVENT_WRITE, deadline)
            try:
                rest = rest[os.write(pipe, rest[:_CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError as problem:
                raise ParseFailed(_end_of(process)) from problem


def received(process: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
    """Exactly `size` bytes. Raises ParseFailed when the deadline passes or the child ends."""
    if process.stdout is None:
        raise ParseFailed("its parser has no output")
    pipe = process.stdout.fileno()
    kept = bytearray()
    while len(kept) < size:
        _wait(pipe, selectors.EVENT_READ, deadline)
        piece = os.read(pipe, min(_CHUNK, size - len(kept)))
        if not piece:
            raise ParseFailed(_end_of(process))
        kept += piece
    return bytes(kept)


def _wait(pipe: int, event: int, deadline: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, event)
        left = deadline - time.monotonic()
        if left <= 0 or not selector.select(left):
            raise ParseFailed("its parser took too long and was stopped")


def _end_of(process: subprocess.Popen[bytes]) -> str:
    """How the child ended, in words."""
    try:
        code = process.wait(1)
    except subprocess.TimeoutExpired:
        return "its parser stopped answering"
    return f"its parser was killed by signal {-code}" if code < 0 else f"its parser failed (exit status {code})"
