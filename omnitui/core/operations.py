"""What a person, a rule or the team does: operations, gathered into steps that are undone as one.

A target is a key that every replica computes alike: a conversation's key, a message's Message-ID, `email:address` of
an identity, a saved reply's name. A payload is JSON and says all that applying it again needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from omnitui.core.dataclass import dataclass


class OpKind(StrEnum):
    """What an operation changes, with its payload. Each kind's inverse is the same kind, or the one beside it."""

    STATE = "state"
    """A conversation: `state`, `until` (snoozed until then, null until they reply), `folder`
    (archive, junk, inbox: where its mail shall be on the server)."""
    PRIORITY = "priority"
    """A conversation: `priority`, -1 to 2."""
    ASSIGN = "assign"
    """A conversation: `assignee`, empty for nobody."""
    TAG = "tag"
    """A conversation: `add` and `remove`, lists of tags."""
    STAR = "star"
    """A conversation: `on`; `messages` are the Message-IDs to flag, left out for the customer's newest."""
    SEEN = "seen"
    """A conversation: `seen`; `messages` are the Message-IDs, left out for all (unseen: the customer's newest)."""
    NOTE = "note"
    """A conversation: `mid`, `text`, `author`, `at` of a new note."""
    NOTE_EDIT = "note-edit"
    """A note: its new `text`."""
    NOTE_DELETE = "note-delete"
    """A note goes."""
    MERGE = "merge"
    """A conversation becomes part of the one with the key `into`."""
    UNMERGE = "unmerge"
    """The inverse of a merge: what came from a conversation goes back to it."""
    SPLIT = "split"
    """A conversation: `messages` (Message-IDs) become one of their own with the key `key`."""
    UNSPLIT = "unsplit"
    """The inverse of a split: everything goes back `into` the conversation it came from."""
    BLOCK = "block"
    """An identity: `blocked`; what a blocked one sends is stored and hidden."""
    CONTACT = "contact"
    """An identity's contact: `name`, `organisation` or `notes`."""
    IDENTITY = "identity"
    """An identity: `with`, the identity whose contact it belongs to; null makes it a contact of its own."""
    OTHER_PERSON = "other-person"
    """An identity: `than`, another identity; with `on` they are two people, and no longer suggested as one."""
    SEND = "send"
    """A conversation: `outgoing` (core/outgoing.py), `draft`, `not_before`, `saw_at`; an answer goes to the outbox."""
    UNSEND = "unsend"
    """A message of ours that no worker has yet: it leaves outbox and thread, its draft comes back."""
    FOLLOW_UP = "follow-up"
    """A conversation: `at`, when it opens again unless they reply; null ends that. `saw` is when the customer had
    written last: what comes later is a reply."""
    DRAFT = "draft"
    """A conversation, or nothing: the draft `id` goes (`row` null), or comes back as the `row` it was."""
    MESSAGE_EDIT = "message-edit"
    """A chat message of ours: its new `text`, at the other side too."""
    MESSAGE_DELETE = "message-delete"
    """A chat message of ours is taken back at the other side; `on` false: it is not, after all."""
    REACT = "react"
    """A chat message: `emoji`, and `on`, whether we put it there or take it away."""
    SAVED_REPLY = "saved-reply"
    """A saved reply by its name: `body` and `subject`; `body` null takes it away."""


class Source(StrEnum):
    """Who makes an operation."""

    AGENT = "agent"
    RULE = "rule"
    SYNC = "sync"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Operation:
    """One change to one target."""

    kind: OpKind
    target: str
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """Operations made at once and undone at once. `label` is for people: "Closed 3 conversations"."""

    label: str
    actor: str
    operations: tuple[Operation, ...]
    source: Source = Source.AGENT
    undoable: bool = True
    """False for what nobody meant to do: a conversation became read by being opened."""
