-- +goose Up

-- The search folds letters otherwise than it did (inn.Fold): what is in the index
-- is taken apart anew, in the background and from the newest place down to this
-- one, which moves; 0 when nothing is left to do. Until then what is older is found
-- by the words it was entered with, most of which are the same.
INSERT INTO meta (name, value) SELECT 'refold', value FROM meta WHERE name = 'searched';

-- 1 for a word that was first met under the folding of now: it is counted by what
-- is taken apart anew, the others have been counted already. In the end the others
-- go that no text has any more.
ALTER TABLE event_words ADD COLUMN refolded INTEGER NOT NULL DEFAULT 0;

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
