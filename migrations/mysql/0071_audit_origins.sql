-- +goose NO TRANSACTION
-- +goose Up
-- The chain covers origin, a digest of salt and address, so that these two can be cleared. Entries without origin are older: their
-- chain covers the address itself.
ALTER TABLE audit_entries
  ADD COLUMN origin VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  ADD COLUMN origin_salt VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  ADD KEY audit_by_time (at);

-- +goose Down
ALTER TABLE audit_entries DROP KEY audit_by_time, DROP COLUMN origin_salt, DROP COLUMN origin;
