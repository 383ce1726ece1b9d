"""How each kind of operation changes the tables: one function a kind, the same for agents, rules, undo and the team."""

from omnitui.core.operations import OpKind
from omnitui.store.apply import chats, drafts, fields, follow_ups, merging, notes, people, saved_replies, sending
from omnitui.store.apply.scene import Apply

APPLY: dict[OpKind, Apply] = {
    OpKind.STATE: fields.apply_state,
    OpKind.PRIORITY: fields.apply_priority,
    OpKind.ASSIGN: fields.apply_assign,
    OpKind.TAG: fields.apply_tag,
    OpKind.STAR: fields.apply_star,
    OpKind.SEEN: fields.apply_seen,
    OpKind.NOTE: notes.apply_note,
    OpKind.NOTE_EDIT: notes.apply_note_edit,
    OpKind.NOTE_DELETE: notes.apply_note_delete,
    OpKind.MERGE: merging.apply_merge,
    OpKind.UNMERGE: merging.apply_unmerge,
    OpKind.SPLIT: merging.apply_split,
    OpKind.UNSPLIT: merging.apply_unsplit,
    OpKind.BLOCK: people.apply_block,
    OpKind.CONTACT: people.apply_contact,
    OpKind.IDENTITY: people.apply_identity,
    OpKind.OTHER_PERSON: people.apply_other_person,
    OpKind.SEND: sending.apply_send,
    OpKind.UNSEND: sending.apply_unsend,
    OpKind.DRAFT: drafts.apply_draft,
    OpKind.MESSAGE_EDIT: chats.apply_edit,
    OpKind.MESSAGE_DELETE: chats.apply_delete,
    OpKind.REACT: chats.apply_react,
    OpKind.FOLLOW_UP: follow_ups.apply_follow_up,
    OpKind.SAVED_REPLY: saved_replies.apply_saved_reply,
}
