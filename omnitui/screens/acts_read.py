"""What one does with a message: files, links, original, copying, and why it is here."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

from omnitui.core.blocks import Mark
from omnitui.core.errors import Refused
from omnitui.core.models import AttachmentRow, ConversationRow, ThreadMessage
from omnitui.core.text.clean import safe_name, safe_text
from omnitui.screens.files import named, stored
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.screens.pages import TextPage
from omnitui.store import log, messages
from omnitui.widgets.choices import Choice
from omnitui.widgets.picker import Question
from omnitui.widgets.words import moment, size


def at_hand(page: InboxPage) -> ThreadMessage:
    """The message that is read. Raises Refused when none is open."""
    message = page.thread.current
    if message is None:
        raise Refused("open a conversation first")
    return message


def files_of(page: InboxPage, message: ThreadMessage) -> list[AttachmentRow]:
    """The files of a message, in the order of their numbers."""
    return page.thread.layout_.files(message.id)


def links_of(page: InboxPage, message: ThreadMessage) -> list[tuple[str, str, str]]:
    """Text, address and real host of every link of a message, each address once."""
    body = page.thread.layout_.body(message.id)
    found: dict[str, tuple[str, str, str]] = {}
    for block in body.blocks if body else ():
        for span in block.spans:
            if span.mark is Mark.LINK and span.url:
                found.setdefault(span.url, (block.text[span.start : span.end], span.url, span.host))
    return list(found.values())


async def _file_at_hand(page: InboxPage, call: Call, title: str) -> AttachmentRow | None:
    files = files_of(page, at_hand(page))
    if not files:
        raise Refused("this message has no files")
    if call.args or len(files) == 1:
        number = int(call.args) if call.args.isdecimal() else 1
        if not 1 <= number <= len(files):
            raise Refused(f"there is no file {call.args}")
        return files[number - 1]
    choices = [Choice(file, file.name, size(file.size), key=str(n)) for n, file in enumerate(files, 1)]
    chosen = await page.choose(title, choices)
    return chosen if isinstance(chosen, AttachmentRow) else None


@handles("attachment.open")
async def open_(page: InboxPage, call: Call) -> None:
    """A file or a link by its number; the real host of a link is shown before anything opens."""
    message = at_hand(page)
    targets: list[AttachmentRow | str] = [*files_of(page, message)]
    choices = [
        Choice(file, file.name, size(file.size), key=str(n)) for n, file in enumerate(files_of(page, message), 1)
    ]
    for number, (text, url, host) in enumerate(links_of(page, message), len(choices) + 1):
        targets.append(url)
        choices.append(Choice(url, host or url, text, "link", key=str(number) if number < 10 else ""))
    if not choices:
        raise Refused("this message has no files and no links")
    if call.args:
        if not call.args.isdecimal() or not 1 <= int(call.args) <= len(targets):
            raise Refused(f"there is no {call.args} here")
        chosen = targets[int(call.args) - 1]
    else:
        chosen = await page.choose("Open", choices)
    if isinstance(chosen, str):
        await _open_link(page, chosen)
    elif isinstance(chosen, AttachmentRow):
        page.say(f"Getting {chosen.name}", "muted")
        path = await named(page.session, chosen)
        _start(str(path))
        page.say(f"Opening {chosen.name}")


async def _open_link(page: InboxPage, url: str) -> None:
    choices = [Choice("open", "open it here", key="o"), Choice("copy", "copy the address", key="y")]
    what = await page.choose(safe_text(url, lines=False)[:70], choices)
    if what == "open":
        _start(url)
    elif what == "copy":
        page.app.copy_to_clipboard(url)
        page.say("Address copied")


def _start(target: str) -> None:
    """The system's opener; over SSH there is none, and we say so."""
    opener = shutil.which("xdg-open") or shutil.which("open")
    if opener is None or (
        opener.endswith("xdg-open") and not os.environ.get("DISPLAY", os.environ.get("WAYLAND_DISPLAY"))
    ):
        raise Refused("nothing here can open it; w saves a file, y copies a link")
    quiet = subprocess.DEVNULL
    subprocess.Popen([opener, target], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)  # noqa: S603 - no shell, one argument


