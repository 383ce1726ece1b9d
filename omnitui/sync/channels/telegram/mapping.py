"""Updates of the Bot API as events. Pure; whatever a field holds, nothing raises and no message is left out.

`Bot` is what a mapping has to know besides the update: who we are, who of a group is ours, whose a business connection
is, and what time it is (for what carries none).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from omnitui.core.channel_events import (
    ConversationEvent,
    DeletedEvent,
    Direction,
    EditedEvent,
    Event,
    IdentityEvent,
    MessageEvent,
    Person,
    ReactionEvent,
)
from omnitui.core.times import Instant
from omnitui.sync.channels.telegram.content import Content, content_of
from omnitui.sync.channels.telegram.reading import (
    chat_person,
    full_name,
    items,
    number,
    phone,
    record,
    seconds,
    user,
    words,
)
from omnitui.sync.channels.telegram.routes import Route
from omnitui.sync.channels.telegram.service import service_words

Given = Mapping[str, Any]

WANTED = (
    "message",
    "edited_message",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "my_chat_member",
)
"""`allowed_updates`, always said: without it Telegram leaves out reactions, and keeps what somebody said before us."""


@dataclass(frozen=True, slots=True)
class Bot:
    """What is known beside the update."""

    id: int
    now: Instant
    team: frozenset[str] = frozenset()
    """Ids, and @names in small letters, of colleagues."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """User ids of business accounts by connection id."""


def events_of(update: Any, bot: Bot) -> tuple[Event, ...]:
    """What an update says; nothing for kinds that we do not ask for."""
    given = record(update)
    serial = number(given.get("update_id"))
    for kind, read in _READS.items():
        if isinstance(given.get(kind), dict):
            return read(given[kind], serial, bot)
    return ()


def connection_ids(updates: list[Any]) -> list[str]:
    """The business connections that these updates name, each once."""
    found = (
        words(record(content).get("business_connection_id"))
        for update in updates
        for content in record(update).values()
    )
    return list(dict.fromkeys(filter(None, found)))


def route_in(given: Given, bot: Bot) -> Route:
    """Where a message, or what is about one, belongs."""
    chat = record(given.get("chat"))
    connection = words(given.get("business_connection_id"))
    if connection:
        kept = "".join(c for c in connection if c.isascii() and (c.isalnum() or c in "-_")) or "-"
        return Route(number(chat.get("id")), "", bot.owners.get(connection) or f"={kept}")
    # A reply chain of an ordinary group has a thread id as well: only a topic is a conversation.
    topic = max(0, number(given.get("message_thread_id"))) if given.get("is_topic_message") is True else 0
    direct = max(0, number(record(given.get("direct_messages_topic")).get("topic_id")))
    return Route(number(chat.get("id")), f"d{direct}" if direct else str(topic or ""))


def _message(given: Given, serial: int, bot: Bot) -> tuple[Event, ...]:
    route = route_in(given, bot)
    author, direction = _author(given, route, bot)
    content, notices = content_of(given), _notices(given)
    if content is None:
        said = service_words(given)
        direction = Direction.SYSTEM if said else direction
        content = Content(said, kind="service") if said else _unknown(given)
    message = MessageEvent(
        conversation=route.conversation,
        remote_id=_id(given, route, serial),
        at=seconds(given.get("date"), bot.now),
        direction=direction,
        author=author,
        text=content.text,
        files=content.files,
        reply_to=_reply_to(given, route),
        title=_title(given),
        people=_others(given, author),
        kind=content.kind,
        notices=(*content.notices, *notices),
        edited_at=seconds(given["edit_date"], bot.now) if given.get("edit_date") else None,
    )
    return (message, *_beside(given, route, author, message.at))


def _beside(given: Given, route: Route, author: Person | None, at: Instant) -> tuple[Event, ...]:
    """What else a message tells: the phone of its writer, another name of the group or topic, a group's new id."""
    found: list[Event] = []
    contact = record(given.get("contact"))
    shared = phone(contact.get("phone_number"))
    # Only their own card is who they are; anybody can share another's.
    if author is not None and shared and str(number(contact.get("user_id"))) == author.address:
        found.append(IdentityEvent(person=Person(author.address, author.name, author.handle, phone=shared)))
    renamed = words(given.get("new_chat_title")) or words(record(given.get("forum_topic_edited")).get("name"))
    if renamed:
        group = words(record(given.get("chat")).get("title")) if given.get("forum_topic_edited") else ""
        title = " / ".join(filter(None, (group, renamed)))
        found.append(ConversationEvent(conversation=route.conversation, at=at, title=title))
    moved = number(given.get("migrate_to_chat_id"))
    if moved:
        found.append(ConversationEvent(conversation=route.conversation, at=at, merged_into=Route(moved).conversation))
    return tuple(found)


def _edited(given: Given, serial: int, bot: Bot) -> tuple[Event, ...]:
    """The edit, and then the message as it is now, for the case that it was never seen before (after a gap)."""
    whole = _message(given, serial, bot)
    message = whole[0]
    assert isinstance(message, MessageEvent)  # noqa: S101 - the first of them always is
    at = seconds(given.get("edit_date"), bot.now)
    edit = EditedEvent(
        conversation=message.conversation, remote_id=message.remote_id, at=at, text=message.text, files=message.files
    )
    return (edit, *whole)


def _deleted(given: Given, serial: int, bot: Bot) -> tuple[Event, ...]:
    route = route_in(given, bot)
    return tuple(
        DeletedEvent(conversation=route.conversation, remote_id=route.message(number(one)), at=bot.now)
        for one in items(given.get("message_ids"))
        if number(one) > 0
    )


