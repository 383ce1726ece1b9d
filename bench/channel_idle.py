"""What a worker costs while nothing happens on ten connected accounts.

    python -m bench.channel_idle [--seconds 60]

One account of every channel and a mailbox, and a second `fake`, to make ten: Matrix against a real Synapse, mail
against a real Dovecot, WhatsApp behind a real relay, the others against their fakes on loopback, with the polls that
users have. Printed: the share of a core in percent, and the memory in MB as PSS, of the worker and of whatever it has
started; and the load of the machine (a minute's average) before and after.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from omnitui.config.places import Places, places, prepare
from omnitui.core.errors import OmnituiError
from omnitui.sync.wire import ask_worker
from tests.channels.conformance.rigs import channels, running
from tests.channels.rig import Rig

ACCOUNTS = (*channels(), "fake")
SETTLE = 10.0
"""Seconds after the first look at everything: what is done once at the start is over."""
BARS = {"cpu_percent": 2.0, "pss_mb": 150.0}
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Connect, wait, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    seconds = parser.parse_args().seconds
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="omni-idle-")))
        # Credentials of the fakes are always the same ones: other runs on this machine hold their leases elsewhere.
        tempfile.tempdir = os.environ["TMPDIR"] = str(home)
        rigs = [stack.enter_context(running(channel)) for channel in ACCOUNTS]
        for rig in rigs:
            rig.write("Hello, is anybody there?")
        where, environment = connected(home, rigs)
        worker = stack.enter_context(_worker(home, environment))
        online = Counter(str(one["state"]) for one in _synced(where))
        time.sleep(SETTLE)
        before, load = _ticks(worker.pid), [os.getloadavg()[0]]
        began = time.monotonic()
        time.sleep(seconds)
        used, lasted = _ticks(worker.pid) - before, time.monotonic() - began
        told = {"cpu_percent": round(100 * used / TICKS / lasted, 2), "pss_mb": round(_pss(worker.pid), 1)}
        load.append(os.getloadavg()[0])
        about = {"channels": ACCOUNTS, "accounts": dict(online), "seconds": round(lasted), "load": load}
        print(json.dumps({**about, **told, "bars": BARS}, indent=1))
    sys.exit(any(told[name] > bar for name, bar in BARS.items()) or online["online"] != len(ACCOUNTS))


def connected(home: Path, rigs: Sequence[Rig], more: Sequence[str] = ()) -> tuple[Places, dict[str, str]]:
    """A home whose config has each rig's account under a name of its own, and `more`; and the secrets of the rigs."""
    tables, environment = ['[agent]\nname = "Ana"\n', *more], {}
    for number, rig in enumerate(rigs):
        name = f"desk{number}"
        tables.append(re.sub(r"(?m)^poll_\w+ = .*\n?", "", rig.config()).replace('name = "desk"', f'name = "{name}"'))
        for variable, secret in rig.environment().items():
            environment[variable.replace("_DESK", f"_{name.upper()}", 1)] = secret
    where = places(home, {})
    prepare(where)
    where.config_file.write_text("\n".join(tables), encoding="utf-8")
    return where, environment


@contextlib.contextmanager
def _worker(home: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "omnitui", "--home", str(home), "sync"], env={**os.environ, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _synced(where: Places) -> list[dict[str, object]]:
    """How every account is after a look at all of them."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OmnituiError):
            if found := ask_worker(where.socket, "sync", "synced", 30.0):
                return list(found)
        time.sleep(0.1)
    sys.exit("the worker does not answer")


def _family(pid: int) -> list[int]:
    """The process and everything it has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def _ticks(pid: int) -> int:
    """Processor time so far, user and system, in ticks."""
    fields = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in _family(pid)]
    return sum(int(one[11]) + int(one[12]) for one in fields)


def _pss(pid: int) -> float:
    """Memory in MB; a shared page counts for its share."""
    found = [re.search(r"(?m)^Pss:\s+(\d+)", Path(f"/proc/{one}/smaps_rollup").read_text()) for one in _family(pid)]
    return sum(int(one[1]) for one in found if one) / 1024


if __name__ == "__main__":
    main()
