-- +goose Up

-- What a card says beside its words: whether its subject wants somebody, the dates
-- of the booking it is about, and why an alert was resolved.
ALTER TABLE notifications ADD COLUMN wants INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notifications ADD COLUMN check_in TEXT NOT NULL DEFAULT '';
ALTER TABLE notifications ADD COLUMN check_out TEXT NOT NULL DEFAULT '';
ALTER TABLE notifications ADD COLUMN reason TEXT NOT NULL DEFAULT '';
UPDATE notifications SET wants = 1 WHERE kind = 'alert_update' AND type <> 'alert:resolved';
UPDATE notifications SET
  wants = coalesce((
    SELECT CASE WHEN b.status = 'new' OR b.last_type IN ('booking:cancelled', 'booking:no_show') THEN 1 ELSE 0 END
    FROM bookings b WHERE 'booking:' || b.id = notifications.subject), 0),
  check_in = coalesce((SELECT b.check_in FROM bookings b WHERE 'booking:' || b.id = notifications.subject), ''),
  check_out = coalesce((SELECT b.check_out FROM bookings b WHERE 'booking:' || b.id = notifications.subject), '')
WHERE kind = 'booking_update';

ALTER TABLE alerts ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN resolved_by TEXT NOT NULL DEFAULT '';

-- The last "mark all read" of a person, which can be taken back for a minute: where
-- the floor stood and where it was put. What had been marked unread, and was read
-- by that click, bears its number.
CREATE TABLE read_undos (
  person       INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  click        INTEGER NOT NULL,
  kind         TEXT NOT NULL,             -- '' for all kinds
  floor_before INTEGER NOT NULL,
  floor_after  INTEGER NOT NULL,
  cards        INTEGER NOT NULL,
  at           INTEGER NOT NULL
) STRICT;
ALTER TABLE notification_states ADD COLUMN cleared INTEGER NOT NULL DEFAULT 0;
CREATE INDEX notification_states_cleared ON notification_states (person, cleared) WHERE cleared <> 0;

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
