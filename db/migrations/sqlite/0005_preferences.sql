-- +goose Up

-- How a person wants to be told: the whole of inn.Preferences, read and written
-- at once and validated there. Who has no row has the defaults.
CREATE TABLE preferences (
  user    INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  chosen  TEXT NOT NULL CHECK (json_valid(chosen)),
  changed INTEGER NOT NULL
) STRICT;
