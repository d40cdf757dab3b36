-- +goose Up

-- What an alert about a double booking is about: JSON of the bookings and the
-- nights; '' for every other alert.
ALTER TABLE alerts ADD COLUMN clash TEXT NOT NULL DEFAULT '';

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
