-- +goose Up

-- Lists of bookings are walked by the day somebody comes, by the day they go, and
-- by when the booking was made, as far as what is asked for goes: each is a number
-- that begins with the day and ends with the place of the booking's last event in
-- the log, so that no two are the same and a page goes on after the last of the one
-- before. 0 stands for a day that is not known; a room or a car that is kept without
-- a day of return goes at the end of time, and what lasts no longer than its day goes
-- with it.
ALTER TABLE bookings ADD COLUMN arrival INTEGER GENERATED ALWAYS AS (
  CASE WHEN check_in = '' THEN 0 ELSE CAST(replace(check_in, '-', '') AS INTEGER) END * 10000000000 + event) VIRTUAL;
ALTER TABLE bookings ADD COLUMN departure INTEGER GENERATED ALWAYS AS (
  CASE
    WHEN check_out <> '' THEN CAST(replace(check_out, '-', '') AS INTEGER)
    WHEN check_in = '' THEN 0
    WHEN category IN ('property', 'car') THEN 99991231
    ELSE CAST(replace(check_in, '-', '') AS INTEGER)
  END * 10000000000 + event) VIRTUAL;
ALTER TABLE bookings ADD COLUMN made INTEGER GENERATED ALWAYS AS ((booked_at / 60000) * 100000000000 + event) VIRTUAL;

-- They hold besides what lists are narrowed by, so that what does not match is
-- passed over without a look at the booking.
CREATE INDEX bookings_arrival ON bookings (arrival, departure, status, category, source);
CREATE INDEX bookings_property_arrival ON bookings (property, arrival, departure, status, category, source);
CREATE INDEX bookings_property_departure ON bookings (property, departure, arrival, status, category, source);
CREATE INDEX bookings_property_made ON bookings (property, made, status, category, source);
DROP INDEX bookings_event;
CREATE INDEX bookings_event ON bookings (event, status, category, source, arrival, departure, made);
DROP INDEX bookings_property;
CREATE INDEX bookings_property ON bookings (property, event, status, category, source, arrival, departure, made);

-- Where the bookings of a house come from.
CREATE INDEX bookings_source ON bookings (source, property);

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
