"""Triage: each command is one step of the log, done on the writing thread, taken back by undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from omnitui.core.commands import by_id
from omnitui.core.errors import Refused
from omnitui.core.models import ConversationId, Priority, State, StepRow
from omnitui.screens.acts_files import thread_is_behind
from omnitui.screens.bulk_work import drive
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.store import conversations, known, views
from omnitui.store.where import Where
from omnitui.triage import bulk, joining, labels, state
from omnitui.widgets.choices import Choice
from omnitui.widgets.picker import Question
from omnitui.widgets.words import several

MOST_MARKS = 100_000
"""Marks at once: more take much memory, and one seldom means so many."""
ASK_FROM = 26
"""So many conversations at once are asked about first."""
_LEAVING = ("conversation.close", "conversation.snooze", "conversation.spam", "conversation.state")
"""After these the reader goes on to the next conversation."""

Work = Callable[..., StepRow | None]


async def act(page: InboxPage, call: Call, work: Work, *args: Any, **options: Any) -> None:
    """Do one step with what is marked, or else with the conversation at hand."""
    targets = page.targets
    if not targets:
        raise Refused("there is no conversation here")
    command = by_id(call.id)
    title = command.title if command else call.id
    if len(targets) >= ASK_FROM and not await page.confirm(
        f"{title}: {several(len(targets), 'conversation')}?", f"Yes, all {len(targets):,}"
    ):
        return
    if len(targets) > bulk.SLICE:
        await _many(page, title, work, targets, *args, **options)
    else:
        await step(page, work, targets, *args, **options)
    page.list.set_marked(set())
    if call.id in _LEAVING and not page.list.has_focus:
        await go_on(page, targets)


async def step(page: InboxPage, work: Work, targets: Sequence[ConversationId], *args: Any, **options: Any) -> None:
    """Write, say what was done, and show it."""
    session = page.session
    done = await session.writer.do(work, session.agent, targets, *args, session.now(), **options)
    if done is None:
        page.say("Nothing to change: it is so already", "muted")
        return
    page.said_step(done)
    session.wake()
    await page.changed(targets)
    page.list.settle()


async def _many(page: InboxPage, title: str, work: Work, targets: Sequence[int], *args: Any, **options: Any) -> None:
    """The same for many, a slice at a time."""
    session = page.session
    now = session.now()
    ended = await drive(
        page, title, lambda cache: bulk.in_slices(cache, session.agent, targets, work, *args, now=now, **options)
    )
    if ended is None or ended.step is None:
        page.say("Nothing to change: it is so already", "muted")
        return
    page.said_step(ended.step)
    session.wake()
    await page.pages.reload()
    page.list.settle()
    await page.reading.changed()


async def go_on(page: InboxPage, gone: Sequence[ConversationId]) -> None:
    """The open conversation has left the list: on to the one now at the cursor."""
    window = page.list.window
    if page.reading.id in gone and window.index_of(page.reading.id) is None:
        if window.cursor is None:
            page.panes.show_list()
        else:
            await page.open_conversation(window.cursor)


@handles("conversation.close")
async def close(page: InboxPage, call: Call) -> None:
    """Done."""
    await act(page, call, state.close)


@handles("conversation.reopen")
async def reopen(page: InboxPage, call: Call) -> None:
    """Open again."""
    await act(page, call, state.reopen)


@handles("conversation.spam")
async def spam(page: InboxPage, call: Call) -> None:
    """Spam."""
    await act(page, call, state.spam)


@handles("conversation.state")
async def set_state(page: InboxPage, call: Call) -> None:
    """Any state, by name or from a menu."""
    known = [s for s in State if s is not State.SNOOZED]
    wanted = call.args.lower() or await page.choose("State", [Choice(s.value, s.value, key=s.value[0]) for s in known])
    if not wanted:
        return
    found = [s for s in known if s.value.startswith(wanted)]
    if len(found) != 1:
        raise Refused(f"there is no state {wanted}; there are {', '.join(known)}")
    await act(page, call, state.set_state, found[0])


@handles("conversation.priority")
async def priority(page: InboxPage, call: Call) -> None:
    """Low to urgent."""
    names = {p.name.lower(): p for p in Priority}
    choices = [Choice(name, name, key=name[0]) for name in names]
    wanted = call.args.lower() or await page.choose("Priority", choices)
    if not wanted:
        return
    found = [p for name, p in names.items() if name.startswith(wanted)]
    if len(found) != 1:
        raise Refused(f"there is no priority {wanted}; there are {', '.join(names)}")
    await act(page, call, labels.priority, found[0])


@handles("conversation.assign")
async def assign(page: InboxPage, call: Call) -> None:
    """To somebody; `a a` takes it."""
    who = call.args
    if not who:
        tallies = await page.session.reader.all(views.counts())
        others = sorted({t.assignee for t in tallies} - {"", page.session.me})
        choices = [
            Choice("me", f"me ({page.session.me})", key="a"),
            Choice("none", "nobody", key="n"),
            *(Choice(name, name) for name in others),
        ]
        who = await page.choose_or_type("Assign to", choices, "a name")
    if who:
        await act(page, call, labels.assign, who)


@handles("conversation.tag")
async def tag(page: InboxPage, call: Call) -> None:
    """`+refund -bug`; a word without a sign is added."""
    text = call.args
    if not text:
        row = page.here
        have = row.tags if row is not None else ()
        names = await page.session.reader.all(known.names())
        others = [name for operator, name in names if operator == "tag" and name not in have]
        choices = [Choice(f"-{name}", f"-{name}", "take away") for name in have]
        choices += [Choice(f"+{name}", f"+{name}") for name in others]
        nothing = "there are no tags here yet: type one, like refund, and press enter"
        text = await page.choose_or_type("Tags", choices, "+refund -bug", nothing=nothing)
    words = (text or "").replace(",", " ").split()
    if words:
        remove = [word[1:] for word in words if word.startswith("-")]
        add = [word.lstrip("+#") for word in words if not word.startswith("-")]
        await act(page, call, labels.tag, add, remove)


@handles("conversation.star")
async def star(page: InboxPage, call: Call) -> None:
    """Star, or take the star away."""
    row = page.here
    await act(page, call, labels.star, not (row is not None and row.starred))


@handles("conversation.unread")
async def unread(page: InboxPage, call: Call) -> None:
    """Read, or unread again."""
    row = page.here
    await act(page, call, labels.read, bool(row is not None and row.unread_count))


@handles("conversation.snooze")
async def snooze(page: InboxPage, call: Call) -> None:
    """Until a time in words, or until they reply."""
    # The grammar brings a library of time zones that the first frame can do without.
    from omnitui.screens.snoozing import when

    chosen = await when(page, call.args)
    if chosen is not None:
        await act(page, call, state.snooze, chosen.until, words=chosen.words)


@handles("conversation.merge")
async def merge(page: InboxPage, call: Call) -> None:
    """What is marked becomes part of the conversation at hand."""
    row = page.here
    others = [id for id in page.list.marked if row is not None and id != row.id]
    if row is None or not others:
        raise Refused("mark the others with x first; they then merge into the one at the cursor")
    await _joined(page, joining.merge, others, row.id)


@handles("conversation.split")
async def split(page: InboxPage, call: Call) -> None:
    """This message and all after it become a conversation."""
    message = page.thread.current
    if message is None or page.reading.id is None or thread_is_behind(page):
        raise Refused("open the conversation and go to the message first")
    await _joined(page, joining.split_from, page.reading.id, message.id)


async def _joined(page: InboxPage, work: Work, *args: Any) -> None:
    session = page.session
    done = await session.writer.do(work, session.agent, *args, session.now())
    page.list.set_marked(set())
    if done is not None:
        page.said_step(done)
        session.wake()
        await page.pages.reload()
        page.list.settle()
        await page.reading.changed()


@handles("mark.toggle")
def mark(page: InboxPage, call: Call) -> None:
    """Mark, and go on to the next row."""
    row = page.here
    if row is None:
        return
    page.list.set_marked(page.list.marked ^ {row.id})
    page.last_mark = row.id
    _tell_marks(page)
    if page.list.has_focus:
        page.list.move_by(1)


@handles("mark.range")
def mark_range(page: InboxPage, call: Call) -> None:
    """From the last mark to here."""
    window = page.list.window
    if window.cursor is not None:
        start = page.last_mark if window.index_of(page.last_mark) is not None else window.cursor
        page.list.set_marked(page.list.marked | set(window.between(start or window.cursor, window.cursor)))
        page.last_mark = window.cursor
        _tell_marks(page)


@handles("mark.all")
async def mark_all(page: InboxPage, call: Call) -> None:
    """All of this view, or none."""
    if page.list.marked:
        page.list.set_marked(set())
        _tell_marks(page)
    else:
        await _mark_found(page, page.pages.where)


@handles("mark")
async def mark_query(page: InboxPage, call: Call) -> None:
    """All that a query finds, wherever they stand, beside what is marked already."""
    query = call.args
    if not query:
        value, _ = await page.ask(Question("Mark", lambda typed: (), "a query: is:waiting older:30d", free=True))
        query = str(value or "")
    if query.strip():
        # The grammar of dates brings a library that the first frame can do without.
        from omnitui.screens.asking import read

        await _mark_found(page, read(query, page.session).where)


async def _mark_found(page: InboxPage, where: Where) -> None:
    """Mark these. Raises Refused when they are more than can be marked."""
    found = await page.session.searcher.all(conversations.ids(where, MOST_MARKS + 1))
    if len(found) > MOST_MARKS:
        raise Refused(f"that is more than {MOST_MARKS:,}, which is the most at once; narrow it with a search first")
    page.list.set_marked(page.list.marked | {ConversationId(id) for id in found})
    _tell_marks(page)


def _tell_marks(page: InboxPage) -> None:
    count = len(page.list.marked)
    page.say(f"{several(count, 'conversation')} marked" if count else "No mark left", "accent" if count else "muted")
