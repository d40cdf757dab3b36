-- +goose Up

-- How often an event was rewritten that is not in the search index yet. What the
-- index takes in is read beside the writer: when this has changed meanwhile, it is
-- read again.
INSERT INTO meta (name, value) VALUES ('rewritten', '0');

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
