"""A cache on a disk of the network is told, by what the system says of its mounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnitui.cli.checks.shared_disk import MOUNTS, kind_of, shared_disk

SAMPLE = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:50 / /home rw,relatime shared:2 - nfs4 files.example:/home rw,vers=4.2
31 30 8:2 / /home/ana/own\\040disk rw - xfs /dev/sdb1 rw
32 22 0:51 / /mnt rw - tmpfs tmpfs rw
33 22 0:52 / /mnt rw - fuse.sshfs host:/ rw
a line that is none
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/omnitui", "ext4"),
        ("/home/ana/.local/share/omnitui", "nfs4"),
        ("/homes", "ext4"),
        ("/home/ana/own disk/omnitui", "xfs"),
        ("/mnt/omnitui", "fuse.sshfs"),
    ],
)
def test_the_innermost_mount_that_came_last_counts(folder: str, kind: str) -> None:
    assert kind_of(Path(folder), SAMPLE) == kind


def test_only_a_disk_of_the_network_is_told(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        f"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 0:50 / {tmp_path.resolve()} rw - nfs4 files:/home rw\n"
    )
    (told,) = shared_disk(tmp_path / "data", mounts)
    assert (told.verdict, "(nfs4)" in told.words) == ("note", True)
    assert list(shared_disk(Path("/srv"), mounts)) == []
    assert list(shared_disk(tmp_path, tmp_path / "not there")) == []


@pytest.mark.skipif(not MOUNTS.exists(), reason="the system tells its mounts in another way")
def test_this_machine_tells_the_kind_of_its_own_disk(tmp_path: Path) -> None:
    assert kind_of(tmp_path.resolve(), MOUNTS.read_text()) != ""
