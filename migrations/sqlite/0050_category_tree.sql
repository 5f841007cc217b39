-- +goose Up
-- path holds the ids from the top down to the category, each between slashes: everything below is found by its beginning.
ALTER TABLE categories ADD COLUMN parent_id TEXT NOT NULL DEFAULT '';
ALTER TABLE categories ADD COLUMN path TEXT NOT NULL DEFAULT '';
ALTER TABLE categories ADD COLUMN hidden BOOLEAN NOT NULL DEFAULT 0;
ALTER TABLE categories ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE categories ADD COLUMN updated_at DATETIME NOT NULL DEFAULT '2026-01-01 00:00:00.000';

-- +goose Down
ALTER TABLE categories DROP COLUMN updated_at;
ALTER TABLE categories DROP COLUMN version;
ALTER TABLE categories DROP COLUMN hidden;
ALTER TABLE categories DROP COLUMN path;
ALTER TABLE categories DROP COLUMN parent_id;
