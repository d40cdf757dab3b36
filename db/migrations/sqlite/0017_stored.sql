-- +goose Up

-- When an event was stored, by the clock of the house; at is when it happened, as
-- reported, by somebody else's. Clean-up and retention go by this one. 0 for events
-- from before there was the column: of those only at is known.
ALTER TABLE events ADD COLUMN stored INTEGER NOT NULL DEFAULT 0;

-- What the broom looks for, by that (0011 has the same by at). The queries of
-- store/retention.go say it in the same words.
DROP INDEX events_passing;
CREATE INDEX events_passing ON events ((CASE WHEN stored = 0 THEN at ELSE stored END))
WHERE type IN ('user:login', 'user:logout', 'user:action', 'notification:read', 'notification:held', 'notification:released', 'notification:cleaned', 'session:ended', 'guest:erased', 'house:changed');
DROP INDEX events_figures;
CREATE INDEX events_figures ON events ((CASE WHEN stored = 0 THEN at ELSE stored END)) WHERE type = 'metrics:update';

-- Alerts that were solved go with the events that said so.
DROP INDEX alerts_resolved;
CREATE INDEX alerts_resolved ON alerts (event) WHERE status = 'resolved';

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
