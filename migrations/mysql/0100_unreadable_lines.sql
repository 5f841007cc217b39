-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE statement_lines
  ADD COLUMN unreadable VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  ADD COLUMN digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE statement_lines
  DROP COLUMN unreadable,
  DROP COLUMN digest;