@handles("attachment.save")
async def save(page: InboxPage, call: Call) -> None:
    """A file to a folder; nothing is overwritten."""
    file = await _file_at_hand(page, call, "Save")
    if file is None:
        return
    start = str(Path(os.environ.get("XDG_DOWNLOAD_DIR") or "~/Downloads") / safe_name(file.name))
    value, _ = await page.ask(Question("Save as", lambda text: [Choice(text, text)], text=start))
    if not value:
        return
    source = await stored(page.session, file)
    target = await asyncio.to_thread(_copy, source, value)
    page.say(f"Saved {target}")


def _copy(source: Path, name: str) -> Path:
    target = Path(name).expanduser()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            target = target / source.name
        number, stem = 1, target.stem
        while target.exists():
            target = target.with_name(f"{stem} ({number}){target.suffix}")
            number += 1
        shutil.copyfile(source, target)
    except OSError as error:
        raise Refused(f"{target} cannot be written: {error.strerror}") from error
    return target


@handles("message.original")
async def original(page: InboxPage, call: Call) -> None:
    """The mail as it came, its control characters made visible."""
    message = at_hand(page)
    found = await page.session.reader.first(messages.original(message.id))
    if found is None:
        raise Refused("this message has no original: it was written here")
    text = found.data.decode("utf-8", errors="replace")
    more = "" if found.complete else " (big parts are still on the server)"
    page.app.push_screen(TextPage(page.session, f"Original of #{message.conversation_id}{more}", safe_text(text)))


@handles("text.copy")
async def copy(page: InboxPage, call: Call) -> None:
    """Message, address, number or link, to the clipboard of this terminal (OSC 52)."""
    message = at_hand(page)
    body = page.thread.layout_.body(message.id)
    what = {
        "m": ("message", body.text if body else message.preview),
        "e": ("address", message.sender.email),
        "i": ("number", f"#{message.conversation_id}"),
        "s": ("subject", message.subject),
    }
    links = links_of(page, message)
    if links:
        what["l"] = ("first link", links[0][1])
    choices = [Choice(key, name, text.split("\n", 1)[0][:60], key=key) for key, (name, text) in what.items()]
    chosen = await page.choose("Copy", choices)
    if chosen is not None:
        page.app.copy_to_clipboard(what[chosen][1])
        page.say(f"Copied the {what[chosen][0]}")


@handles("conversation.why")
async def why(page: InboxPage, call: Call) -> None:
    """Why it stands here, why its mails are together, and who did what."""
    row = page.here
    if row is None:
        raise Refused("there is no conversation here")
    now = page.session.now()
    lines = [why_here(row), ""]
    lines.append("Why these messages are together:")
    for message in reversed(await page.session.reader.all(messages.thread(row.id, limit=200))):
        reason = " ".join(filter(None, (message.join_reason, message.join_detail)))
        lines.append(
            f"  {moment(message.at, now):14} {message.sender.email or message.author}: {reason or 'written here'}"
        )
    lines += ["", "What was done, newest first:"]
    history = await page.session.reader.all(log.history(row.id))
    lines += [
        f"  {moment(entry.at, now):14} {entry.actor}: {entry.step}{' (undone)' if entry.undoes else ''}"
        for entry in history
    ]
    if not history:
        lines.append("  nothing yet")
    page.app.push_screen(TextPage(page.session, f"Why #{row.id}", "\n".join(lines)))


def why_here(row: ConversationRow) -> str:
    """Its place in the order by waiting, in words."""
    if row.failed_count:
        return "It stands first because something you sent has failed or asks; g o shows it."
    if row.waiting_since is not None and row.state.value == "open":
        return "It is ordered by how long the customer has waited since their first message that nobody answered."
    return f"Nobody waits here (it is {row.state.value}), so it stands after those who do, newest first."
