-- +goose Up

-- The cards need no search index of their own: the log's knows the events that
-- moved them, and is brought along after the commit and out of the publishers'
-- way (store/search_index.go).
DROP TRIGGER notifications_search_made;
DROP TRIGGER notifications_search_changed;
DROP TRIGGER notifications_search_gone;
DROP TABLE notifications_search;

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
