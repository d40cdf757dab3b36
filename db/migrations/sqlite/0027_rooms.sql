-- +goose Up

-- The rooms, cars and boats of a property that have names of their own. A
-- property that has some has as many units to sell as it has rows here.
CREATE TABLE units (
  property   TEXT NOT NULL REFERENCES properties (slug),
  slug       TEXT NOT NULL,
  name       TEXT NOT NULL,
  state      TEXT NOT NULL,            -- clean, dirty, inspected, out_of_order
  note       TEXT NOT NULL,
  position   INTEGER NOT NULL,         -- in which order they are shown
  changed_at INTEGER NOT NULL,         -- when the state last changed
  by_name    TEXT NOT NULL,
  PRIMARY KEY (property, slug)
) STRICT, WITHOUT ROWID;

-- Nights that are not for sale, of one unit or, with '', of the whole property.
CREATE TABLE blocks (
  id         TEXT PRIMARY KEY,
  property   TEXT NOT NULL REFERENCES properties (slug),
  unit       TEXT NOT NULL,
  from_day   TEXT NOT NULL,            -- the first night
  to_day     TEXT NOT NULL,            -- the first free day
  reason     TEXT NOT NULL,
  title      TEXT NOT NULL,
  by_owner   INTEGER NOT NULL,         -- 1 when an owner made it
  by_name    TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  event      INTEGER NOT NULL          -- the last event about it
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_property ON blocks (property, to_day);

-- Which unit a stay is in, and what a transfer or a tour needs to know.
ALTER TABLE bookings ADD COLUMN unit TEXT NOT NULL DEFAULT '';
ALTER TABLE bookings ADD COLUMN start_time TEXT NOT NULL DEFAULT '';
ALTER TABLE bookings ADD COLUMN end_time TEXT NOT NULL DEFAULT '';
ALTER TABLE bookings ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE bookings ADD COLUMN to_place TEXT NOT NULL DEFAULT '';
ALTER TABLE bookings ADD COLUMN seats INTEGER NOT NULL DEFAULT 0;
ALTER TABLE bookings ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE INDEX bookings_unit ON bookings (property, unit, check_out) WHERE unit <> '';

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
