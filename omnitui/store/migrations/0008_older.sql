-- How far back a chat was read at the other side on order, by the channel's id of the chat.
CREATE TABLE older (
    account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    remote TEXT NOT NULL,
    before TEXT NOT NULL DEFAULT '',       -- the channel's id of the message before which to go on
    ended INTEGER NOT NULL DEFAULT 0,      -- nothing older is there
    refusal TEXT NOT NULL DEFAULT '',      -- why it cannot be had
    at INTEGER NOT NULL,
    PRIMARY KEY (account_id, remote)
) STRICT, WITHOUT ROWID;
