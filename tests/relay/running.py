"""A relay as a process of its own, on a port that stays the same when it is killed and started again."""

from __future__ import annotations

import hashlib
import hmac
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

import httpx

from tests.servers.dovecot import free_port

ROOT = Path(__file__).resolve().parents[2]
SECRET, TOKEN, VERIFY = "meta-app-secret", "worker-token-0123456789", "verify-token-0123456789"
CONFIG = """\
port = {port}
database = "{database}"
{more}
[[source]]
name = "whatsapp"
kind = "meta"
per_minute = {per_minute}
"""


def signature(body: bytes, secret: str = SECRET) -> str:
    """As Meta writes it into X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class RelayProcess:
    """`omnitui relay` with one source, whatsapp. Use it as a context."""

    def __init__(self, folder: Path, *, more: str = "", per_minute: int = 1_000_000) -> None:
        self.port = free_port()
        self.folder = folder
        self.log: list[str] = []
        self._config = folder / "relay.toml"
        self._config.write_text(
            CONFIG.format(port=self.port, database=folder / "relay.db", more=more, per_minute=per_minute)
        )
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Without a path."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it and wait until it listens. Raises RuntimeError when it ends instead."""
        environ = {
            **os.environ,
            "OMNITUI_HOME": str(self.folder / "home"),
            "PYTHONPATH": str(ROOT),
            "OMNITUI_RELAY_WHATSAPP_SECRET": SECRET,
            "OMNITUI_RELAY_WHATSAPP_TOKEN": TOKEN,
            "OMNITUI_RELAY_WHATSAPP_VERIFY": VERIFY,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "omnitui", "relay", "--config", str(self._config)],
            stderr=subprocess.PIPE, text=True, env=environ,
        )  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            self.log.append(line)
            if "listens on" in line:
                break
        else:
            process.stderr.close()
            raise RuntimeError(f"the relay ended with {process.wait()}: {self.log[-3:]}")
        threading.Thread(target=self._read, args=(process,), daemon=True).start()
        self._process = process

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        with process.stderr:
            self.log.extend(process.stderr)

    def kill(self, with_signal: int = signal.SIGKILL) -> int:
        """End it; its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(with_signal)
        code = self._process.wait(30)
        self._process = None
        return code

    def post(self, body: bytes, signed: str | None = None) -> httpx.Response:
        """One webhook; signed rightly unless told otherwise."""
        headers = {"X-Hub-Signature-256": signature(body) if signed is None else signed}
        return httpx.post(f"{self.url}/in/whatsapp", content=body, headers=headers, timeout=20)

    def events(self, token: str = TOKEN, **asked: object) -> httpx.Response:
        """What a worker gets."""
        asked = {"source": "whatsapp", **asked}
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(
            f"{self.url}/events", params={k: str(v) for k, v in asked.items()}, headers=headers, timeout=30
        )

    def confirm(self, up_to: int) -> httpx.Response:
        """Let go of what was fetched."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx.delete(f"{self.url}/events?source=whatsapp&up_to={up_to}", headers=headers, timeout=20)
