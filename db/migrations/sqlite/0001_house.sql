-- +goose Up

-- Instants are unix milliseconds, dates are 'YYYY-MM-DD' in the property's
-- zone, money is integer minor units beside its currency. '' is "not known"
-- for text; 0 for instants.

-- Small facts about the database itself: epoch, trimmed, setup.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The epoch tells positions of this database from those of another life of it;
-- restore draws a new one.
INSERT INTO meta (name, value) VALUES ('epoch', lower(hex(randomblob(3))));
INSERT INTO meta (name, value) VALUES ('trimmed', '0');

-- The log. Ids are handed out under the single writer, so id order is commit
-- order; AUTOINCREMENT never hands one out twice, not even after a trim.
CREATE TABLE events (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  at         INTEGER NOT NULL,
  topic      TEXT NOT NULL,
  recipients TEXT NOT NULL,           -- topics it is addressed to, space between
  type       TEXT NOT NULL,
  priority   TEXT NOT NULL,
  subject    TEXT NOT NULL,
  property   TEXT NOT NULL,
  actor      TEXT NOT NULL,
  by_name    TEXT NOT NULL,
  data       TEXT NOT NULL
) STRICT;
CREATE INDEX events_topic ON events (topic, id);
CREATE INDEX events_subject ON events (subject, id);

