"""Our messages: handing them over once, looking for one whose fate is unknown, and changing them.

A text carries its key as metadata (https://docs.slack.dev/messaging/message-metadata); files do not, and are found by
the ids that Slack gave them before they were put in place.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from omnitui.core.errors import Offline, OmnituiError, ProtocolError, Refused
from omnitui.core.times import HOUR, SECOND, Instant
from omnitui.sync.channels.contract import Lookup, Outbound, OutboundFile, Receipt
from omnitui.sync.channels.slack.client import SlackClient, SlackRefused
from omnitui.sync.channels.slack.mapping import OWN_EVENT, root_of
from omnitui.sync.channels.slack.people import user_of
from omnitui.sync.channels.slack.place import ts_of
from omnitui.sync.channels.slack.rooms import Rooms, split_conversation
from omnitui.sync.channels.slack.text import dicts, escaped, string
from omnitui.sync.channels.slack.upload_notes import Note, UploadNotes

SKEW = HOUR
"""How far this machine's clock may be from Slack's when a send is looked for."""
SETTLING = 20 * SECOND
"""For so long Slack may still be putting files in place that it shows nowhere yet."""
_LOOKS = (0.2, 0.5, 1.0)
"""Seconds between the looks for where files went."""


class Sender:
    """The sends of one account."""

    def __init__(self, client: SlackClient, rooms: Rooms, notes: UploadNotes, clock: Callable[[], Instant]) -> None:
        self._client, self._rooms, self._notes, self._clock = client, rooms, notes, clock
        self._file_keys: dict[str, str] | None = None

    async def send(self, draft: Outbound) -> Receipt:
        """Hand it over. Raises as the contract says."""
        if draft.private:
            raise Refused("Slack keeps no internal notes; they stay here")
        if draft.template is not None:
            raise Refused("Slack has no templates")
        channel, root = await self._target(draft)
        if draft.files:
            return await self._send_files(draft, channel, root)
        metadata = {"event_type": OWN_EVENT, "event_payload": {"key": draft.key}}
        fields = {
            "channel": channel,
            "text": escaped(draft.text),
            "mrkdwn": "false",
            "link_names": "false",
            "metadata": json.dumps(metadata),
            **({"thread_ts": root} if root else {}),
        }
        answer = await self._client.call("chat.postMessage", fields, urgent=True)
        ts = string(answer.get("ts"))
        if not ts:
            raise ProtocolError("Slack took the message and did not say where it is")
        return await self._accepted(draft, string(answer.get("channel")) or channel, ts)

    async def reconcile(self, draft: Outbound) -> Lookup:
        """Look for it where it would be. Raises Offline while Slack may not show it yet."""
        channel, root = await self._target(draft)
        note = await asyncio.to_thread(self._notes.read, draft.key) if draft.files else None
        if draft.files and note is None:
            return Lookup("absent", detail="no file of it was put in place")
        for file in note.files if note else ():
            ts = await self._shared(file, channel, root)
            if ts:
                return Lookup("found", f"{channel}:{ts}")
        ts = await self._found(draft, channel, root, note)
        if ts:
            return Lookup("found", f"{channel}:{ts}")
        if note is not None and self._clock() - note.at < SETTLING:
            raise Offline("Slack may still be putting the files in place; it is looked for again")
        return Lookup("absent", detail="Slack's history does not have it")

    async def file_keys(self) -> Mapping[str, str]:
        """The keys of our sends by the ids of their files."""
        if self._file_keys is None:
            notes = await asyncio.to_thread(self._notes.every)
            self._file_keys = {file: note.key for note in notes for file in note.files}
        return self._file_keys

    async def _target(self, draft: Outbound) -> tuple[str, str]:
        """Channel and thread, that of the message that is answered where the channel is one conversation; a direct
        message is opened for somebody who has none yet."""
        if draft.conversation:
            channel, root = split_conversation(draft.conversation)
            if not root and draft.reply_to.startswith(f"{channel}:"):
                root = await self._root_of(channel, draft.reply_to.rpartition(":")[2])
            return channel, root
        users = ",".join(user_of(person.address) for person in draft.to)
        if not users:
            raise Refused("nobody is named to write to")
        answer = await self._client.call("conversations.open", {"users": users}, urgent=True)
        raw = answer.get("channel")
        channel = string(raw.get("id")) if isinstance(raw, dict) else ""
        if not channel:
            raise Refused("Slack opened no direct message")
        return channel, ""

    async def _root_of(self, channel: str, ts: str) -> str:
        """The first message of the thread that a message stands in or would begin; empty where it is gone."""
        fields = {"channel": channel, "ts": ts, "limit": "1"}
        try:
            answer = await self._client.call("conversations.replies", fields, urgent=True)
        except SlackRefused as refused:
            if refused.code != "thread_not_found":
                raise
            return ""
        first = next(iter(dicts(answer.get("messages"))), None)
        return root_of(first) if first is not None else ts

    async def _accepted(self, draft: Outbound, channel: str, ts: str) -> Receipt:
        remote = f"{channel}:{ts}" if ts else ""
        if draft.conversation and (split_conversation(draft.conversation)[1] or not ts):
            return Receipt("accepted", remote)
        try:
            room = await self._rooms.named(channel)
        except OmnituiError:
            # It has been sent: whatever keeps us from the channel's kind must not have it sent again.
            return Receipt("accepted", remote)
        return Receipt("accepted", remote, conversation=room.conversation(ts))

    async def _send_files(self, draft: Outbound, channel: str, root: str) -> Receipt:
        """Upload, note, then put in place: only the last step shows. Raises Unanswered or ProtocolError for that."""
        ids = [await self._uploaded(file) for file in draft.files]
        earlier = await asyncio.to_thread(self._notes.read, draft.key)
        note = Note(draft.key, (*(earlier.files if earlier else ()), *ids), self._clock())
        await asyncio.to_thread(self._notes.write, note)
        known = dict(await self.file_keys())
        self._file_keys = {**known, **dict.fromkeys(ids, draft.key)}
        titles = [{"id": id, "title": file.name} for id, file in zip(ids, draft.files, strict=True)]
        fields = {"files": json.dumps(titles), "channel_id": channel}
        if draft.text:
            fields["initial_comment"] = escaped(draft.text)
        if root:
            fields["thread_ts"] = root
        await self._client.call("files.completeUploadExternal", fields, urgent=True)
        return await self._accepted(draft, channel, await self._landed(ids[0], channel, root))

    async def _uploaded(self, file: OutboundFile) -> str:
        """The id of a file whose bytes Slack has and shows to nobody. What fails here has certainly not been sent."""
        try:
            fields = {"filename": file.name or "file", "length": str(file.size)}
            answer = await self._client.call("files.getUploadURLExternal", fields, urgent=True)
            address, id = string(answer.get("upload_url")), string(answer.get("file_id"))
            if not address or not id:
                raise ProtocolError("Slack gave no address for the file")
            data = await asyncio.to_thread(file.path.read_bytes)
            await self._client.upload(address, data)
        except ProtocolError as error:
            raise Offline(f"the file was not taken: {error}") from None
        except OSError as error:
            raise Refused(f"{file.name} cannot be read ({error.strerror})") from None
        return id

    async def _landed(self, file: str, channel: str, root: str) -> str:
        """The message that shows the file; empty when Slack does not say it yet (its echo will)."""
        for wait in (0.0, *_LOOKS):
            await asyncio.sleep(wait)
            try:
                ts = await self._shared(file, channel, root)
            except OmnituiError:
                return ""
            if ts:
                return ts
        return ""

    async def _shared(self, file: str, channel: str, root: str) -> str:
        """The ts of the message by which a file stands in a channel, or nothing."""
        try:
            answer = await self._client.call("files.info", {"file": file}, urgent=True)
        except SlackRefused as refused:
            if refused.code in ("file_not_found", "file_deleted"):
                return ""
            raise
        raw = answer.get("file")
        shares = raw.get("shares") if isinstance(raw, dict) else None
        for kind in ("public", "private"):
            places = shares.get(kind) if isinstance(shares, dict) else None
            for share in dicts(places.get(channel) if isinstance(places, dict) else None):
                if not root or string(share.get("thread_ts")) == root:
                    return string(share.get("ts"))
        return ""

    async def _found(self, draft: Outbound, channel: str, root: str, note: Note | None) -> str:
        """The ts of the message in the history of where it would be, or nothing."""
        oldest = ts_of(Instant(draft.composed_at - SKEW)) if draft.composed_at else "0"
        fields = {"channel": channel, "oldest": oldest, "include_all_metadata": "true"}
        method = "conversations.replies" if root else "conversations.history"
        if root:
            fields["ts"] = root
        try:
            async for page in self._client.pages(method, fields):
                for message in dicts(page.get("messages")):
                    if _key_in(message) == draft.key or (note and _files_in(message) & set(note.files)):
                        return string(message.get("ts"))
        except SlackRefused as refused:
            if refused.code != "thread_not_found":
                raise
        return ""


def _key_in(message: Mapping[str, Any]) -> str:
    metadata = message.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    return string(payload.get("key")) if isinstance(payload, dict) else ""


def _files_in(message: Mapping[str, Any]) -> set[str]:
    return {string(file.get("id")) for file in dicts(message.get("files"))}
