"""What is made for one person at one time, though they ask for it twice: keys that follow each other quickly."""

from __future__ import annotations

import threading
from pathlib import Path

from omnitui.sync.orders import written

CONTENT = bytes(range(256)) * 4000


def test_a_file_that_several_take_out_at_once_is_always_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    found: list[bool] = []

    def take() -> None:
        found.extend(written(path, CONTENT).read_bytes() == CONTENT for _ in range(40))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 160
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
    assert path.stat().st_mode & 0o077 == 0
