-- +goose Up

-- The link of a screen on a wall is a key of its own kind: it is bounded by who made
-- it, ends like one, and opens nothing but the wall of one property.
ALTER TABLE api_keys ADD COLUMN wall TEXT NOT NULL DEFAULT '';  -- the property; '' for a program's key
ALTER TABLE api_keys ADD COLUMN label TEXT NOT NULL DEFAULT ''; -- where it hangs, in somebody's words
CREATE INDEX api_keys_wall ON api_keys (wall) WHERE wall <> '';

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
