-- +goose Up

-- What the log is filtered and searched by: one inverted index in which a kind
-- of event, a property, an actor, a day and a word of somebody's name are terms
-- alike, so that any combination of filters is an intersection of sorted lists,
-- newest first, and costs what it finds and not what it passes over.
--
-- words holds guests' names, ids and titles of bookings, titles of alerts and
-- names of properties. It never holds contacts, money or notes: who may search
-- could find out by asking what they may not read.
-- topics are those of the event, for viewers who hear few. The terms of the
-- columns beside words are made by store/search.go.
--
-- The index keeps no text, only terms, and is made after the commit of what it
-- describes, in steps: meta.searched is the place up to which it reaches. It
-- can be thrown away and made again.
CREATE VIRTUAL TABLE event_search USING fts5 (
  words, topics, type, actor, property, days,
  content = '', contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);
INSERT INTO meta (name, value) VALUES ('searched', '0');

-- What leaves the log leaves the index.
-- +goose StatementBegin
CREATE TRIGGER events_unsearch AFTER DELETE ON events BEGIN
  DELETE FROM event_search WHERE rowid = old.id;
END;
-- +goose StatementEnd

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
