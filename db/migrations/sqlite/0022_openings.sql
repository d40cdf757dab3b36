-- +goose Up

-- Who began to write here: a program that writes notes itself once, with its
-- first transaction, before anything else. The marks beside the database name the
-- newest of these and how far the log had come then, so that two files that were
-- one once and went on apart are told from each other, however long either log is
-- (store/marks.go).
CREATE TABLE openings (
  number INTEGER PRIMARY KEY,
  token  TEXT NOT NULL UNIQUE,        -- random
  head   INTEGER NOT NULL,            -- of the log, when it began
  at     INTEGER NOT NULL
) STRICT;

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
