-- +goose Up

-- A person's number is called person in every table: user is a word of SQL's own,
-- and PostgreSQL reads it, where it stands for a column, as who is connected.
ALTER TABLE user_properties RENAME COLUMN user TO person;
ALTER TABLE sessions RENAME COLUMN user TO person;
ALTER TABLE notification_states RENAME COLUMN user TO person;
ALTER TABLE read_floors RENAME COLUMN user TO person;
ALTER TABLE invites RENAME COLUMN user TO person;
ALTER TABLE preferences RENAME COLUMN user TO person;
ALTER TABLE places RENAME COLUMN user TO person;
ALTER TABLE two_step RENAME COLUMN user TO person;
ALTER TABLE recovery_codes RENAME COLUMN user TO person;

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
