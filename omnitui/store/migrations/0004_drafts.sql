ALTER TABLE draft ADD COLUMN sender TEXT NOT NULL DEFAULT '';      -- the address it leaves from; empty: as the account says
ALTER TABLE draft ADD COLUMN began_at INTEGER NOT NULL DEFAULT 0;  -- when somebody began to write; 0 where that is not known
