-- +goose Up
ALTER TABLE attempts ADD COLUMN spread TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL;
ALTER TABLE attempts ADD COLUMN quote_expires_at DATETIME;

-- +goose Down
ALTER TABLE attempts DROP COLUMN quote_expires_at;
ALTER TABLE attempts DROP COLUMN spread;
