CREATE TABLE saved_reply (
    name TEXT PRIMARY KEY COLLATE NOCASE,
    subject TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL,                    -- with its variables, as {{contact.first_name}}
    author TEXT NOT NULL DEFAULT '',       -- who wrote it last
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A conversation to be opened again unless they reply: when, and JSON of who set it when. At its time follow_up_at goes
-- and follow_up says that it has come, until somebody takes the conversation up.
ALTER TABLE conversation ADD COLUMN follow_up_at INTEGER;
ALTER TABLE conversation ADD COLUMN follow_up TEXT NOT NULL DEFAULT '';
CREATE INDEX conversation_follow_up ON conversation(follow_up_at) WHERE follow_up_at IS NOT NULL;
