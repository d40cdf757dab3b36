-- +goose Up

-- What the broom looks for (store/retention.go), so that it never reads the log
-- while publishers wait: what people did, figures, and who an event was addressed
-- to. The queries name the same types in the same words.
CREATE INDEX events_passing ON events (at)
WHERE type IN ('user:login', 'user:logout', 'user:action', 'notification:read', 'notification:held', 'notification:released', 'notification:cleaned', 'session:ended', 'guest:erased', 'house:changed');
CREATE INDEX events_figures ON events (at) WHERE type = 'metrics:update';
CREATE INDEX event_recipients_event ON event_recipients (event);
CREATE INDEX alerts_resolved ON alerts (resolved_at) WHERE status = 'resolved';

-- The time up to which figures are thinned to one an hour.
INSERT INTO meta (name, value) VALUES ('thinned', '0');

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