-- The topics of addressed events beside their own, for cursors that follow few.
CREATE TABLE event_recipients (
  topic TEXT NOT NULL,
  event INTEGER NOT NULL,
  PRIMARY KEY (topic, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE properties (
  slug     TEXT PRIMARY KEY,
  name     TEXT NOT NULL,
  category TEXT NOT NULL,
  units    INTEGER NOT NULL,
  currency TEXT NOT NULL,
  timezone TEXT NOT NULL,
  country  TEXT NOT NULL,
  status   TEXT NOT NULL DEFAULT 'open',
  title    TEXT NOT NULL DEFAULT '',
  detail   TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- The desk stands for bookings without a property and is assigned like one. Its
-- zone and currency are the house's own.
INSERT INTO properties (slug, name, category, units, currency, timezone, country)
VALUES ('desk', 'Desk', 'transfer', 0, 'EUR', 'UTC', '');

CREATE TABLE bookings (
  id           TEXT PRIMARY KEY,
  property     TEXT NOT NULL REFERENCES properties (slug),
  category     TEXT NOT NULL,
  title        TEXT NOT NULL,
  customer     TEXT NOT NULL,
  amount       INTEGER,                -- NULL while unknown
  currency     TEXT NOT NULL,
  status       TEXT NOT NULL,
  country      TEXT NOT NULL,
  check_in     TEXT NOT NULL,
  check_out    TEXT NOT NULL,
  units        INTEGER NOT NULL,
  guests       INTEGER NOT NULL,
  source       TEXT NOT NULL,
  external_id  TEXT NOT NULL,
  version      INTEGER NOT NULL,
  email        TEXT NOT NULL,
  phone        TEXT NOT NULL,
  notes        TEXT NOT NULL,
  booked_at    INTEGER NOT NULL,
  confirmed_at INTEGER NOT NULL,
  ended_at     INTEGER NOT NULL,
  last_type    TEXT NOT NULL,
  changed_at   INTEGER NOT NULL,
  changed      TEXT NOT NULL,          -- JSON: what the last event changed
  by_name      TEXT NOT NULL,
  event        INTEGER NOT NULL        -- the last event about it; orders lists
) STRICT, WITHOUT ROWID;
CREATE INDEX bookings_event ON bookings (event);
CREATE INDEX bookings_property ON bookings (property, event);
-- The figures read the bookings made lately and those that end late enough.
CREATE INDEX bookings_booked ON bookings (property, booked_at);
CREATE INDEX bookings_check_out ON bookings (property, check_out);

CREATE TABLE alerts (
  property    TEXT NOT NULL,           -- '' for a system alert
  key         TEXT NOT NULL,
  title       TEXT NOT NULL,
  detail      TEXT NOT NULL,
  priority    TEXT NOT NULL,
  status      TEXT NOT NULL,
  raised_at   INTEGER NOT NULL,
  handled_by  TEXT NOT NULL,
  handled_at  INTEGER NOT NULL,
  resolved_at INTEGER NOT NULL,
  event       INTEGER NOT NULL,
  PRIMARY KEY (property, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX alerts_open ON alerts (event) WHERE status <> 'resolved';

CREATE TABLE users (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  email      TEXT NOT NULL UNIQUE COLLATE NOCASE,
  name       TEXT NOT NULL,
  role       TEXT NOT NULL,
  password   TEXT NOT NULL,            -- argon2id, PHC string
  timezone   TEXT NOT NULL DEFAULT '',
  disabled   INTEGER NOT NULL DEFAULT 0,
  read_floor INTEGER NOT NULL DEFAULT 0, -- "read all": every event up to here is read
  created_at INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE user_properties (
  user     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  property TEXT NOT NULL REFERENCES properties (slug),
  PRIMARY KEY (user, property)
) STRICT, WITHOUT ROWID;

-- Tokens are stored hashed. An ended session stays until it expires, as a
-- tombstone that a request still in flight cannot bring back to life.
CREATE TABLE sessions (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  token   TEXT NOT NULL UNIQUE,
  user    INTEGER NOT NULL,            -- 0 before sign-in
  data    BLOB NOT NULL,
  expires INTEGER NOT NULL,
  ended   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sessions_user ON sessions (user);
CREATE INDEX sessions_expires ON sessions (expires);

CREATE TABLE api_keys (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT NOT NULL UNIQUE,
  hash       BLOB NOT NULL UNIQUE,     -- SHA-256 of the secret, which has 160 random bits
  scopes     TEXT NOT NULL,            -- space between
  created_at INTEGER NOT NULL,
  last_used  INTEGER NOT NULL DEFAULT 0,
  revoked    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE api_key_properties (
  api_key  INTEGER NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
  property TEXT NOT NULL REFERENCES properties (slug),
  PRIMARY KEY (api_key, property)
) STRICT, WITHOUT ROWID;

-- One card per subject, shared by all who may see it, and what a person did
-- about it. A state row is written only when a person acts or is addressed.
CREATE TABLE notifications (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  subject  TEXT NOT NULL UNIQUE,
  kind     TEXT NOT NULL,
  type     TEXT NOT NULL,
  priority TEXT NOT NULL,
  topic    TEXT NOT NULL,
  property TEXT NOT NULL,
  title    TEXT NOT NULL,              -- neither money nor contacts
  body     TEXT NOT NULL,
  event    INTEGER NOT NULL,           -- latest for everybody; 0 when it was made by addressing only
  held_by  TEXT NOT NULL DEFAULT '',
  held_at  INTEGER NOT NULL DEFAULT 0,
  updated  INTEGER NOT NULL
) STRICT;
CREATE INDEX notifications_event ON notifications (event);
CREATE TABLE notification_states (
  user         INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  notification INTEGER NOT NULL REFERENCES notifications (id) ON DELETE CASCADE,
  event        INTEGER NOT NULL DEFAULT 0, -- latest that was addressed to this person
  read_event   INTEGER NOT NULL DEFAULT 0, -- read up to here
  unread       INTEGER NOT NULL DEFAULT 0, -- marked unread again
  PRIMARY KEY (user, notification)
) STRICT, WITHOUT ROWID;

-- What came of a publish with an Idempotency-Key, written in its transaction: the
-- ids of its events. The answer is made of them anew, for who asks then.
CREATE TABLE idempotency (
  actor  TEXT NOT NULL,
  key    TEXT NOT NULL,
  body   BLOB NOT NULL,                -- SHA-256 of the request's body
  answer TEXT NOT NULL,
  at     INTEGER NOT NULL,
  PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_at ON idempotency (at);

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
