-- +goose Up
-- The chain covers origin, a digest of salt and address, so that these two can be cleared. Entries without origin are older: their
-- chain covers the address itself.
ALTER TABLE audit_entries ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_entries ADD COLUMN origin_salt TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_by_time ON audit_entries (at);

-- +goose Down
DROP INDEX audit_by_time;
ALTER TABLE audit_entries DROP COLUMN origin_salt;
ALTER TABLE audit_entries DROP COLUMN origin;
