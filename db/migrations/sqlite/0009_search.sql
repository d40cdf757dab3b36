-- +goose Up

-- The search index of the log, made so that a million events answer as quickly
-- as a thousand. Everything asked of it is a list of places that can be walked
-- from the newest back and left as soon as a page is full: for that, no query may
-- ask for the beginning of a word, for which all words that begin so would be
-- gathered first. store/search.go writes such a query as the words themselves,
-- from event_words, or, where somebody typed two or three letters, as a term of
-- the column starts.
--
-- The column step has one term, at every 16,384th place: a search comes by there
-- whatever it looks for, and can stop.
--
-- What it holds is what 0004 says: never contacts, money or notes. It keeps no
-- text, and a row can leave it without its text being known. It is made again
-- from the log, in the background.
DROP TRIGGER events_unsearch;
DROP TABLE event_search;
CREATE VIRTUAL TABLE event_search USING fts5 (
  words, starts, topics, type, actor, property, days, step,
  content = '', contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);
UPDATE meta SET value = '0' WHERE name = 'searched';

-- The words and other terms there are, how often each was met, and where last: a
-- word leaves with the last event that holds it. Of the beginnings of words, "as*"
-- counts those of the column starts.
CREATE TABLE event_words (
  word  TEXT PRIMARY KEY,
  times INTEGER NOT NULL,              -- about: those that left are not taken off
  last  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What leaves the log leaves the index, but for the last that is known of a
-- booking: that is what the booking is found by. It goes when the booking changes
-- or its guest is erased.
-- +goose StatementBegin
CREATE TRIGGER events_unsearch AFTER DELETE ON events
WHEN NOT EXISTS (SELECT 1 FROM bookings WHERE event = old.id) BEGIN
  DELETE FROM event_search WHERE rowid = old.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER bookings_unsearch AFTER UPDATE OF event, erased_at ON bookings
WHEN old.event <= (SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'trimmed') BEGIN
  DELETE FROM event_search WHERE rowid = old.event;
END;
-- +goose StatementEnd

-- The type is in the index, so that what is for the house's own streams is passed
-- over without looking at the events.
DROP INDEX events_topic;
CREATE INDEX events_topic ON events (topic, id, type);
-- People's activity is read through the search index.
DROP INDEX events_activity;

-- A rare status is found without walking all bookings.
CREATE INDEX bookings_status ON bookings (status, event);

-- The cards of who sees few properties, and those that are critical. Like
-- notifications_latest they hold all that is asked of many cards.
CREATE INDEX notifications_topic ON notifications (topic, event, kind, priority, property, type, held_by);
CREATE INDEX notifications_critical ON notifications (event, type, held_by, topic, kind) WHERE priority = 'critical';

-- What a person marked one by one is counted and listed from an index of its own.
-- covers is the shared event of the card that a mark is about: 0 when the card has
-- moved since it was read. kind and topic are the card's.
ALTER TABLE notification_states ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE notification_states ADD COLUMN topic TEXT NOT NULL DEFAULT '';
ALTER TABLE notification_states ADD COLUMN covers INTEGER NOT NULL DEFAULT 0;
UPDATE notification_states AS s SET (kind, topic, covers) = (
  SELECT n.kind, n.topic, iif(s.unread = 1 OR s.read_event >= n.event, n.event, 0) FROM notifications n WHERE n.id = s.notification);
CREATE INDEX notification_states_read ON notification_states (user, kind, covers, topic, event) WHERE covers > 0 AND unread = 0;
DROP INDEX notification_states_unread;
CREATE INDEX notification_states_unread ON notification_states (user, kind, covers, topic, event) WHERE unread = 1;

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
