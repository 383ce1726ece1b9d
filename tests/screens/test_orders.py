"""Opening something of a stored mail is an order to the worker: no network needed, and no worker needs to run yet."""

from __future__ import annotations

import asyncio
import os
import stat
import time
import zlib
from functools import partial
from pathlib import Path

import pytest

from omnitui.app import OmnituiApp
from omnitui.config.places import Places
from omnitui.core.errors import Refused
from omnitui.spawn import spawn_if_none
from omnitui.store.connection import Role, open_cache
from omnitui.sync.lock import held
from omnitui.sync.mail.parse import parse_mail
from omnitui.sync.orders import pages_folder, remove_pages
from omnitui.sync.wire import ask_worker
from tests.screens.conftest import MakeApp
from tests.sync.mail.test_extract import with_files, with_winmail
from tests.sync.mail.test_page import mail_with
from tests.sync.orders import opener


def keep(places: Places, raw: bytes) -> dict[str, int]:
    """Make it the original of one message; gives its id, and those of its files by name."""
    cache = open_cache(places.cache_db, Role.PULL)
    message: int = cache.execute("SELECT min(id) FROM message").fetchone()[0]
    cache.execute("INSERT OR REPLACE INTO original(message_id, data) VALUES (?, ?)", (message, zlib.compress(raw)))
    found = {"": message}
    for file in parse_mail(raw).attachments:
        values = (message, file.part, file.name, file.type, file.size, file.sha256)
        sql = (
            "INSERT INTO attachment(message_id, part, name, type, size, sha256) VALUES (?, ?, ?, ?, ?, ?) RETURNING id"
        )
        found[file.name] = cache.execute(sql, values).fetchone()[0]
    cache.close()
    return found


def private(path: str) -> bytes:
    """What stands in a file that is for the user alone."""
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    return Path(path).read_bytes()


@pytest.mark.parametrize(("raw", "name"), [(with_files(), "1.bin"), (with_winmail(), "café plan.pdf")])
async def test_a_file_is_brought_by_the_worker(make_app: MakeApp, raw: bytes, name: str) -> None:
    app = make_app(3, each=1)
    ids = keep(app.session.places, raw)
    async with opener(app.session.places):
        path = await app.link.order({"do": "file", "attachment": ids[name]})
        again = await app.link.order({"do": "file", "attachment": ids[name]})
    assert path == again
    assert len(private(path)) == next(a.size for a in parse_mail(raw).attachments if a.name == name)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"do": "file", "attachment": 999_999}, "not here"),
        ({"do": "file", "attachment": "../../etc/passwd"}, "not said"),
        ({"do": "page", "message": 999_999}, "written here"),
    ],
)
async def test_what_cannot_be_had_is_said_in_words(make_app: MakeApp, asked: dict[str, object], words: str) -> None:
    app = make_app(3, each=1)
    async with opener(app.session.places):
        with pytest.raises(Refused, match=words):
            await app.link.order(asked)


async def test_a_changed_original_gives_no_other_file(make_app: MakeApp) -> None:
    app = make_app(3, each=1)
    ids = keep(app.session.places, with_files())
    cache = open_cache(app.session.places.cache_db, Role.PULL)
    cache.execute("UPDATE original SET data = ?", (zlib.compress(b"Subject: x\r\n\r\nnothing"),))
    cache.close()
    async with opener(app.session.places):
        with pytest.raises(Refused, match="cannot be taken out"):
            await app.link.order({"do": "file", "attachment": ids["0.bin"]})


async def test_a_page_is_private_and_goes_after_a_while(make_app: MakeApp) -> None:
    app = make_app(3, each=1)
    ids = keep(app.session.places, mail_with("<p>hello<script>x</script>"))
    async with opener(app.session.places):
        path = await app.link.order({"do": "page", "message": ids[""]})
    assert b"hello" in private(path)
    assert b"<script" not in private(path)
    folder = pages_folder(app.session.places)
    remove_pages(folder, time.time() - 60)
    assert os.path.exists(path)  # noqa: ASYNC240
    remove_pages(folder, time.time() + 1)
    assert not os.path.exists(path)  # noqa: ASYNC240


async def test_without_a_worker_it_says_what_to_do(make_app: MakeApp) -> None:
    app = make_app(3, each=1)
    ids = keep(app.session.places, with_files())
    with pytest.raises(Refused, match="omnitui sync"):
        await app.link.order({"do": "file", "attachment": ids["0.bin"]})


async def test_a_worker_is_started_where_none_runs(make_app: MakeApp) -> None:
    made = make_app(3, each=1)
    places = made.session.places
    ids = keep(places, with_files())
    app = OmnituiApp(made.session, partial(spawn_if_none, places, places.data.parent))
    try:
        path = await app.link.order({"do": "file", "attachment": ids["2.bin"]})
        assert len(private(path)) == 768
        assert held(places.lock)
    finally:
        with pytest.raises(Exception, match="ended"):
            await asyncio.to_thread(ask_worker, places.socket, "stop", "never", 10)
    for _ in range(100):
        if not held(places.lock):
            break
        await asyncio.sleep(0.1)
    assert not held(places.lock)
