"""The command line while a screen and a worker run on the same cache."""

from __future__ import annotations

import socket
import sqlite3
import threading
from pathlib import Path

import pytest

from omnitui.cli.root import main
from omnitui.config.places import places
from tests.store.desk import make


@pytest.fixture
def home(tmp_path: Path) -> Path:
    where = places(tmp_path)
    where.config.mkdir(parents=True)
    where.config_file.write_text('[agent]\nname = "ana"\n')
    make(where.cache_db).close()
    return tmp_path


def test_a_screen_that_reads_sees_the_change_when_it_looks_again(home: Path) -> None:
    screen = sqlite3.connect(places(home).cache_db, isolation_level=None)
    screen.execute("BEGIN")
    assert screen.execute("SELECT state FROM conversation WHERE id = 1").fetchone() == ("open",)
    assert main(["--home", str(home), "close", "1"]) == 0
    assert screen.execute("SELECT state FROM conversation WHERE id = 1").fetchone() == ("open",)
    screen.execute("COMMIT")
    assert screen.execute("SELECT state FROM conversation WHERE id = 1").fetchone() == ("closed",)
    screen.close()


def test_a_running_worker_is_told(home: Path) -> None:
    path = places(home).socket
    path.parent.mkdir(parents=True, exist_ok=True)
    heard: list[bytes] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.bind(str(path))
        line.listen()
        line.settimeout(10)

        def listen() -> None:
            client, _ = line.accept()
            with client:
                heard.append(client.recv(100))

        worker = threading.Thread(target=listen)
        worker.start()
        assert main(["--home", str(home), "close", "1"]) == 0
        worker.join(10)
    assert heard == [b'{"do": "wake"}\n']


def test_two_agents_on_one_host_undo_their_own(home: Path) -> None:
    cache = places(home).cache_db
    assert main(["--home", str(home), "tag", "1", "+ana"]) == 0
    places(home).config_file.write_text('[agent]\nname = "ben"\n')
    assert main(["--home", str(home), "tag", "1", "+ben"]) == 0
    places(home).config_file.write_text('[agent]\nname = "ana"\n')
    assert main(["--home", str(home), "undo"]) == 0
    with sqlite3.connect(cache) as connection:
        assert connection.execute("SELECT tag FROM conversation_tag").fetchall() == [("ben",)]
    connection.close()
