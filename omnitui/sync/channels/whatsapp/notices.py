"""What WhatsApp itself says, beside messages: calls, who wants no more marketing, and how the account stands. Pure.

developers.facebook.com, "Webhooks reference": calls, user_preferences, account_update, account_alerts,
message_template_status_update, phone_number_quality_update, phone_number_name_update.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from omnitui.core.channel_events import ConversationEvent, Direction, MessageEvent
from omnitui.core.channels import Capabilities, to_json
from omnitui.core.times import Instant
from omnitui.sync.channels.whatsapp.contents import items, record, words
from omnitui.sync.channels.whatsapp.errors import explain
from omnitui.sync.channels.whatsapp.people import NOBODY, Known

ACCOUNT = "whatsapp-account"
"""The conversation in which Meta's notices about the account stand."""
TITLE = "WhatsApp: notices about your account"


def call_of(call: dict[str, Any], known: Known, at: Instant) -> MessageEvent | None:
    """The line of a call, once it is over; None before that."""
    if words(call.get("event")) != "terminate":
        return None
    outbound = words(call.get("direction")) == "BUSINESS_INITIATED"
    side = "to" if outbound else "from"
    number, user = words(call.get(side)), words(call.get(f"{side}_user_id"))
    seconds = call.get("duration")
    whom = "Call to the customer" if outbound else "Call from the customer"
    talked = isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0
    return MessageEvent(
        conversation=number or user or NOBODY,
        remote_id=f"call:{words(call.get('id')) or at}",
        at=at,
        direction=Direction.SYSTEM,
        text=f"{whom}, {seconds} seconds" if talked else f"{whom} was not answered",
        people=(known.person(number, user),),
        kind="call",
    )


def preference_of(told: dict[str, Any], known: Known, at: Instant) -> MessageEvent:
    """The customer wants no more marketing messages, or wants them again."""
    number, user, value = words(told.get("wa_id")), words(told.get("user_id")), words(told.get("value"))
    said = {"stop": "has stopped marketing messages from you", "resume": "takes marketing messages from you again"}
    return MessageEvent(
        conversation=number or user or NOBODY,
        remote_id=f"preference:{number or user}:{at}:{value}",
        at=at,
        direction=Direction.SYSTEM,
        text=f"The customer {said.get(value) or 'has changed what they want to get: ' + words(told.get('detail'))}",
        people=(known.person(number, user),),
    )


def account_notices(
    field: str, value: dict[str, Any], at: Instant, mark: str
) -> Iterator[MessageEvent | ConversationEvent]:
    """How account, number or templates stand at Meta, where that has changed; errors that are about no message."""
    told = [_FIELDS[field](value)] if field in _FIELDS else []
    told += [explain(error) for error in items(value.get("errors"))]
    if any(told):
        barred = "These are notices of Meta's; nobody reads answers to them"
        yield ConversationEvent(
            conversation=ACCOUNT, at=at, title=TITLE, barred=barred, capabilities=to_json(Capabilities())
        )
    for index, text in enumerate(filter(None, told)):
        yield MessageEvent(
            conversation=ACCOUNT,
            remote_id=f"{mark}:notice:{index}",
            at=at,
            direction=Direction.SYSTEM,
            text=text,
            title=TITLE,
        )


def _template(value: dict[str, Any]) -> str:
    name, language = words(value.get("message_template_name")), words(value.get("message_template_language"))
    event, why = words(value.get("event")).lower().replace("_", " "), words(value.get("reason"))
    because = f" ({why.lower().replace('_', ' ')})" if why and why != "NONE" else ""
    return f"The template {name or '?'} ({language or '?'}) is now: {event or 'changed'}{because}"


def _account(value: dict[str, Any]) -> str:
    event = words(value.get("event")).lower().replace("_", " ")
    ban, violation = record(value.get("ban_info")), record(value.get("violation_info"))
    limits = [words(record(one).get("restriction_type")) for one in items(value.get("restriction_info"))]
    more = [words(ban.get("waba_ban_state")), words(violation.get("violation_type")), *limits]
    because = ", ".join(one.lower().replace("_", " ") for one in more if one)
    return f"Meta says of the WhatsApp account: {event or 'something changed'}{f' ({because})' if because else ''}"


def _alert(value: dict[str, Any]) -> str:
    severity, what = words(value.get("alert_severity")).lower(), words(value.get("alert_description"))
    kind = words(value.get("alert_type")).lower().replace("_", " ")
    return (
        f"Meta warns of the account{f' ({severity})' if severity else ''}: {what or kind or 'it does not say of what'}"
    )


def _quality(value: dict[str, Any]) -> str:
    limit = words(value.get("current_limit")).lower().replace("_", " ")
    event = words(value.get("event")).lower().replace("_", " ")
    now = f"; customers a day that you may begin with: {limit.removeprefix('tier ')}" if limit else ""
    return f"The number's standing at Meta: {event or 'changed'}{now}"


def _name(value: dict[str, Any]) -> str:
    decision, name = words(value.get("decision")).lower(), words(value.get("requested_verified_name"))
    return f"The number's display name {name} is {decision or 'looked at'} by Meta"


_FIELDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "message_template_status_update": _template,
    "account_update": _account,
    "account_alerts": _alert,
    "phone_number_quality_update": _quality,
    "phone_number_name_update": _name,
}
