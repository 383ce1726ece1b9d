"""Files and links of the message at hand, and its HTML in a browser."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import threading

from omnitui.core.blocks import links_in
from omnitui.core.errors import Refused
from omnitui.core.models import AttachmentRow, ThreadMessage
from omnitui.core.text.clean import safe_name, safe_text
from omnitui.screens import paths
from omnitui.screens.files import named, stored
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.widgets.choices import Choice
from omnitui.widgets.picker import Question
from omnitui.widgets.words import several, size

_ALL = "all"


def thread_is_behind(page: InboxPage) -> bool:
    """The thread shows another conversation than the list's cursor is on: hidden, or still to follow."""
    return page.list.has_focus and page.here is not None and page.reading.id != page.here.id


async def at_hand(page: InboxPage) -> ThreadMessage:
    """The message that is read; in the list that of the cursor's conversation. Raises Refused when there is none."""
    row = page.here
    if row is not None and thread_is_behind(page):
        await page.show(row.id)
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
    found = links_in(body.blocks) if body else {}
    return [(text, url, host) for url, (text, host) in found.items()]


async def read_at_hand(page: InboxPage) -> ThreadMessage:
    """The message that is read, with what stands in it: a quick key may come before that. Raises Refused."""
    message = await at_hand(page)
    conversation = page.thread.conversation
    if conversation is not None and page.thread.layout_.body(message.id) is None:
        await page.reading.bodies(conversation, [message.id])
    return message


@handles("attachment.open")
async def open_(page: InboxPage, call: Call) -> None:
    """A file or a link by its number; the real host of a link is shown before anything opens."""
    message = await read_at_hand(page)
    files = files_of(page, message)
    targets: list[AttachmentRow | str] = [*files]
    choices = [Choice(file, file.name, size(file.size), key=_key(n)) for n, file in enumerate(files, 1)]
    for number, (text, url, host) in enumerate(links_of(page, message), len(choices) + 1):
        targets.append(url)
        choices.append(Choice(url, f"[{number}] {host or url}", text, "link", key=_key(number)))
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


def _key(number: int) -> str:
    return str(number) if number < 10 else ""


async def _open_link(page: InboxPage, url: str) -> None:
    choices = [Choice("open", "open it here", key="o"), Choice("copy", "copy the address", key="y")]
    what = await page.choose(safe_text(url, lines=False)[:70], choices)
    if what == "open":
        _start(url)
    elif what == "copy":
        page.app.copy_to_clipboard(url)
        page.say("Address copied")


def _start(target: str, instead: str = "w saves a file, y copies a link") -> None:
    """The system's opener; over SSH there is none, and we say so."""
    opener = shutil.which("xdg-open") or shutil.which("open")
    if opener is None or (
        opener.endswith("xdg-open") and not os.environ.get("DISPLAY", os.environ.get("WAYLAND_DISPLAY"))
    ):
        raise Refused(f"nothing here can open it; {instead}")
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([opener, target], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)  # noqa: S603 - no shell, one argument
    # Nobody else waits for it, and it may be the browser itself: it stays no zombie, and never keeps us.
    threading.Thread(target=process.wait, name="opener", daemon=True).start()


@handles("attachment.save")
async def save(page: InboxPage, call: Call) -> None:
    """A file by its number, or all, to a folder; nothing is overwritten."""
    files = files_of(page, await read_at_hand(page))
    if not files:
        raise Refused("this message has no files")
    wanted = call.args.strip().lower() or (_ALL if len(files) == 1 else "")
    if not wanted:
        choices = [Choice(str(n), file.name, size(file.size), key=_key(n)) for n, file in enumerate(files, 1)]
        everything = Choice(_ALL, f"all {len(files)} files", size(sum(file.size for file in files)), key="w")
        wanted = await page.choose("Save", [*choices, everything])
    if not wanted:
        return
    if wanted != _ALL and (not wanted.isdecimal() or not 1 <= int(wanted) <= len(files)):
        raise Refused(f"there is no file {wanted}")
    chosen = files if wanted == _ALL else [files[int(wanted) - 1]]
    await (_save_one(page, chosen[0]) if len(chosen) == 1 else _save_all(page, chosen))


async def _save_one(page: InboxPage, file: AttachmentRow) -> None:
    start = str(paths.downloads() / safe_name(file.name))
    value, _ = await page.ask(Question("Save as", paths.folders, text=start, complete=True))
    if value:
        source = await stored(page.session, file)
        page.say(f"Saved {await asyncio.to_thread(paths.copied, source, value, safe_name(file.name))}")


async def _save_all(page: InboxPage, files: list[AttachmentRow]) -> None:
    question = Question(f"Save {len(files)} files in", paths.folders, text=f"{paths.downloads()}/", complete=True)
    value, _ = await page.ask(question)
    if not value:
        return
    folder, failed = f"{value}/", ""
    for number, file in enumerate(files, 1):
        page.say(f"Saving {number} of {len(files)}: {file.name}", "muted")
        try:
            source = await stored(page.session, file)
        except Refused as refusal:
            failed = str(refusal)
            continue
        await asyncio.to_thread(paths.copied, source, folder, safe_name(file.name))
    if failed:
        raise Refused(f"not all were saved in {value}: {failed}")
    page.say(f"Saved {several(len(files), 'file')} in {value}")


@handles("message.browser")
async def browser(page: InboxPage, call: Call) -> None:
    """A copy of the HTML that fetches nothing; it is removed after an hour."""
    message = await at_hand(page)
    page.say("Making a safe copy", "muted")
    path = await page.session.order({"do": "page", "message": message.id})
    _start(path, f"for an hour the page is at {path}")
    page.say("Opening a copy without scripts and without anything from the network")
