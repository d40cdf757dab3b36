-- +goose Up

-- What a person recognises a session by, and by what it ends when nobody uses it.
ALTER TABLE sessions ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN last_used INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';  -- User-Agent
UPDATE sessions SET created_at = CAST(unixepoch('subsec') * 1000 AS INTEGER), last_used = CAST(unixepoch('subsec') * 1000 AS INTEGER);

-- Whose password was right and whose code is still to come; user is 0 until then.
ALTER TABLE sessions ADD COLUMN pending INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sessions_pending ON sessions (pending) WHERE pending <> 0;

-- When a person's rights change, the next page their browser opens gets a new
-- token: made of the old one and renewal, so that two pages opened at once make
-- the same. Requests under way with the old one still count for a moment.
ALTER TABLE sessions ADD COLUMN renewal TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN renewed_at INTEGER NOT NULL DEFAULT 0;  -- 0 while the renewal is due
ALTER TABLE sessions ADD COLUMN previous TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_previous ON sessions (previous) WHERE previous <> '';

-- Where a person signed in from before: 'device:…' (the hash of a cookie that
-- stays) or 'address:…'. Guesses from elsewhere do not lock them out of there.
CREATE TABLE places (
  user  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  place TEXT NOT NULL,
  seen  INTEGER NOT NULL,
  PRIMARY KEY (user, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX places_seen ON places (seen);

-- Codes from an app as the second step of signing in (RFC 6238). The secret has
-- to be readable to check a code; whoever can read this file has more than that.
CREATE TABLE two_step (
  user         INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  secret       BLOB NOT NULL,
  session      INTEGER NOT NULL,            -- in which it is being set up; no other sees the secret
  made_at      INTEGER NOT NULL,
  confirmed_at INTEGER NOT NULL DEFAULT 0,  -- 0 while no code is asked for yet
  last_step    INTEGER NOT NULL DEFAULT 0   -- the 30 s whose code was taken last: none is taken twice
) STRICT;

-- What gets a person in who has lost the app. Hashed; a used one is gone.
CREATE TABLE recovery_codes (
  user INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  code TEXT NOT NULL,
  PRIMARY KEY (user, code)
) STRICT, WITHOUT ROWID;

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
