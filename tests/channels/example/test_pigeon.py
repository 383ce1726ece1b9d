"""The example of docs/channels.md is built as a package of a stranger, installed beside omnitui, and does its work."""

from __future__ import annotations

import http.server
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
RING = "NL-2026-117"


class Office:
    """The post office."""

    def __init__(self) -> None:
        self.letters = [{"n": 1, "from": "dove-1", "name": "Ana", "text": "Coo\x1b[31m?", "at": 1_790_000_000_000}]
        self.sent: dict[str, str] = {}


@contextmanager
def open_office() -> Iterator[tuple[Office, str]]:
    office = Office()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            after = int(parse_qs(urlsplit(self.path).query)["after"][0])
            self._say([letter for letter in office.letters if int(str(letter["n"])) > after])

        def do_POST(self) -> None:
            letter = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            office.sent.setdefault(letter["key"], letter["text"])
            self._say({"n": list(office.sent).index(letter["key"]) + 1})

        def _say(self, what: object) -> None:
            good = self.headers["Authorization"] == f"Ring {RING}"
            body = json.dumps(what).encode()
            self.send_response(200 if good else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield office, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_stranger_s_channel_works_beside_ours(tmp_path: Path) -> None:
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target"]
    subprocess.run([*install, str(site), str(HERE)], check=True, capture_output=True, text=True)
    home = tmp_path / "home"
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{site}", "OMNITUI_PASSWORD_LOFT_RING": RING}

    def run(*words: str, text: str = "", good: bool = True) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "omnitui", "--home", str(home), *words],
            env=env, input=text, capture_output=True, text=True, check=False, cwd=tmp_path,
        )  # fmt: skip
        assert (done.returncode == 0) is good, done.stderr
        return done.stdout + done.stderr

    assert "pigeon      PG  Carrier pigeons" in run("channels")
    with open_office() as (office, url):
        options = ["--non-interactive", "--channel", "pigeon", "--name", "loft", "--secret-environment"]
        run("setup", *options, "--set", f"office={url}")
        run("sync", "--once")
        (found,) = json.loads(run("list", "--json"))["conversations"]
        assert found["channel"] == "pigeon"
        run("reply", str(found["id"]), "-", text="Coo coo!")
        run("outbox", "retry", *re.findall(r"[0-9a-f]{32}", run("outbox", "--json"))[:1])
        run("sync", "--once")
        run("sync", "--once")
        assert list(office.sent.values()) == ["Coo coo!"]
        shown = run("show", str(found["id"]))
        assert "\x1b" not in shown
        assert "Coo coo!" in shown
        env["OMNITUI_PASSWORD_LOFT_RING"] = "another"
        told = run("sync", "--once", good=False)
        assert "does not know this ring" in told
        assert "another" not in told.replace("give another one", "")


def test_the_page_shows_the_example_as_it_is() -> None:
    page = (ROOT / "docs" / "channels.md").read_text(encoding="utf-8")
    code = (HERE / "omnitui_pigeon" / "__init__.py").read_text(encoding="utf-8")
    project = (HERE / "pyproject.toml").read_text(encoding="utf-8")
    assert f"```python\n{code}```" in page
    assert f"```toml\n{project}```" in page
