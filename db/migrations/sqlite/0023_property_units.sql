-- +goose Up

-- How many units a property had to sell in the nights before a date, back to the
-- row before: figures count a night with what there was that night. What it has
-- now stands in properties; a property whose number never changed has no row.
CREATE TABLE property_units (
  property    TEXT NOT NULL REFERENCES properties (slug),
  before_date TEXT NOT NULL,
  units       INTEGER NOT NULL,
  PRIMARY KEY (property, before_date)
) STRICT, WITHOUT ROWID;

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
