-- The journal of actions: what leadtime was told to do, each line bound to the one before it. The head is kept apart, so that lines cut off the end are missed.
CREATE TABLE journal (
    number INTEGER PRIMARY KEY,
    hash   TEXT NOT NULL,
    body   TEXT NOT NULL
) STRICT;

CREATE TABLE journal_head (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL,
    hash   TEXT NOT NULL
) STRICT;
