-- What a search for people looks in: name, firm, notes, addresses, folded to words. NULL: not made yet, or made of what
-- has changed since; the search makes it for itself then, and the worker makes it to stay when it is quiet.
ALTER TABLE contact ADD COLUMN sought TEXT;
CREATE INDEX contact_unsought ON contact(id) WHERE sought IS NULL;

CREATE TRIGGER contact_said AFTER UPDATE OF name, organisation, notes ON contact WHEN OLD.sought IS NOT NULL
BEGIN
    UPDATE contact SET sought = NULL WHERE id = NEW.id;
END;
CREATE TRIGGER identity_came AFTER INSERT ON identity
BEGIN
    UPDATE contact SET sought = NULL WHERE id = NEW.contact_id AND sought IS NOT NULL;
END;
CREATE TRIGGER identity_said AFTER UPDATE OF contact_id, address, name ON identity
BEGIN
    UPDATE contact SET sought = NULL WHERE id IN (OLD.contact_id, NEW.contact_id) AND sought IS NOT NULL;
END;
CREATE TRIGGER identity_went AFTER DELETE ON identity
BEGIN
    UPDATE contact SET sought = NULL WHERE id = OLD.contact_id AND sought IS NOT NULL;
END;

-- People of one name and firm, who may be the same.
CREATE INDEX contact_name ON contact(name, organisation) WHERE name <> '' AND organisation <> '';
