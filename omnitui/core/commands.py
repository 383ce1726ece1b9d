"""THE command table: keys, palette, `:` line, help, footer, remapping, docs and `omnitui keys` are all made from it.

A handler stands beside the code it runs, as `@handles("conversation.close")`; a test compares both ways.
"""

from __future__ import annotations

from enum import Flag, StrEnum, auto

from omnitui.core.dataclass import dataclass


class Context(Flag):
    """Where a command works: what has the focus."""

    LIST = auto()
    THREAD = auto()
    CONTACT = auto()
    COMPOSE = auto()
    OUTBOX = auto()
    SHEET = auto()
    """A full page of rows: drafts, sync errors."""
    SELECT = auto()
    """Text of the thread is selected by keys."""

    MAIL = LIST | THREAD
    DESK = LIST | THREAD | CONTACT
    PAGES = OUTBOX | SHEET
    READING = LIST | THREAD | CONTACT | OUTBOX | SHEET
    MOVING = READING | SELECT
    ANYWHERE = LIST | THREAD | CONTACT | COMPOSE | OUTBOX | SHEET | SELECT


class Args(StrEnum):
    """What a command takes on the `:` line, which decides how it is completed."""

    NONE = ""
    WHEN = "when"
    PERSON = "person"
    TAGS = "tags"
    STATE = "state"
    PRIORITY = "priority"
    QUERY = "query"
    VIEW = "view"
    NAME = "name"
    ORDER = "order"
    NUMBER = "number"
    PATH = "path"
    ADDRESSES = "addresses"
    THEME = "theme"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the program can be told to do.

    `short` is its word in the footer (empty: never there); `undoable`: `z` takes it back.
    """

    id: str
    title: str
    help: str
    keys: tuple[str, ...]
    context: Context
    group: str
    short: str = ""
    undoable: bool = False
    args: Args = Args.NONE

    @property
    def footer(self) -> bool:
        """Shown among the few keys of the status line."""
        return bool(self.short)


C = Context


def _move(id: str, title: str, help: str, keys: str, context: Context = C.READING, short: str = "") -> Command:
    return Command(id, title, help, tuple(keys.split(",")), context, "Move", short)


def _triage(
    id: str, title: str, help: str, key: str, short: str = "", undoable: bool = True, args: Args = Args.NONE
) -> Command:
    return Command(id, title, help, (key,) if key else (), C.MAIL, "Triage", short, undoable, args)


def _view(id: str, title: str, help: str, keys: str, context: Context = C.DESK, args: Args = Args.NONE) -> Command:
    return Command(id, title, help, tuple(keys.split(",")) if keys else (), context, "Views", "", False, args)


def _read(id: str, title: str, help: str, key: str, args: Args = Args.NONE) -> Command:
    return Command(id, title, help, (key,), C.DESK, "Read", "", False, args)


def _chat(id: str, title: str, help: str, key: str, args: Args = Args.NONE) -> Command:
    return Command(id, title, help, (key,), C.DESK, "Read", "", True, args)


def _contact(id: str, title: str, help: str, key: str, args: Args = Args.NONE) -> Command:
    undoable = args is not Args.NONE or id in ("contact.match", "contact.dismiss", "contact.separate", "contact.block")
    return Command(id, title, help, (key,), C.DESK | C.SHEET, "Contact", "", undoable, args)


def _bare(id: str, title: str, help: str, key: str) -> Command:
    return Command(id, title, help, (key,), C.DESK | C.SHEET, "Read")


def _select(id: str, title: str, help: str, keys: str, short: str = "") -> Command:
    return Command(id, title, help, tuple(keys.split(",")), C.SELECT, "Select", short)


def _outbox(id: str, title: str, help: str, key: str, short: str) -> Command:
    return Command(id, title, help, (key,), C.OUTBOX, "Outbox", short)


def _write(id: str, title: str, help: str, keys: str, context: Context, short: str = "") -> Command:
    return Command(id, title, help, tuple(keys.split(",")) if keys else (), context, "Write", short)


COMMANDS: tuple[Command, ...] = (
    _move("cursor.down", "Down", "One row or line down.", "j,down", C.MOVING),
    _move("cursor.up", "Up", "One row or line up.", "k,up", C.MOVING),
    _move("cursor.first", "First", "To the first row, or the oldest message.", "g g,home", C.MOVING),
    _move("cursor.last", "Last", "To the last row, or the newest message.", "G,end", C.MOVING),
    _move("cursor.half_down", "Half a page down", "Half a page down.", "ctrl+d", C.MOVING),
    _move("cursor.half_up", "Half a page up", "Half a page up.", "ctrl+u", C.MOVING),
    _move("cursor.page_down", "Page down", "A page down.", "pagedown", C.MOVING),
    _move("cursor.page_up", "Page up", "A page up.", "pageup", C.MOVING),
    _move("row.open", "Open", "Open what the cursor is on.", "enter,l,right", C.READING),
    _move("pane.back", "Back", "Leave this pane, search or page; marks go last.", "q,h,left,escape", C.READING),
    _move("pane.next", "Next pane", "Focus the next pane.", "tab", C.DESK),
    _move("pane.previous", "Previous pane", "Focus the pane before.", "shift+tab", C.DESK),
    _move("pane.zoom", "Zoom", "Give this pane the whole screen, and back.", "f", C.DESK),
    _move("pane.contact", "Contact panel", "Show or hide who the customer is.", "i", C.DESK),
    _move("conversation.next", "Next conversation", "Open the next conversation of the list.", "J", C.DESK),
    _move("conversation.previous", "Previous conversation", "Open the conversation before.", "K", C.DESK),
    _move("read.on", "Read on", "Scroll the thread; at its end open the next who waits.", "space", C.DESK),
    _move(
        "waiting.next", "Next waiting", "Go to the next conversation that waits for us.", "g n", C.DESK, "next waiting"
    ),
    _triage("conversation.close", "Close", "Done: the conversation leaves the list.", "e", "done"),
    _triage("conversation.reopen", "Reopen", "Open it again.", "E"),
    _triage("conversation.snooze", "Snooze", "Away until a time, or until they reply.", "s", "snooze", args=Args.WHEN),
    _triage(
        "conversation.follow_up",
        "Follow up",
        "Open it again at a time unless they reply; again ends it.",
        "W",
        args=Args.WHEN,
    ),
    _triage("conversation.assign", "Assign", "Give it to somebody; `a a` takes it yourself.", "a", args=Args.PERSON),
    _triage("conversation.tag", "Tags", "Add and take away tags: +refund -bug.", "t", args=Args.TAGS),
    _triage("conversation.state", "State", "Open, pending, closed or spam.", "S", args=Args.STATE),
    _triage("conversation.priority", "Priority", "Low, normal, high or urgent.", "p", args=Args.PRIORITY),
    _triage("conversation.spam", "Spam", "Mark as spam; moves to the junk folder.", "!"),
    _triage("conversation.star", "Star", "Star it, or take the star away.", "b"),
    _triage("conversation.unread", "Read or unread", "Mark as read, or as unread again.", "u"),
    _triage("conversation.merge", "Merge", "Merge the marked conversations into the one at the cursor.", "M"),
    _triage(
        "conversation.split", "Split", "Split the thread: this message and all after it become a conversation.", "g b"
    ),
    _triage(
        "mark.toggle", "Mark this", "Mark this conversation; commands then act on all marked.", "x", undoable=False
    ),
    _triage("mark.range", "Mark range", "Mark from the last mark to here.", "X", undoable=False),
    _triage("mark", "Mark by query", "Mark all that a query finds.", "g x", undoable=False, args=Args.QUERY),
    _triage("mark.all", "Mark all", "Mark all of this view, or none.", "*", undoable=False),
    Command("undo", "Undo", "Take the last change back.", ("z",), C.READING, "Triage", "undo"),
    Command("redo", "Redo", "Do again what was taken back.", ("Z",), C.READING, "Triage"),
    _write("reply.all", "Reply", "Answer everybody in the thread.", "r", C.DESK, "reply"),
    _write("reply.sender", "Reply to sender", "Answer only who wrote.", "R", C.DESK),
    Command(
        "reply.through",
        "Reply through",
        "Answer by another channel or address of the same person.",
        ("A", "f3"),
        C.DESK | C.COMPOSE,
        "Write",
    ),
    _write("forward", "Forward", "Pass the message on.", "F", C.DESK),
    _write("note.write", "Note", "Write a note that only the team sees.", "n", C.DESK),
    _write("compose.new", "New mail", "Write a new mail.", "c", C.DESK),
    _write(
        "compose.send", "Send", "Send what you wrote (a note is saved).", "ctrl+j,ctrl+enter,ctrl+s", C.COMPOSE, "send"
    ),
    _write("compose.newline", "New line", "A new line, where Enter sends.", "f6,shift+enter", C.COMPOSE),
    _write("compose.template", "Template", "Answer by an approved template of the channel.", "f7", C.COMPOSE),
    _write("compose.close", "Put away", "Keep the draft and go back.", "escape,ctrl+g", C.COMPOSE, "keep draft"),
    _write("compose.editor", "Editor", "Write in $VISUAL or $EDITOR.", "ctrl+e", C.COMPOSE, "editor"),
    _write("compose.people", "To, Cc, Bcc, subject", "Change who gets it and the subject.", "ctrl+t", C.COMPOSE, "to"),
    Command("compose.attach", "Attach", "Attach a file.", ("ctrl+o",), C.COMPOSE, "Write", "attach", args=Args.PATH),
    _write("compose.detach", "Take a file off", "Take an attached file off again.", "f9", C.COMPOSE),
    Command("compose.later", "Send later", "Send at a time.", ("ctrl+l",), C.COMPOSE, "Write", args=Args.WHEN),
    Command(
        "compose.follow_up",
        "Send and follow up",
        "Send, and open the conversation again unless they reply.",
        ("ctrl+n",),
        C.COMPOSE,
        "Write",
        args=Args.WHEN,
    ),
    Command(
        "compose.unless_reply",
        "Send unless they reply",
        "Send at a time, but only if they have not replied by then.",
        ("f5",),
        C.COMPOSE,
        "Write",
        args=Args.WHEN,
    ),
    _write("compose.saved", "Saved reply", "Put one in; so does `/` on an empty line.", "ctrl+r", C.COMPOSE, "saved"),
    _write("compose.from", "From", "Send from another of our addresses.", "ctrl+f", C.COMPOSE),
    _write(
        "compose.quote",
        "Quote",
        "Quote the message, or not; in a chat: which one it answers.",
        "f4",
        C.COMPOSE,
    ),
    _write("compose.discard", "Throw the draft away", "Delete this draft; undo brings it back.", "f8", C.COMPOSE),
    _read("fold.toggle", "Quotes", "Show or fold quotes, signatures, logs, and what was edited or deleted.", "v"),
    _read("message.original", "Original", "Show the mail as it came, byte for byte.", "V"),
    _read("attachment.open", "Open file or link", "Open an attachment or a link.", "o", Args.NUMBER),
    _read("attachment.save", "Save file", "Save an attachment.", "w", Args.NUMBER),
    _read("picture.look", "Look at picture", "See the pictures of the conversation here.", "I", Args.NUMBER),
    _read("message.browser", "In the browser", "A safe copy of the HTML, made for the browser.", "g h"),
    _read("text.copy", "Copy", "Copy what is selected, or message, address, number or link.", "y"),
    _read("message.older", "Older messages", "Ask a chat's channel for what was said before its first message.", "g H"),
    _chat("message.react", "React", "Put an emoji to a chat message, or take it off.", "+", Args.WORDS),
    _chat("message.edit", "Edit message", "Change a chat message of ours.", "g T", Args.WORDS),
    _chat("message.delete", "Take message back", "Delete a chat message of ours at the other side.", "g z"),
    _bare("message.bare", "Bare view", "The message alone, for the terminal's own selection.", "ctrl+l"),
    _read("select.begin", "Select text", "Select text of the thread by keys.", "Y"),
    _select("select.mark", "Select from here", "Begin the selection here, or take it back.", "space", "from here"),
    _select("select.copy", "Copy selection", "Copy what is selected, or this line.", "y,enter", "copy"),
    _select("select.leave", "Stop selecting", "Go on reading.", "q,escape", "leave"),
    _select("select.left", "Left", "One character to the left.", "h,left"),
    _select("select.right", "Right", "One character to the right.", "l,right"),
    _select("select.word", "Next word", "To the next word.", "w"),
    _select("select.word_back", "Word before", "To the word before.", "b"),
    _select("select.line_start", "Line start", "To the start of the line.", "H"),
    _select("select.line_end", "Line end", "To the end of the line.", "L"),
    Command(
        "conversation.why",
        "Why",
        "Why it is here, why these mails, who changed what, why it is held.",
        ("g w",),
        C.DESK | C.OUTBOX,
        "Read",
        args=Args.WORDS,
    ),
    Command(
        "search", "Search", "Filter the list while you type; Esc restores it.", ("/",), C.DESK, "Views", args=Args.QUERY
    ),
    Command("find", "Find in thread", "Seek words in the open thread.", ("ctrl+f",), C.DESK, "Read", args=Args.QUERY),
    _read("find.next", "Next hit", "The next place that says what is sought.", "N"),
    _read("find.previous", "Hit before", "The place before that says what is sought.", "P"),
    _view("view.waiting", "Inbox: waiting", "Who waits for an answer, longest first.", "g i"),
    _view("view.mine", "Mine", "Open and assigned to you.", "g m"),
    _view("view.unassigned", "Unassigned", "Open and nobody's.", "g u"),
    _view("view.snoozed", "Snoozed", "Asleep.", "g s"),
    _view("view.all", "All", "Every conversation.", "g a"),
    *(_view(f"view.{n}", f"View {n}", f"Go to view number {n} of the top line.", str(n), C.MAIL) for n in range(1, 10)),
    _contact("contact.timeline", "Timeline", "All that was ever written with this person, as one thread.", "C t"),
    _contact("contact.name", "Name", "Change the name of this person.", "C e", Args.WORDS),
    _contact("contact.firm", "Firm", "Change the organisation of this person.", "C f", Args.WORDS),
    _contact("contact.notes", "Contact notes", "Write down what to know of this person.", "C n", Args.WORDS),
    _contact("contact.merge", "Same person", "Say that this person and another are the same one.", "C m", Args.WORDS),
    _contact("contact.match", "Possible matches", "Link a contact that may be the same person.", "C l"),
    _contact("contact.dismiss", "Not the same person", "Suggest somebody no more as the same person.", "C d"),
    _contact("contact.separate", "Not this person", "One of the addresses belongs to somebody else.", "C s"),
    _contact("contact.block", "Block", "Hide what an address sends, or show it again.", "C b"),
    *(
        Command(
            f"contact.{n}", f"Conversation {n}", f"Open their conversation number {n}.", (str(n),), C.CONTACT, "Contact"
        )
        for n in range(1, 10)
    ),
    _view("view.open", "View by name", "Go to a view of the top line by its name.", "g v", args=Args.VIEW),
    _view("view.next", "Next view", "The next view of the top line.", ">"),
    _view("view.previous", "Previous view", "The view before.", "<"),
    _view(
        "view.save", "Save view", "Keep this search under a name, with a count and a digit key.", "g k", args=Args.NAME
    ),
    _view("view.rename", "Rename view", "Give a saved view another name.", "g N", args=Args.NAME),
    _view("view.place", "Place view", "Which saved view comes first, second and so on.", "g P", args=Args.NUMBER),
    _view("view.delete", "Delete view", "Forget a saved view; its conversations stay.", "g D", args=Args.VIEW),
    _view("view.sort", "Sort", "Order the list: waiting, newest or oldest.", "g t", args=Args.ORDER),
    _view("view.compact", "Compact rows", "One line a row, or two.", "g l"),
    _view("page.outbox", "Outbox", "What is to be sent and how it fares.", "g o", C.READING),
    _view("page.contacts", "Contacts", "Everybody who ever wrote; a word finds them.", "g c", C.READING, Args.WORDS),
    Command("contacts.find", "Find a contact", "By name, firm, address or notes.", ("/",), C.SHEET, "Contact"),
    _view("page.drafts", "Drafts", "What you have not sent yet.", "g d", C.READING),
    _view("page.replies", "Saved replies", "Texts to answer with, with what is filled in.", "g p", C.READING),
    _view("page.errors", "Sync", "Accounts, progress and errors of the sync.", "g e", C.READING),
    _outbox("outbox.retry", "Try again now", "Send it now, or answer that it may go.", "r", "retry"),
    _outbox("outbox.edit", "Edit", "Take it back into a draft and write on.", "e", "edit"),
    _outbox("outbox.cancel", "Cancel", "Do not send it; the text stays as a draft.", "x", "cancel"),
    _outbox("outbox.sent", "It was sent", "You know that it arrived: mark it as sent.", "s", "was sent"),
    _outbox("outbox.again", "Send again", "You know that it did not arrive: send once more.", "a", "again"),
    _write("draft.delete", "Throw away", "Throw this draft or saved reply away; undo brings it back.", "x", C.SHEET),
    Command("reply.new", "New saved reply", "Write a saved reply.", ("n",), C.SHEET, "Write", args=Args.NAME),
    Command("palette", "Palette", "Find a command, view, person or conversation.", ("ctrl+p",), C.ANYWHERE, "Program"),
    Command("line", "Command line", "Type a command with its arguments.", (":", "f2"), C.ANYWHERE, "Program"),
    Command("help", "Help", "Everything that works here.", ("?", "f1"), C.ANYWHERE, "Program", "help"),
    Command("sync.now", "Sync now", "Ask the worker to look at once.", ("g r",), C.READING, "Program"),
    Command("account.add", "Set up an account", "Leave for the set-up, and come back.", ("g A",), C.READING, "Program"),
    Command("theme", "Theme", "Choose the colours.", ("g y",), C.READING, "Program", args=Args.THEME),
    Command("quit", "Quit", "Leave; drafts are kept, and sending goes on.", ("Q", "ctrl+q"), C.ANYWHERE, "Program"),
)
"""Every command, in the order of help."""


def by_id(id: str) -> Command | None:
    """The command of that name."""
    return next((command for command in COMMANDS if command.id == id), None)


def matching(word: str) -> list[Command]:
    """Commands that `word` may stand for on the `:` line.

    An exact id wins, then an exact last part of an id or title; otherwise every one of which a part begins with it.
    """
    word = word.lower()
    if (named := by_id(word)) is not None:
        return [named]
    exact = [c for c in COMMANDS if word in _names(c)]
    return exact or [c for c in COMMANDS if any(part.startswith(word) for part in _names(c))]


def _names(command: Command) -> tuple[str, str, str]:
    return command.id, command.id.rpartition(".")[2], command.title.lower()
