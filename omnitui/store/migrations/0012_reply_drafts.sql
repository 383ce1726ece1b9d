-- Saved replies while they are written: kept as one types, gone once they are saved or thrown away.
CREATE TABLE reply_draft (
    author TEXT NOT NULL,                  -- who writes it, and alone sees it
    name TEXT NOT NULL COLLATE NOCASE,     -- the name it is to have
    was TEXT NOT NULL DEFAULT '',          -- the name it is saved under; empty for a new one
    subject TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (author, name)
) STRICT, WITHOUT ROWID;
