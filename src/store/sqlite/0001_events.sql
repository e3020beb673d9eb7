-- Times are microseconds since the Unix epoch, UTC.
-- Rows of event are never deleted, so the next seq is always greater than every one before.
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  arrived INTEGER NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX event_identity ON event (source, id);
CREATE TABLE cursor (
  source TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (source, key)
) WITHOUT ROWID;
CREATE TABLE snapshot (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  format INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  bytes BLOB NOT NULL
);
CREATE TABLE piece (
  number INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
);
CREATE TABLE reference (
  key INTEGER NOT NULL,
  piece INTEGER NOT NULL,
  PRIMARY KEY (key, piece)
) WITHOUT ROWID;
