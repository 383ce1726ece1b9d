-- Pairs of addresses of which somebody said that they are two people: no longer suggested as one. `one` is the lower id.
CREATE TABLE other_person (
    one INTEGER NOT NULL REFERENCES identity(id) ON DELETE CASCADE,
    two INTEGER NOT NULL REFERENCES identity(id) ON DELETE CASCADE,
    PRIMARY KEY (one, two),
    CHECK (one < two)
) STRICT, WITHOUT ROWID;
CREATE INDEX other_person_two ON other_person(two);
