-- +goose Up

-- From which event on addressing makes somebody a reader of a card: who was added
-- by an earlier one, and may not see what it says now, has lost it. One number, so
-- that what happens next costs the same however many had been addressed. 0 for
-- bookings, to which addressing adds no reader.
ALTER TABLE notifications ADD COLUMN readers_from INTEGER NOT NULL DEFAULT 0;

-- It holds all that is asked of critical cards, and so that number too.
DROP INDEX notifications_critical;
CREATE INDEX notifications_critical ON notifications (event, type, held_by, topic, kind, readers_from) WHERE priority = 'critical';

-- Events that are addressed to a role or a room, and whose card has not come to
-- everybody there yet: it has to those up to a person, by their number. Few people
-- are looked through at once, where the event is stored; many in steps behind it
-- (store/addressing.go).
CREATE TABLE addressings (
  event        INTEGER PRIMARY KEY,
  notification INTEGER NOT NULL REFERENCES notifications (id) ON DELETE CASCADE,
  upto         INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX addressings_card ON addressings (notification);

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
