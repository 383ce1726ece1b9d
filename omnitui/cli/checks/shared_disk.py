"""Whether the cache stands on a disk of the network: other machines see it there, and not its locks in the same way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from omnitui.cli.checks.finding import Finding, note

MOUNTS = Path("/proc/self/mountinfo")
SHARED = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "9p", "ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.rclone",
     "fuse.s3fs", "fuse.glusterfs")
)  # fmt: skip
ADVICE = (
    "run omnitui on one machine at a time on it: SQLite's log is not safe between machines. Or set OMNITUI_HOME to a "
    "folder on a disk of this machine"
)


def shared_disk(folder: Path, mounts: Path = MOUNTS) -> Iterator[Finding]:
    """What is to be known of the disk that a folder stands on; nothing where the system does not tell."""
    with suppress(OSError):
        kind = kind_of(folder.resolve(), mounts.read_text(encoding="utf-8", errors="replace"))
        if kind in SHARED:
            yield note("folders", f"the cache stands on a disk of the network ({kind})", ADVICE)


def kind_of(folder: Path, mounts: str) -> str:
    """The kind of file system that holds a folder, by what proc(5) says of `mountinfo`; empty: not known."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        head, _, tail = line.partition(" - ")
        fields, more = head.split(" "), tail.split(" ")
        if len(fields) < 5 or not more[0]:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), fields[4]))
        # The last one of a place covers those before it.
        if folder.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), more[0]
    return kind
