-- Who writes at this moment, in which chat: good until `until`, then of no meaning. We are the empty address.
CREATE TABLE writing (
    conversation_id INTEGER NOT NULL REFERENCES conversation(id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    until INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, address)
) STRICT, WITHOUT ROWID;
