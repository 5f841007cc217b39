-- +goose NO TRANSACTION
-- +goose Up
-- path holds the ids from the top down to the category, each between slashes: everything below is found by its beginning.
ALTER TABLE categories
  ADD COLUMN parent_id  VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  ADD COLUMN path       VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  ADD COLUMN hidden     TINYINT(1) NOT NULL DEFAULT 0,
  ADD COLUMN version    INT NOT NULL DEFAULT 1,
  ADD COLUMN updated_at DATETIME(3) NOT NULL DEFAULT '2026-01-01 00:00:00.000';

-- +goose Down
ALTER TABLE categories
  DROP COLUMN updated_at, DROP COLUMN version, DROP COLUMN hidden, DROP COLUMN path, DROP COLUMN parent_id;
