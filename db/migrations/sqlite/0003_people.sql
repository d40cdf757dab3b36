-- +goose Up

-- One-time links: an invitation while the person has no password (users.password
-- is ''), else a way back for who forgot theirs. One per person: a new one voids
-- the one before. Tokens are stored hashed; a used one is gone.
CREATE TABLE invites (
  user    INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  token   TEXT NOT NULL UNIQUE,
  expires INTEGER NOT NULL
) STRICT;

-- Who made a key: it never may more than they may. NULL is an installation key.
ALTER TABLE api_keys ADD COLUMN owner INTEGER REFERENCES users (id);
CREATE INDEX api_keys_owner ON api_keys (owner) WHERE owner IS NOT NULL;

-- Administrative acts, in the transaction of what they did. Nothing in here is
-- ever changed or taken away.
CREATE TABLE audit (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  actor   TEXT NOT NULL,              -- 'user:3', or the name of what is no person
  by_name TEXT NOT NULL,
  deed    TEXT NOT NULL,
  subject TEXT NOT NULL,
  name    TEXT NOT NULL,              -- of the subject, as it was then
  detail  TEXT NOT NULL,
  address TEXT NOT NULL
) STRICT;
CREATE INDEX audit_actor ON audit (actor, id);

-- +goose StatementBegin
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit is append-only');
END;
-- +goose StatementEnd

-- What people did is few among many bookings: their activity is read through
-- this index. The query names the same three types, in the same words.
CREATE INDEX events_activity ON events (id) WHERE type IN ('user:login', 'user:logout', 'user:action');

-- +goose Down
SELECT 1;
