-- An answer that leaves through another conversation of the same person says which one it answers.
ALTER TABLE draft ADD COLUMN origin INTEGER;
