-- +goose Up

-- The erasures that are under way, and those that are done. One is begun in a
-- transaction and then goes in many small ones; whatever stops it, it goes on from
-- here after the next start.
CREATE TABLE erasures (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  begun_at INTEGER NOT NULL,
  done_at  INTEGER NOT NULL DEFAULT 0,  -- 0 while it is under way
  asked    INTEGER NOT NULL,            -- 0 when the guest is past their retention, and nobody is told
  person   INTEGER NOT NULL,            -- who asked for it; 0 for what is no person
  by_name  TEXT NOT NULL,
  address  TEXT NOT NULL,
  bookings TEXT NOT NULL,               -- their ids, as JSON
  gathered INTEGER NOT NULL DEFAULT 0   -- 1 when all that the guest is recognised by is below
) STRICT;
CREATE INDEX erasures_under_way ON erasures (id) WHERE done_at = 0;

-- What the guest of an erasure is recognised by, gathered before the first text is
-- rewritten and kept until the last is: names, e-mail addresses, phone numbers, and
-- the words that leave the search index. They go with the end of the erasure.
CREATE TABLE erasure_recognisers (
  erasure INTEGER NOT NULL REFERENCES erasures (id) ON DELETE CASCADE,
  kind    TEXT NOT NULL,
  value   TEXT NOT NULL,
  PRIMARY KEY (erasure, kind, value)
) STRICT, WITHOUT ROWID;

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
