-- +goose Up
ALTER TABLE statement_lines ADD COLUMN unreadable TEXT NOT NULL DEFAULT '';
ALTER TABLE statement_lines ADD COLUMN digest TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE statement_lines DROP COLUMN digest;
ALTER TABLE statement_lines DROP COLUMN unreadable;