def _reaction(given: Given, serial: int, bot: Bot) -> tuple[Event, ...]:
    """All reactions of one person to a message. The update names no topic: the message's own id finds it."""
    route = route_in(given, bot)
    person = user(given.get("user")) or chat_person(given.get("actor_chat")) or Person(str(route.chat))
    emoji = tuple(filter(None, (_emoji(record(one)) for one in items(given.get("new_reaction")))))
    return (
        ReactionEvent(
            conversation=route.conversation,
            remote_id=_id(given, route, serial),
            at=seconds(given.get("date"), bot.now),
            person=person,
            emoji=emoji,
            whole=True,
            ours=person.address == str(bot.id),
        ),
    )


def _emoji(given: Given) -> str:
    if given.get("type") == "custom_emoji":
        return "▫"
    return "⭐" if given.get("type") == "paid" else words(given.get("emoji"))


def _member(given: Given, serial: int, bot: Bot) -> tuple[Event, ...]:
    """What became of the bot in a chat: blocked, removed, silenced, or let in."""
    chat, now = record(given.get("chat")), record(given.get("new_chat_member"))
    private, status = chat.get("type") == "private", now.get("status")
    barred = ""
    if status in ("kicked", "left"):
        barred = "The customer has blocked the bot" if private else "The bot is no member of the group any more"
    elif status == "restricted" and now.get("can_send_messages") is False:
        barred = "The group does not let the bot write"
    conversation = Route(number(chat.get("id"))).conversation
    return (ConversationEvent(conversation=conversation, at=seconds(given.get("date"), bot.now), barred=barred),)


def _connection(given: Given, serial: int, bot: Bot) -> tuple[Event, ...]:
    owner = user(given.get("user"))
    return (IdentityEvent(person=owner, ours=True),) if owner is not None else ()


def _id(given: Given, route: Route, serial: int) -> str:
    """A message without a number of its own is kept under that of its update."""
    own = number(given.get("message_id"))
    return route.message(own if own > 0 else f"u{serial}")


def _author(given: Given, route: Route, bot: Bot) -> tuple[Person | None, Direction]:
    """Who wrote it, and whether that is one of ours."""
    sender, behind = user(given.get("from")), chat_person(given.get("sender_chat"))
    author = behind or sender
    if route.owner:
        # A private chat has the id of the customer: who else writes there is the owner, or something for them.
        if sender is not None and number(record(given.get("from")).get("id")) == route.chat:
            return sender, Direction.IN
        robot = number(record(given.get("sender_business_bot")).get("id"))
        by_itself = given.get("is_from_offline") is True or robot not in (0, bot.id)
        return sender, Direction.AUTO if by_itself else Direction.OUT
    if sender is not None and sender.address == str(bot.id):
        return sender, Direction.OUT
    # An anonymous administrator writes as the group; a channel posts into its discussion group by itself.
    if behind is not None and behind.address == str(route.chat):
        return behind, Direction.OUT
    if given.get("is_automatic_forward") is True:
        return behind, Direction.AUTO
    if author is not None and route.chat < 0 and {author.address, author.handle.lower()} & bot.team:
        return author, Direction.OUT
    return author, Direction.IN


def _reply_to(given: Given, route: Route) -> str:
    replied = number(record(given.get("reply_to_message")).get("message_id"))
    # What stands in a topic without being an answer names the topic's first message.
    if replied <= 0 or str(replied) == route.topic:
        return ""
    return route.message(replied)


def _others(given: Given, author: Person | None) -> tuple[Person, ...]:
    """Whom a private chat is with, where somebody else of it writes."""
    chat = record(given.get("chat"))
    other = chat_person(chat) if chat.get("type") == "private" else None
    return (other,) if other is not None and (author is None or other.address != author.address) else ()


def _title(given: Given) -> str:
    """Of groups; with the topic where the message tells it. A private chat is called like its person."""
    title = words(record(given.get("chat")).get("title"))
    replied = record(given.get("reply_to_message"))
    topic = words(record(replied.get("forum_topic_created") or given.get("forum_topic_created")).get("name"))
    return " / ".join(filter(None, (title, topic if given.get("is_topic_message") is True else "")))


def _notices(given: Given) -> tuple[str, ...]:
    found = []
    origin = record(given.get("forward_origin"))
    if origin:
        person = user(origin.get("sender_user")) or chat_person(origin.get("sender_chat") or origin.get("chat"))
        name = (person.name if person else "") or words(origin.get("sender_user_name")) or "somebody"
        found.append(f"forwarded from {name}")
    quote = words(record(given.get("quote")).get("text"))
    if quote:
        found.append(f"answers to the words: {quote[:200]}")
    if record(given.get("external_reply")):
        found.append("answers a message of another chat")
    if record(given.get("reply_to_story")):
        found.append("answers a story")
    bot = full_name(record(given.get("via_bot")))
    if bot:
        found.append(f"written with the bot {bot}")
    return tuple(found)


_HEAD = frozenset(
    (
        *("message_id", "from", "sender_chat", "date", "chat", "business_connection_id", "edit_date"),
        *("message_thread_id", "is_topic_message"),
    )
)


def _unknown(given: Given) -> Content:
    """Something that Telegram has and this version does not know: it is shown that it is there."""
    fields = ", ".join(sorted(str(name)[:40] for name in given if name not in _HEAD)[:5])
    shown = f"[A message that cannot be shown here; open it in Telegram{f' ({fields})' if fields else ''}]"
    return Content(shown, notices=("of a kind that omnitui does not know",))


_READS: dict[str, Callable[[Given, int, Bot], tuple[Event, ...]]] = {
    "message": _message,
    "edited_message": _edited,
    "business_message": _message,
    "edited_business_message": _edited,
    "deleted_business_messages": _deleted,
    "message_reaction": _reaction,
    "my_chat_member": _member,
    "business_connection": _connection,
}
