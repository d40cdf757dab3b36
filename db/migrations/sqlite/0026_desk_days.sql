-- +goose Up

-- Who comes, who stays and who goes on a day is looked up whenever somebody opens
-- the first page: by where a booking stands and its day, whatever else a house has
-- sold in years.
CREATE INDEX bookings_arriving ON bookings (status, check_in) WHERE category = 'property';
CREATE INDEX bookings_leaving ON bookings (check_out) WHERE category = 'property' AND status = 'checked_out';

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
