-- +goose Up

-- The audit is a chain: what an act says is hashed with a salt of its own, and
-- that hash with the one before. Whoever changes, takes out, puts in or moves an
-- act breaks it there, and store/chain.go finds the place. The chain holds
-- hashes of what was said and not the words: an act can be erased, salt and
-- words, and the chain still stands.
ALTER TABLE audit ADD COLUMN salt BLOB NOT NULL DEFAULT x'';    -- 32 random bytes; x'' when erased
ALTER TABLE audit ADD COLUMN payload BLOB NOT NULL DEFAULT x''; -- SHA-256 of the salt and what the act says
ALTER TABLE audit ADD COLUMN chain BLOB NOT NULL DEFAULT x'';   -- SHA-256 of the chain before, id and payload

-- The newest act, "17-" and its chain in hex. It is '' until the acts from
-- before this version have been chained, at the first opening.
INSERT INTO meta (name, value) VALUES ('audit_head', '');

-- Two changes are allowed: an act that is not yet in the chain is put there, and
-- an act is erased whole.
DROP TRIGGER audit_keeps;
-- +goose StatementBegin
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit
WHEN NOT (
  old.chain = x'' AND new.id = old.id AND new.at = old.at AND new.actor = old.actor AND new.by_name = old.by_name
  AND new.deed = old.deed AND new.subject = old.subject AND new.name = old.name AND new.detail = old.detail AND new.address = old.address
) AND NOT (
  new.id = old.id AND new.at = old.at AND new.payload = old.payload AND new.chain = old.chain
  AND new.salt = x'' AND new.actor = '' AND new.by_name = '' AND new.deed = '' AND new.subject = ''
  AND new.name = '' AND new.detail = '' AND new.address = ''
)
BEGIN
  SELECT RAISE(ABORT, 'the audit is append-only');
END;
-- +goose StatementEnd

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
