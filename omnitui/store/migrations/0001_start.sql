-- Times are UTC milliseconds. Text from outside has passed safe_text before it comes here.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,             -- as in the config; the stable key of everything below it
    channel TEXT NOT NULL,
    address TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'new',     -- new, connecting, online, offline, refused; local: read from files, no server
    detail TEXT NOT NULL DEFAULT '',       -- in words, for the status line
    state_at INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    name TEXT NOT NULL,                    -- decoded from modified UTF-7
    role TEXT NOT NULL DEFAULT '',         -- inbox, sent, archive, junk, drafts, trash, or none
    uidvalidity INTEGER NOT NULL DEFAULT 0,
    uid_next INTEGER NOT NULL DEFAULT 1,   -- every UID from uid_floor up to below uid_next has a ledger row, or never existed
    uid_floor INTEGER NOT NULL DEFAULT 1,  -- the back-fill has come down to here; 1 is complete
    modseq INTEGER NOT NULL DEFAULT 0,
    known INTEGER NOT NULL DEFAULT 0,      -- ledger rows of this UIDVALIDITY that are not gone
    total INTEGER NOT NULL DEFAULT 0,      -- mails on the server at the last look, for progress
    UNIQUE (account_id, name)
) STRICT;

CREATE TABLE ledger (
    folder_id INTEGER NOT NULL REFERENCES folder(id) ON DELETE CASCADE,
    uidvalidity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('stored', 'duplicate', 'quarantined')),
    message_id INTEGER REFERENCES message(id),
    reason TEXT NOT NULL DEFAULT '',
    flags TEXT NOT NULL DEFAULT '',        -- what the server had at the last look, sorted, parted by spaces: the base of the three-way merge
    gone_at INTEGER,                       -- the server has it no more (expunged, moved, or a new UIDVALIDITY)
    PRIMARY KEY (folder_id, uidvalidity, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_message ON ledger(message_id);

CREATE TABLE contact (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL DEFAULT '',
    organisation TEXT NOT NULL DEFAULT '',
    notes TEXT NOT NULL DEFAULT '',
    first_at INTEGER,
    last_at INTEGER,
    merged_into INTEGER REFERENCES contact(id)
) STRICT;
CREATE INDEX contact_merged ON contact(merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE identity (
    id INTEGER PRIMARY KEY,
    contact_id INTEGER NOT NULL REFERENCES contact(id),
    channel TEXT NOT NULL,
    address TEXT NOT NULL,                 -- lower case for email
    name TEXT NOT NULL DEFAULT '',
    ours INTEGER NOT NULL DEFAULT 0,       -- one of our own addresses
    blocked INTEGER NOT NULL DEFAULT 0,    -- what they send is stored and hidden
    UNIQUE (channel, address)
) STRICT;
CREATE INDEX identity_contact ON identity(contact_id);
CREATE INDEX identity_ours ON identity(channel, address) WHERE ours = 1;

CREATE TABLE conversation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,              -- the same on every replica: account name, a space, the root Message-ID
    account_id INTEGER NOT NULL REFERENCES account(id),
    channel TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    contact_id INTEGER REFERENCES contact(id),
    contact_name TEXT NOT NULL DEFAULT '',
    preview TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'pending', 'snoozed', 'closed', 'spam')),
    snoozed_until INTEGER,                 -- with state snoozed; NULL is until they reply
    assignee TEXT NOT NULL DEFAULT '',
    priority INTEGER NOT NULL DEFAULT 0,   -- -1 low, 0 normal, 1 high, 2 urgent
    starred INTEGER NOT NULL DEFAULT 0,
    hidden INTEGER NOT NULL DEFAULT 0,     -- every customer in it is blocked, or it is only our own traffic
    tags TEXT NOT NULL DEFAULT '',         -- ' a b ' for display; conversation_tag is the truth
    message_count INTEGER NOT NULL DEFAULT 0,
    unread_count INTEGER NOT NULL DEFAULT 0,
    attachment_count INTEGER NOT NULL DEFAULT 0,
    note_count INTEGER NOT NULL DEFAULT 0,
    draft_count INTEGER NOT NULL DEFAULT 0,
    failed_count INTEGER NOT NULL DEFAULT 0,   -- sends that failed, are unknown or ask
    queued_count INTEGER NOT NULL DEFAULT 0,
    first_at INTEGER NOT NULL DEFAULT 0,
    last_at INTEGER NOT NULL DEFAULT 0,        -- newest message of any class but note
    last_customer_at INTEGER,
    last_agent_at INTEGER,
    wait_from INTEGER NOT NULL DEFAULT 0,  -- what came up to here waits no more: it was closed, and a newer message has reopened it
    waiting_since INTEGER,                 -- first unanswered customer message; NULL when nobody waits (product page: waiting)
    merged_into INTEGER REFERENCES conversation(id),
    -- The default order as one ascending number: failed sends, then who waits longest, then the rest, newest first.
    waiting_order INTEGER GENERATED ALWAYS AS (
        CASE WHEN failed_count > 0 THEN -1000000000000000 - last_at
             WHEN waiting_since IS NOT NULL AND state = 'open' THEN waiting_since
             ELSE 1000000000000000 - last_at END) VIRTUAL,
    waiting INTEGER GENERATED ALWAYS AS (waiting_since IS NOT NULL AND state = 'open') VIRTUAL
) STRICT;
CREATE INDEX conversation_waiting ON conversation(waiting_order, id) WHERE hidden = 0 AND merged_into IS NULL;
CREATE INDEX conversation_state_waiting ON conversation(state, waiting_order, id) WHERE hidden = 0 AND merged_into IS NULL;
CREATE INDEX conversation_assignee ON conversation(assignee, state, waiting_order, id) WHERE hidden = 0 AND merged_into IS NULL;
CREATE INDEX conversation_last ON conversation(last_at, id) WHERE hidden = 0 AND merged_into IS NULL;
CREATE INDEX conversation_state_last ON conversation(state, last_at, id) WHERE hidden = 0 AND merged_into IS NULL;
CREATE INDEX conversation_drafts ON conversation(waiting_order, id) WHERE draft_count > 0 AND hidden = 0 AND merged_into IS NULL;
CREATE INDEX conversation_merged ON conversation(merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX conversation_hidden ON conversation(waiting_order, id) WHERE hidden = 1 AND merged_into IS NULL;
CREATE INDEX conversation_starred ON conversation(waiting_order, id) WHERE starred = 1 AND hidden = 0 AND merged_into IS NULL;
CREATE INDEX conversation_contact_id ON conversation(contact_id, last_at);
CREATE INDEX conversation_snooze ON conversation(snoozed_until) WHERE state = 'snoozed' AND snoozed_until IS NOT NULL;

CREATE TABLE conversation_tag (
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    tag TEXT NOT NULL,
    PRIMARY KEY (conversation_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_tag_tag ON conversation_tag(tag, conversation_id);

CREATE TABLE conversation_identity (
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    identity_id INTEGER NOT NULL REFERENCES identity(id),
    PRIMARY KEY (conversation_id, identity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_identity_identity ON conversation_identity(identity_id, conversation_id);

-- Ids rise with the message's own time (seconds << 20, plus a counter), so that newest first is by id, in the full-text index too.
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account(id),
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    mid TEXT NOT NULL,                     -- Message-ID without brackets, or derived from the content ("sha256-...@derived.invalid")
    digest TEXT NOT NULL DEFAULT '',       -- sha256 of the original: two mails with one Message-ID and other content are two messages
    class TEXT NOT NULL CHECK (class IN ('customer', 'auto', 'human', 'machine', 'note', 'system')),
    kind TEXT NOT NULL DEFAULT 'mail',     -- mail, bounce, auto, list, note, ...
    author TEXT NOT NULL DEFAULT '',       -- of a note or a mail written here: the agent
    from_name TEXT NOT NULL DEFAULT '',
    from_address TEXT NOT NULL DEFAULT '',
    people TEXT NOT NULL DEFAULT '{}',     -- JSON: to, cc, bcc, reply_to as [[name, address], ...]
    subject TEXT NOT NULL DEFAULT '',
    preview TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL,                   -- the channel's own time (IMAP INTERNALDATE); ours: when pressed send until accepted
    sent_at INTEGER,                       -- the claimed time
    fetched_at INTEGER NOT NULL,
    composed_at INTEGER,                   -- ours: the agent pressed send
    accepted_at INTEGER,                   -- ours: the channel took it
    seen INTEGER NOT NULL DEFAULT 0,
    flagged INTEGER NOT NULL DEFAULT 0,
    answered INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL DEFAULT 0,
    attachment_count INTEGER NOT NULL DEFAULT 0,
    in_reply_to TEXT NOT NULL DEFAULT '',  -- JSON list
    refs TEXT NOT NULL DEFAULT '',         -- JSON list, oldest first
    join_reason TEXT NOT NULL DEFAULT '',  -- why it is in this conversation: root, in-reply-to, references, subject, own-id, bounce-of, merged, split, ...
    join_detail TEXT NOT NULL DEFAULT '',
    about_mid TEXT NOT NULL DEFAULT '',    -- a delivery report: the Message-ID it is about
    delivery TEXT NOT NULL DEFAULT '',     -- ours: held, queued, sending, sent, delivered, read, failed, unknown, bounced, asking
    delivery_detail TEXT NOT NULL DEFAULT '',
    omni_id TEXT NOT NULL DEFAULT '',      -- ours: the outbox item
    notices TEXT NOT NULL DEFAULT '[]',    -- JSON list of sentences
    error TEXT                             -- could not be parsed: why; the original is kept
) STRICT;
-- The last columns are what store/refresh.py counts, so that a conversation of thousands is counted in the index alone.
CREATE INDEX message_conversation ON message(conversation_id, at, id, class, seen, answered, delivery, attachment_count);
CREATE INDEX message_kind ON message(kind, conversation_id) WHERE kind IN ('bounce', 'auto', 'list');
CREATE INDEX message_mid ON message(account_id, mid);
CREATE INDEX message_about ON message(about_mid) WHERE about_mid <> '';
CREATE INDEX message_omni ON message(omni_id) WHERE omni_id <> '';

CREATE TABLE body (
    message_id INTEGER PRIMARY KEY REFERENCES message(id) ON DELETE CASCADE,
    text TEXT NOT NULL,                    -- the whole text, as indexed
    blocks BLOB NOT NULL,                  -- zlib of blocks_to_json; empty: they are those of the text
    invitation TEXT NOT NULL DEFAULT ''    -- JSON of core.mail.Invitation
) STRICT;

CREATE TABLE original (
    message_id INTEGER PRIMARY KEY REFERENCES message(id) ON DELETE CASCADE,
    data BLOB NOT NULL,                    -- zlib of the bytes as they came
    complete INTEGER NOT NULL DEFAULT 1    -- 0: big parts are still on the server
) STRICT;

CREATE TABLE attachment (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
    part TEXT NOT NULL,                    -- IMAP section
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL DEFAULT '',
    inline INTEGER NOT NULL DEFAULT 0,
    here INTEGER NOT NULL DEFAULT 1        -- 0: fetched on demand (outbox kind fetch), then a file by its hash
) STRICT;
CREATE INDEX attachment_message ON attachment(message_id);

-- Message-IDs known or referred to, and the conversation they lead to.
CREATE TABLE reference (
    account_id INTEGER NOT NULL REFERENCES account(id),
    mid TEXT NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    PRIMARY KEY (account_id, mid)
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_conversation ON reference(conversation_id);

-- For joining by subject: base subjects (core/threading.py) as 63 bits of their hash, in time order.
CREATE TABLE subject (
    account_id INTEGER NOT NULL REFERENCES account(id),
    hash INTEGER NOT NULL,
    at INTEGER NOT NULL,
    message_id INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
    orphan INTEGER NOT NULL,               -- 1: a reply by its subject, but it names no mail that it answers
    PRIMARY KEY (account_id, hash, at, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX subject_orphan ON subject(account_id, hash, at) WHERE orphan = 1;

-- Contentless: a row is taken out by giving it again (the columns are functions of stored text, see store/fulltext.py).
CREATE VIRTUAL TABLE fulltext USING fts5(
    subject, people, body, files,
    content='', tokenize='unicode61 remove_diacritics 2', prefix='2 3'
);
-- Fewer, larger merges while mail pours in; store/fulltext.py merges the rest when idle.
INSERT INTO fulltext(fulltext, rank) VALUES ('automerge', 16);
INSERT INTO fulltext(fulltext, rank) VALUES ('crisismerge', 64);
-- One transaction of a first sync makes one segment, not one for every megabyte of words.
INSERT INTO fulltext(fulltext, rank) VALUES ('hashsize', 16000000);

CREATE TABLE step (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    label TEXT NOT NULL,                   -- "Closed 3 conversations"
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'undone', 'dropped')),
    undoable INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX step_state ON step(actor, state, id) WHERE undoable = 1;

CREATE TABLE operation (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    step_id INTEGER NOT NULL REFERENCES step(id),
    actor TEXT NOT NULL,
    source TEXT NOT NULL,                  -- agent, rule, sync, team
    device TEXT NOT NULL,
    clock TEXT NOT NULL,                   -- hybrid logical clock, sortable text
    kind TEXT NOT NULL,
    target TEXT NOT NULL,                  -- stable key: conversation key, message mid, identity ...
    conversation_id INTEGER,               -- local, for looking the log up by conversation
    payload TEXT NOT NULL,                 -- JSON
    replaces TEXT NOT NULL,                -- JSON: what it found, from which the inverse is made
    inverse TEXT NOT NULL,                 -- JSON: {kind, payload} or null
    undoes TEXT,                           -- id of the operation that this one takes back
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX operation_conversation ON operation(conversation_id, seq);
CREATE INDEX operation_step ON operation(step_id);

CREATE TABLE outbox (
    id TEXT PRIMARY KEY,                   -- our own key, in X-Omni-Id
    kind TEXT NOT NULL CHECK (kind IN ('send', 'copy', 'flag', 'move', 'fetch')),
    account_id INTEGER NOT NULL REFERENCES account(id),
    conversation_id INTEGER REFERENCES conversation(id),
    message_id INTEGER REFERENCES message(id) ON DELETE SET NULL,
    step_id INTEGER,                       -- the undo step that made it
    state TEXT NOT NULL CHECK (state IN ('held', 'queued', 'sending', 'sent', 'failed', 'unknown', 'asking', 'cancelled')),
    phase TEXT NOT NULL DEFAULT '',        -- of a send: '', envelope, data, dot (durable before the byte goes out)
    mid TEXT NOT NULL DEFAULT '',
    payload TEXT NOT NULL DEFAULT '{}',    -- JSON: envelope of a send; flags, folder of the others
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
CREATE INDEX outbox_due ON outbox(kind, state, next_try_at) WHERE state IN ('held', 'queued', 'sending', 'unknown');
CREATE INDEX outbox_fate ON outbox(account_id) WHERE kind = 'send' AND state IN ('unknown', 'asking');
CREATE INDEX outbox_conversation ON outbox(conversation_id);
CREATE INDEX outbox_message ON outbox(message_id);

CREATE TABLE draft (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER REFERENCES conversation(id),
    account_id INTEGER REFERENCES account(id),
    kind TEXT NOT NULL CHECK (kind IN ('reply', 'reply_all', 'forward', 'new', 'note')),
    message_id INTEGER,                    -- what it answers or forwards
    recipients TEXT NOT NULL DEFAULT '{}', -- JSON: to, cc, bcc as [[name, address], ...]
    subject TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL DEFAULT '',
    quote INTEGER NOT NULL DEFAULT 1,
    attachments TEXT NOT NULL DEFAULT '[]',-- JSON: paths, or attachment ids of the forwarded mail
    saw_at INTEGER NOT NULL DEFAULT 0,
    author TEXT NOT NULL DEFAULT '',
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX draft_conversation ON draft(conversation_id);

CREATE TABLE view (
    name TEXT PRIMARY KEY,
    query TEXT NOT NULL,
    sort TEXT NOT NULL DEFAULT 'waiting',
    position INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What changed, for screens: a conversation id, or 0 for accounts, folders and outbox. Trimmed from the front.
CREATE TABLE change (seq INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id INTEGER NOT NULL) STRICT;

-- Conversations counted by what views ask for, kept by the triggers below: no count(*) ever stands in a screen's way.
CREATE TABLE tally (
    account_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    waiting INTEGER NOT NULL,
    assignee TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (account_id, state, waiting, assignee)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tally_insert AFTER INSERT ON conversation WHEN NEW.hidden = 0 AND NEW.merged_into IS NULL BEGIN
    INSERT INTO tally VALUES (NEW.account_id, NEW.state, (NEW.waiting_since IS NOT NULL AND NEW.state = 'open'), NEW.assignee, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER tally_delete AFTER DELETE ON conversation WHEN OLD.hidden = 0 AND OLD.merged_into IS NULL BEGIN
    UPDATE tally SET n = n - 1 WHERE account_id = OLD.account_id AND state = OLD.state
        AND waiting = (OLD.waiting_since IS NOT NULL AND OLD.state = 'open') AND assignee = OLD.assignee;
END;
CREATE TRIGGER tally_update AFTER UPDATE OF account_id, state, waiting_since, assignee, hidden, merged_into ON conversation
WHEN OLD.account_id IS NOT NEW.account_id OR OLD.state IS NOT NEW.state OR OLD.assignee IS NOT NEW.assignee
    OR (OLD.waiting_since IS NULL) <> (NEW.waiting_since IS NULL)
    OR OLD.hidden IS NOT NEW.hidden OR OLD.merged_into IS NOT NEW.merged_into BEGIN
    UPDATE tally SET n = n - 1 WHERE OLD.hidden = 0 AND OLD.merged_into IS NULL AND account_id = OLD.account_id AND state = OLD.state
        AND waiting = (OLD.waiting_since IS NOT NULL AND OLD.state = 'open') AND assignee = OLD.assignee;
    INSERT INTO tally SELECT NEW.account_id, NEW.state, (NEW.waiting_since IS NOT NULL AND NEW.state = 'open'), NEW.assignee, 1
        WHERE NEW.hidden = 0 AND NEW.merged_into IS NULL
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
