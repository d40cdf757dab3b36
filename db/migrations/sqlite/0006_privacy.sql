-- +goose Up

-- When the guest of a booking was erased; 0 while they are known. What is said of
-- them afterwards is not stored: a program that sends the whole booking again
-- must not bring them back.
ALTER TABLE bookings ADD COLUMN erased_at INTEGER NOT NULL DEFAULT 0;

-- For how long the log is kept, and guests known: bookings, alerts and
-- properties; what people did; figures at full rate.
INSERT INTO meta (name, value) VALUES
  ('keep_log_days', '400'),
  ('keep_activity_days', '90'),
  ('keep_figures_hours', '24');

-- '0', but from an erasure until nothing of it is left between the rows either, in
-- the search index and the write-ahead log: '1' when that is due at once, else
-- since when, for guests who were past their retention.
INSERT INTO meta (name, value) VALUES ('erasing', '0');

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
