-- +goose Up

-- What opens one stream for a client that cannot send its key. Stored hashed; a
-- used one is gone, and so is one whose key is revoked.
CREATE TABLE stream_tickets (
  hash    BLOB PRIMARY KEY,            -- SHA-256 of the ticket, which has 160 random bits
  api_key INTEGER NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
  rooms   TEXT NOT NULL,               -- space between; '' for all
  types   TEXT NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX stream_tickets_key ON stream_tickets (api_key, expires);
CREATE INDEX stream_tickets_expires ON stream_tickets (expires);

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
