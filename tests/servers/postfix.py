"""A private Postfix on loopback: submission with STARTTLS and a login, local mail into a Dovecot's Maildirs.

It asks that Dovecot whether a login is good, and needs root to start, as Postfix does. Touches no system service.

Postfix gives up root for its own user at once and must still reach its queue: nothing here depends on the umask of the
process that starts it, which is narrow where the command line has run within the tests.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tests.servers.dovecot import Dovecot, free_port

_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
BINARY = shutil.which("postfix", path=_PATH)
DAEMONS = next((p for p in ("/usr/lib/postfix/sbin", "/usr/libexec/postfix") if Path(p, "master").exists()), "")

MAIN = """
compatibility_level = 3.6
queue_directory = {top}/queue
data_directory = {top}/data
daemon_directory = {daemons}
command_directory = {commands}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {top}/log
maillog_file_prefixes = {top}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.{domain}
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {mail}
virtual_mailbox_maps = inline:{{{users}}}
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
default_transport = error:no mail leaves this machine
smtpd_tls_cert_file = {dovecot}/cert.pem
smtpd_tls_key_file = {dovecot}/key.pem
smtpd_tls_security_level = encrypt
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth_port}
smtpd_sasl_auth_enable = yes
smtpd_tls_auth_only = yes
smtpd_reject_unlisted_recipient = no
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
"""
SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
proxymap  unix - - n - - proxymap
error     unix - - n - - error
retry     unix - - n - - error
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


def dovecot_for_postfix(introspection: str = "") -> tuple[Dovecot, int]:
    """A Dovecot (not started) that also answers Postfix's question whether a login is good, and on which port.

    `introspection`: who is asked about tokens."""
    port = free_port()
    listener = f"service auth {{\n  inet_listener postfix {{\n    address = 127.0.0.1\n    port = {port}\n  }}\n}}\n"
    return Dovecot(extra=listener, introspection=introspection), port


class Postfix:
    """One server for one domain; mail to `users` goes into the Dovecot's Maildirs, all other mail of it bounces."""

    def __init__(self, dovecot: Dovecot, auth_port: int, domain: str, users: tuple[str, ...]) -> None:
        self.top = Path(tempfile.mkdtemp(prefix="omni-pf-", dir="/tmp"))
        self.port = free_port()
        self.domain = domain
        self._dovecot = dovecot
        self._auth_port = auth_port
        self._users = users

    @staticmethod
    def missing() -> str:
        """Empty, or what to do to have the server."""
        if BINARY is None or not DAEMONS:
            return "Postfix is not installed: apt-get install postfix"
        return "" if os.getuid() == 0 else "Postfix starts as root only: run this test as root"

    def __enter__(self) -> Postfix:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Write the config and start; returns when the server greets."""
        for name in ("queue", "data"):
            (self.top / name).mkdir()
        for folder in (self.top, self.top / "queue"):
            folder.chmod(0o755)
        shutil.chown(self.top / "data", "postfix")
        (self.top / "main.cf").write_text(
            MAIN.format(
                top=self.top, daemons=DAEMONS, commands=Path(BINARY or "").parent, domain=self.domain,
                mail=self._dovecot.top / "mail", uid=self._dovecot.account.pw_uid, gid=self._dovecot.account.pw_gid,
                users=" ".join(f"{{{user}@{self.domain} = {user}@{self.domain}/Maildir/}}" for user in self._users),
                dovecot=self._dovecot.top, auth_port=self._auth_port,
            )
        )  # fmt: skip
        (self.top / "master.cf").write_text(SERVICES.format(port=self.port))
        self._run("start")
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as sock:
                    sock.settimeout(5)
                    if sock.recv(4).startswith(b"220"):
                        return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"Postfix did not start:\n{self.log()}")

    def stop(self) -> None:
        """Stop and leave nothing behind."""
        self._run("abort")
        shutil.rmtree(self.top, ignore_errors=True)

    def log(self) -> str:
        """What the server wrote down."""
        path = self.top / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _run(self, verb: str) -> None:
        done = subprocess.run(
            [BINARY or "postfix", "-c", str(self.top), verb], capture_output=True, text=True, timeout=30, check=False,
            env={"PATH": _PATH, "MAIL_CONFIG": str(self.top)}, umask=0o022,
        )  # fmt: skip
        if done.returncode and verb == "start":
            raise RuntimeError(f"Postfix did not start:\n{done.stdout}{done.stderr}{self.log()}")
