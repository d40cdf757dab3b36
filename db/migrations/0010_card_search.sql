-- +goose Up

-- The search index of the cards leaves the publishers' way: it is brought along
-- after the commit, with that of the log (store/search.go), and holds terms
-- only, so that a card can leave it without its old text being known.
DROP TRIGGER notifications_search_made;
DROP TRIGGER notifications_search_changed;
DROP TRIGGER notifications_search_gone;
DROP TABLE notifications_search;
CREATE VIRTUAL TABLE card_search USING fts5 (
  title, body, content = '', contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);
INSERT INTO card_search (rowid, title, body) SELECT id, title, body FROM notifications;

-- +goose StatementBegin
CREATE TRIGGER notifications_unsearch AFTER DELETE ON notifications BEGIN
  DELETE FROM card_search WHERE rowid = old.id;
END;
-- +goose StatementEnd

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
