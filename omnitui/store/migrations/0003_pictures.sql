-- Pixels of a picture that came with a mail; 0 where its bytes did not tell, or the mail was read before this column.
ALTER TABLE attachment ADD COLUMN width INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attachment ADD COLUMN height INTEGER NOT NULL DEFAULT 0;
-- The page of contacts: whom we heard of last, first.
CREATE INDEX contact_last ON contact(last_at DESC, id DESC) WHERE merged_into IS NULL;
