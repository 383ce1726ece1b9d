-- Messaging channels. What a channel can do, as JSON of core/channels.py, so that the screen need not know the channel.
ALTER TABLE account ADD COLUMN capabilities TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN mark TEXT NOT NULL DEFAULT '';      -- two letters for the list; empty for a mailbox

-- Where a channel's account goes on: written in the transaction of what it brought.
CREATE TABLE channel_cursor (
    account_id INTEGER PRIMARY KEY REFERENCES account(id) ON DELETE CASCADE,
    value TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- A channel's own ids of conversations. Several may lead to one: conversations are merged, a group gets another id.
CREATE TABLE remote_conversation (
    account_id INTEGER NOT NULL REFERENCES account(id),
    remote TEXT NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    PRIMARY KEY (account_id, remote)
) STRICT, WITHOUT ROWID;
CREATE INDEX remote_conversation_here ON remote_conversation(conversation_id);

ALTER TABLE conversation ADD COLUMN capabilities TEXT NOT NULL DEFAULT '';  -- where they differ from the account's
ALTER TABLE conversation ADD COLUMN barred TEXT NOT NULL DEFAULT '';        -- why the channel lets nobody answer now
ALTER TABLE conversation ADD COLUMN room TEXT NOT NULL DEFAULT '';          -- what the channel calls it
ALTER TABLE conversation ADD COLUMN url TEXT NOT NULL DEFAULT '';           -- where a browser shows it

ALTER TABLE message ADD COLUMN remote_id TEXT NOT NULL DEFAULT '';  -- the channel's own id, unique in the account
ALTER TABLE message ADD COLUMN edited_at INTEGER;
ALTER TABLE message ADD COLUMN deleted_at INTEGER;                  -- taken back at the other side; its text stays here
CREATE UNIQUE INDEX message_remote ON message(account_id, remote_id) WHERE remote_id <> '';

-- What a message said before it was edited: the text that held until `at`.
CREATE TABLE message_edit (
    message_id INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (message_id, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE reaction (
    message_id INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    emoji TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL,
    ours INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (message_id, address, emoji)
) STRICT, WITHOUT ROWID;

-- Edits, deletions, reactions and receipts that came before the message they are about, as JSON of the event.
CREATE TABLE early_event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    remote_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    UNIQUE (account_id, remote_id, event)
) STRICT;

-- Times between which something may be missing. Its line in the thread is the message `message_id`.
CREATE TABLE gap (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    message_id INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    reason TEXT NOT NULL,
    filled INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX gap_conversation ON gap(conversation_id, since);

-- Messages that a channel has approved beforehand.
CREATE TABLE template (
    account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

ALTER TABLE identity ADD COLUMN phone TEXT NOT NULL DEFAULT '';    -- E.164
ALTER TABLE identity ADD COLUMN handle TEXT NOT NULL DEFAULT '';   -- what people call them by there
ALTER TABLE identity ADD COLUMN email TEXT NOT NULL DEFAULT '';    -- that they gave on the channel, lower case
CREATE INDEX identity_phone ON identity(phone) WHERE phone <> '';
CREATE INDEX identity_email ON identity(email) WHERE email <> '';

ALTER TABLE draft ADD COLUMN chat TEXT NOT NULL DEFAULT '';        -- JSON: template and its variables, of a chat's draft

-- The outbox learns `act`: a change at the other side that is no message (an edit, a reaction, a state).
CREATE TABLE outbox_new (
    id TEXT PRIMARY KEY,                   -- our own key, in X-Omni-Id
    kind TEXT NOT NULL CHECK (kind IN ('send', 'copy', 'flag', 'move', 'fetch', 'act')),
    account_id INTEGER NOT NULL REFERENCES account(id),
    conversation_id INTEGER REFERENCES conversation(id),
    message_id INTEGER REFERENCES message(id) ON DELETE SET NULL,
    step_id INTEGER,                       -- the undo step that made it
    state TEXT NOT NULL CHECK (state IN ('held', 'queued', 'sending', 'sent', 'failed', 'unknown', 'asking', 'cancelled')),
    phase TEXT NOT NULL DEFAULT '',        -- of a send: '', envelope, data, dot (durable before the byte goes out)
    mid TEXT NOT NULL DEFAULT '',
    payload TEXT NOT NULL DEFAULT '{}',    -- JSON: envelope of a send; flags, folder, action of the others
    raw BLOB,                              -- a send: the frozen bytes
    not_before INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    looks INTEGER NOT NULL DEFAULT 0,      -- an unknown one: how often it was looked for
    owner TEXT NOT NULL DEFAULT '',        -- claimed by this worker
    lease_until INTEGER NOT NULL DEFAULT 0,
    saw_at INTEGER NOT NULL DEFAULT 0,     -- newest customer message the agent had seen when writing
    detail TEXT NOT NULL DEFAULT '',       -- in words, for the agent
    created_at INTEGER NOT NULL,
    settled_at INTEGER
) STRICT;
INSERT INTO outbox_new SELECT id, kind, account_id, conversation_id, message_id, step_id, state, phase, mid, payload, raw,
    not_before, next_try_at, attempts, looks, owner, lease_until, saw_at, detail, created_at, settled_at
    FROM outbox ORDER BY rowid;
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_due ON outbox(kind, state, next_try_at) WHERE state IN ('held', 'queued', 'sending', 'unknown');
CREATE INDEX outbox_fate ON outbox(account_id) WHERE kind = 'send' AND state IN ('unknown', 'asking');
CREATE INDEX outbox_conversation ON outbox(conversation_id);
CREATE INDEX outbox_message ON outbox(message_id);
