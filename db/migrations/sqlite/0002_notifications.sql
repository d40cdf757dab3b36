-- +goose Up

-- Who has a booking in hand ("Got it"). A new event about the booking ends that:
-- every write of the row that does not say otherwise clears it.
ALTER TABLE bookings ADD COLUMN held_by TEXT NOT NULL DEFAULT '';
ALTER TABLE bookings ADD COLUMN held_at INTEGER NOT NULL DEFAULT 0;

-- Who had an alert in hand before it rang again.
ALTER TABLE alerts ADD COLUMN had_by TEXT NOT NULL DEFAULT '';

-- "Read all bookings": every event of that kind up to here is read, beside
-- users.read_floor, which is for all kinds.
CREATE TABLE read_floors (
  user  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind  TEXT NOT NULL,
  floor INTEGER NOT NULL,
  PRIMARY KEY (user, kind)
) STRICT, WITHOUT ROWID;

-- The badge counts, kind by kind, what stands above a floor, and the centre
-- filters it, without touching the cards themselves: the index holds all that
-- is asked.
DROP INDEX notifications_event;
CREATE INDEX notifications_latest ON notifications (kind, event, topic, priority, property, type, held_by);
-- A card that goes takes its states along.
CREATE INDEX notification_states_card ON notification_states (notification);
CREATE INDEX notification_states_addressed ON notification_states (user, event) WHERE event > 0;
CREATE INDEX notification_states_unread ON notification_states (user) WHERE unread = 1;

-- Full-text search of the cards. Title and body hold neither money nor contacts:
-- a search answers questions about what it does not show.
CREATE VIRTUAL TABLE notifications_search USING fts5 (
  title, body, content = 'notifications', content_rowid = 'id',
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);
INSERT INTO notifications_search (notifications_search) VALUES ('rebuild');

-- +goose StatementBegin
CREATE TRIGGER notifications_search_made AFTER INSERT ON notifications BEGIN
  INSERT INTO notifications_search (rowid, title, body) VALUES (new.id, new.title, new.body);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER notifications_search_changed AFTER UPDATE OF title, body ON notifications
WHEN old.title <> new.title OR old.body <> new.body BEGIN
  INSERT INTO notifications_search (notifications_search, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
  INSERT INTO notifications_search (rowid, title, body) VALUES (new.id, new.title, new.body);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER notifications_search_gone AFTER DELETE ON notifications BEGIN
  INSERT INTO notifications_search (notifications_search, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
END;
-- +goose StatementEnd

-- What is to happen by time, and about what. One worker follows it; whatever it
-- does looks first whether there is still something to do.
CREATE TABLE due (
  what    TEXT NOT NULL,               -- 'hold': a "Got it" runs out
  subject TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (what, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX due_at ON due (at);

-- For how long a "Got it" holds, and cards are kept.
INSERT INTO meta (name, value) VALUES
  ('ack_critical_minutes', '30'),
  ('ack_high_minutes', '240'),
  ('cleanup_low_days', '7'),
  ('cleanup_medium_days', '90');

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
