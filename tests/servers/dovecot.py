"""A private Dovecot 2.3 on free loopback ports: own config, any user name, one password; touches no system service.

Runs as whoever starts it, and as `nobody` when that is root. `missing()` says what to install.
"""

from __future__ import annotations

import contextlib
import grp
import http.server
import imaplib
import json
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterable, Iterator
from pathlib import Path

PASSWORD = "s3cret-word"
TOKEN = "a-token-that-is-good"
BINARY = shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
SPECIAL = ("Archive", "Sent", "Junk", "Drafts", "Trash")
LOCATIONS = {"maildir": "maildir:~/Maildir", "sdbox": "sdbox:~/sdbox"}
EVERYTHING = (
    "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED "
    "ESEARCH CONDSTORE QRESYNC MOVE SPECIAL-USE LIST-STATUS"
)

CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {top}/run
state_dir = {top}/state
log_path = {top}/log
instance_name = omnitui-{pid}
ssl = yes
ssl_cert = <{top}/cert.pem
ssl_key = <{top}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
mail_location = {location}
mail_max_userip_connections = 200
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {top}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={top}/mail/%u allow_all_users=yes
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
protocol imap {{
  mail_max_userip_connections = 200
  {capability}
}}
namespace inbox {{
  inbox = yes
{special}
}}
"""


class Dovecot:
    """One server. `start` and `stop`, or use it as a context."""

    def __init__(
        self,
        *,
        driver: str = "maildir",
        special_use: bool = True,
        hide: Iterable[str] = (),
        extra: str = "",
        introspection: str = "",
    ) -> None:
        """`hide`: capabilities that the server shall not offer (a client that asks first then does not use them);
        `extra`: more lines of config; `introspection`: who is asked about tokens, instead of a server of its own."""
        self._introspection = introspection
        self.extra = extra
        self.driver = driver
        self.top = Path(tempfile.mkdtemp(prefix="omni-dc-", dir="/tmp"))
        self.port, self.tls_port = free_port(), free_port()
        self.host = "127.0.0.1"
        self.name = "localhost"
        self.certificate = self.top / "cert.pem"
        self._special_use, self._hide = special_use, tuple(hide)
        self.account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._tokens: http.server.ThreadingHTTPServer | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def missing() -> str:
        """Empty, or what to do to have the server."""
        if BINARY is None:
            return "Dovecot is not installed: apt-get install dovecot-imapd"
        return "" if shutil.which("openssl") else "openssl is not installed: apt-get install openssl"

    def __enter__(self) -> Dovecot:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Write the config and start; returns when the server greets."""
        for name in ("run", "state", "mail"):
            (self.top / name).mkdir(exist_ok=True)
        self.top.chmod(0o755)
        self._make_certificate()
        self._start_tokens()
        (self.top / "dovecot.conf").write_text(self._config())
        self.own(self.top)
        self.run()

    def run(self) -> None:
        """Start (again) what `halt` stopped."""
        command = [BINARY or "dovecot", "-F", "-c", str(self.top / "dovecot.conf")]
        with (self.top / "start.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.top,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self.account.pw_uid if os.getuid() == 0 else None,
                group=self.account.pw_gid if os.getuid() == 0 else None,
                extra_groups=[] if os.getuid() == 0 else None,
            )
        until = time.monotonic() + 60
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), 1) as sock:
                sock.settimeout(5)
                if sock.recv(5).startswith(b"* OK"):
                    return
            time.sleep(0.03)
        raise RuntimeError(f"Dovecot did not start:\n{self.log()}\n{(self.top / 'start.log').read_text()}")

    def halt(self) -> None:
        """Stop the server; its mail stays."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(5)
        self._process = None

    def stop(self) -> None:
        """Stop and leave nothing behind."""
        self.halt()
        if self._tokens is not None:
            self._tokens.shutdown()
            self._tokens.server_close()
        shutil.rmtree(self.top, ignore_errors=True)

    def log(self) -> str:
        """What the server wrote down."""
        path = self.top / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def own(self, *paths: Path) -> None:
        """Give files to the server's user, when root made them."""
        if os.getuid() == 0:
            for path in paths:
                subprocess.run(["chown", "-R", f"{self.account.pw_uid}:{self.account.pw_gid}", str(path)], check=True)

    def maildir(self, user: str, folder: str = "INBOX") -> Path:
        """Where a user's folder is (maildir only)."""
        home = self.top / "mail" / user / "Maildir"
        return home if folder == "INBOX" else home / f".{folder}"

    def fill(self, user: str, mails: Iterable[bytes], folder: str = "INBOX", flags: str = "") -> None:
        """Put mails in a Maildir in bulk, oldest first (maildir only)."""
        where = self.maildir(user, folder)
        for name in ("cur", "new", "tmp"):
            (where / name).mkdir(parents=True, exist_ok=True)
        first = time.time_ns() // 1000
        for n, raw in enumerate(mails):
            base = f"{first // 10**6}.M{first % 10**6:06d}P{os.getpid()}Q{n:07d}.test"
            (where / "cur" / f"{base},S={len(raw)}:2,{flags}").write_bytes(raw)
        self.own(self.top / "mail" / user)

    @contextlib.contextmanager
    def client(self, user: str, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """Another mail program of the same user: the standard library's, with the folder open."""
        with imaplib.IMAP4(self.host, self.port, timeout=20) as other:
            other.login(user, PASSWORD)
            assert other.select(f'"{folder}"')[0] == "OK"
            yield other

    def append(self, user: str, *mails: bytes, folder: str = "INBOX", flags: str = "") -> None:
        """Deliver by IMAP."""
        with self.client(user) as other:
            for raw in mails:
                assert other.append(f'"{folder}"', f"({flags})", "", raw)[0] == "OK"

    def change_validity(self, user: str, folder: str = "INBOX") -> None:
        """Forget the folder's UIDs, as after a restore from a backup: a new UIDVALIDITY (maildir only)."""
        time.sleep(1.1)
        for path in self.maildir(user, folder).glob("dovecot*"):
            if path.is_file():
                path.unlink()

    def _config(self) -> str:
        special = [f"  mailbox {n} {{\n    auto = subscribe\n    special_use = \\{n}\n  }}" for n in SPECIAL]
        offered = " ".join(word for word in EVERYTHING.split() if word not in self._hide)
        return self.extra + CONFIG.format(
            top=self.top,
            pid=os.getpid(),
            user=self.account.pw_name,
            group=grp.getgrgid(self.account.pw_gid).gr_name,
            uid=self.account.pw_uid,
            gid=self.account.pw_gid,
            location=LOCATIONS[self.driver],
            password=PASSWORD,
            port=self.port,
            tls_port=self.tls_port,
            special="\n".join(special) if self._special_use else "",
            capability=f"imap_capability = {offered}" if self._hide else "",
        )

    def _make_certificate(self) -> None:
        command = (
            "openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost "
            f"-addext subjectAltName=DNS:localhost -keyout {self.top}/key.pem -out {self.certificate}"
        )
        if not self.certificate.exists():
            subprocess.run(command.split(), check=True, capture_output=True)

    def _start_tokens(self) -> None:
        """The token server that Dovecot asks."""
        if self._tokens is None and not self._introspection:
            self._tokens = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Introspection)
            threading.Thread(target=self._tokens.serve_forever, args=(0.05,), daemon=True).start()
        url = self._introspection or f"http://127.0.0.1:{self._tokens.server_address[1] if self._tokens else 0}/"
        (self.top / "oauth2.conf").write_text(
            "introspection_mode = post\n"
            f"introspection_url = {url}\n"
            "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
        )


class _Introspection(http.server.BaseHTTPRequestHandler):
    """RFC 7662, as little as Dovecot needs. The token is good for the user named after it, "TOKEN:user"."""

    def do_POST(self) -> None:
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        token, _, user = form.get("token", [""])[0].partition(":")
        body = json.dumps({"active": token == TOKEN, "username": user}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


def free_port() -> int:
    """A loopback port that nobody listens on, and that is this process's until it ends.

    It lies below those that connections get by themselves (from 32,768 on), and a name in the kernel keeps it from
    other runs on this machine: between the question and the server's start nobody else may take it.
    """
    for port in random.SystemRandom().sample(range(15_000, 30_000), 1_000):
        if sys.platform == "linux":
            kept = socket.socket(socket.AF_UNIX)
            try:
                kept.bind(f"\0omnitui-test-port-{port}")
            except OSError:
                kept.close()
                continue
            kept.detach()  # Open until the process ends.
        with contextlib.suppress(OSError), socket.socket() as sock:
            sock.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")
