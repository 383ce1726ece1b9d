"""The cache: whole, how large, what waits in the outbox, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from omnitui.cli.checks.finding import Finding, good, note, problem
from omnitui.config.places import Places
from omnitui.core.errors import CacheError
from omnitui.core.times import DAY, HOUR, MINUTE, SECOND, Instant

if TYPE_CHECKING:
    from omnitui.store.connection import Cache

OLD_QUEUE = 10 * MINUTE
"""A queued mail older than this means that no worker runs, or that the server is away."""
_PUT_BACK = (
    "keep a copy of the file; put a backup in its place, or nothing: mail is fetched again, but notes, tags and drafts "
    "stand in it only"
)
MOST_SKEW = 2 * MINUTE


def to_look_at(places: Places) -> Cache | None:
    """The cache for another check; None where there is none, or where it cannot be read, which `cache` tells."""
    from omnitui.store.connection import Role, open_cache

    try:
        return open_cache(places.cache_db, Role.READ) if places.cache_db.exists() else None
    except CacheError:
        return None


def cache(places: Places, now: Instant) -> Iterator[Finding]:
    """Everything that can be said from the database alone. Only reads."""
    from omnitui.store.connection import Role, open_cache
    from omnitui.store.health import contents, integrity, oldest_waiting, outbox_states, worst_clock_lead
    from omnitui.store.migrate import Behind

    if not places.cache_db.exists():
        yield note("cache", "there is no cache yet", "start omnitui, or run `omnitui sync --once`")
        return
    try:
        connection = open_cache(places.cache_db, Role.READ)
    except Behind as behind:
        yield note("cache", str(behind))
        return
    except CacheError as error:
        yield problem("cache", str(error), _PUT_BACK)
        return
    try:
        faults = integrity(connection)
        size = sum(f.stat().st_size for f in places.data.glob("cache.db*") if f.is_file())
        if faults:
            advice = "stop omnitui, keep a copy of the file, and put a backup in its place"
            yield problem("cache", f"the database is damaged: {'; '.join(faults[:3])}", advice)
            return
        held = contents(connection)
        yield good("cache", f"whole; {size / 2**20:,.1f} MB, schema {held.schema}")
        yield good("cache", f"{held.messages:,} messages in {held.conversations:,} conversations, {held.notes:,} notes")
        if held.quarantined:
            yield note(
                "cache", f"{held.quarantined:,} mails could not be parsed; they are kept and shown with the reason"
            )
        yield from _outbox(outbox_states(connection), oldest_waiting(connection), now)
        yield from _clock(worst_clock_lead(connection))
    finally:
        connection.close()


def _outbox(states: dict[str, int], oldest: Instant | None, now: Instant) -> Iterator[Finding]:
    waiting = sum(states.get(state, 0) for state in ("held", "queued", "sending"))
    if oldest is not None and now - oldest > OLD_QUEUE:
        advice = "see `omnitui outbox` for the reason, and whether a worker runs below"
        yield problem("outbox", f"{waiting} to go, the oldest for {spell(now - oldest)}", advice)
    else:
        yield good("outbox", f"{waiting} to go")
    asking = {state: states[state] for state in ("failed", "unknown", "asking") if states.get(state)}
    if asking:
        words = ", ".join(f"{count} {state}" for state, count in asking.items())
        yield problem("outbox", f"{words}: they need your decision", "see `omnitui outbox`")


def _clock(lead: int | None) -> Iterator[Finding]:
    """Mail that its server received later than we fetched it shows that two clocks differ."""
    if lead is None:
        return
    if lead > MOST_SKEW:
        advice = "set this machine's clock; timers and the age of waits depend on it"
        yield problem("clock", f"mail has come from {spell(lead)} ahead of this machine's clock", advice)
    else:
        yield good("clock", "no mail has come from ahead of this machine's clock")


def spell(span: int) -> str:
    """A span of milliseconds in its largest unit."""
    for unit, name in ((DAY, "days"), (HOUR, "hours"), (MINUTE, "minutes")):
        if span >= 2 * unit:
            return f"{span // unit:,} {name}"
    return f"{span // SECOND} seconds"
