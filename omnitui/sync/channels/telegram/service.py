"""Service messages: what happened in a chat, in words (the service fields of object `Message`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from omnitui.sync.channels.telegram.reading import full_name, items, number, record, words

Given = Mapping[str, Any]


def service_words(message: Given) -> str:
    """What a service message says; empty where it is none that is known."""
    for field, say in _SAYS.items():
        if message.get(field):
            return say(message[field]) if callable(say) else say
    return ""


def _names(value: Any) -> str:
    return ", ".join(full_name(record(one)) or "somebody" for one in items(value)) or "Somebody"


def _titled(before: str, inner: str) -> Callable[[Any], str]:
    return lambda value: f"{before} {words(record(value).get(inner))}".strip()


def _paid(what: str) -> Callable[[Any], str]:
    """An amount stands in the smallest unit of its currency; how many digits that is, no field tells."""

    def say(value: Any) -> str:
        given = record(value)
        return f"{what}: {number(given.get('total_amount'))} (smallest units) {words(given.get('currency'))}".strip()

    return say


_SAYS: dict[str, str | Callable[[Any], str]] = {
    "new_chat_members": lambda value: f"{_names(value)} joined",
    "left_chat_member": lambda value: f"{full_name(record(value)) or 'Somebody'} left",
    "new_chat_title": lambda value: f"The chat is now called {words(value)}",
    "new_chat_photo": "The picture of the chat was changed",
    "delete_chat_photo": "The picture of the chat was removed",
    "group_chat_created": "The group was made",
    "supergroup_chat_created": "The group was made",
    "channel_chat_created": "The channel was made",
    "message_auto_delete_timer_changed": "How long messages are kept here was changed",
    "migrate_to_chat_id": "The group became a supergroup; it goes on in a conversation of its own",
    "migrate_from_chat_id": "The group became a supergroup",
    "pinned_message": "A message was pinned",
    "successful_payment": _paid("Paid"),
    "refunded_payment": _paid("Paid back"),
    "users_shared": "Contacts were shared",
    "chat_shared": "A chat was shared",
    "gift": "A gift",
    "unique_gift": "A gift",
    "gift_upgrade_sent": "A gift was upgraded",
    "connected_website": lambda value: f"Signed in at {words(value)} with Telegram",
    "write_access_allowed": "The customer allowed the bot to write",
    "proximity_alert_triggered": "Somebody came near",
    "boost_added": "The chat was boosted",
    "chat_background_set": "The background of the chat was changed",
    "checklist_tasks_done": "Tasks of a checklist were marked",
    "checklist_tasks_added": "Tasks were added to a checklist",
    "forum_topic_created": _titled("The topic was made:", "name"),
    "forum_topic_edited": _titled("The topic was changed", "name"),
    "forum_topic_closed": "The topic was closed",
    "forum_topic_reopened": "The topic was opened again",
    "general_forum_topic_hidden": "The general topic was hidden",
    "general_forum_topic_unhidden": "The general topic is shown again",
    "giveaway_created": "A giveaway was planned",
    "giveaway_winners": "A giveaway has its winners",
    "giveaway_completed": "A giveaway has ended",
    "poll_option_added": "An answer was added to a poll",
    "poll_option_deleted": "An answer was taken from a poll",
    "video_chat_scheduled": "A video chat was planned",
    "video_chat_started": "A video chat began",
    "video_chat_ended": lambda value: f"A video chat ended after {max(0, number(record(value).get('duration')))} s",
    "video_chat_participants_invited": "People were invited to a video chat",
    "chat_owner_left": "The owner left the chat",
    "chat_owner_changed": "The chat has another owner",
    "managed_bot_created": "A bot was made",
    "direct_message_price_changed": "The price of direct messages was changed",
    "paid_message_price_changed": "The price of messages was changed",
    "suggested_post_approved": "A suggested post was approved",
    "suggested_post_approval_failed": "A suggested post could not be approved",
    "suggested_post_declined": "A suggested post was declined",
    "suggested_post_paid": "A suggested post was paid",
    "suggested_post_refunded": "A suggested post was paid back",
}
