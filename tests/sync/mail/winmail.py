"""A winmail.dat as Outlook writes it, with one file and some words (MS-OXTNEF)."""

from __future__ import annotations

import struct


def attribute(level: int, name: int, data: bytes) -> bytes:
    """One attribute; its checksum is not looked at."""
    return struct.pack("<BHHI", level, name, 0, len(data)) + data + b"\0\0"


def winmail(content: bytes = b"%PDF", name: str = "café plan.pdf") -> bytes:
    """The wrapper."""
    long_name = name.encode("utf-16-le") + b"\0\0"
    properties = struct.pack("<IHHII", 1, 0x1F, 0x3707, 1, len(long_name)) + long_name + b"\0" * (-len(long_name) % 4)
    data = b"\x78\x9f\x3e\x22\x01\x00"
    data += attribute(1, 0x9007, struct.pack("<II", 1252, 0))
    data += attribute(1, 0x800C, b"words in the wrapper\0")
    data += attribute(2, 0x9002, b"\0" * 14)
    data += attribute(2, 0x8010, b"CAFPLAN.PDF\0")
    data += attribute(2, 0x800F, content)
    return data + attribute(2, 0x9005, properties)
