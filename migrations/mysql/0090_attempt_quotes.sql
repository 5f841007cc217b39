-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE attempts
  ADD COLUMN spread DECIMAL(36,18) NOT NULL DEFAULT 0,
  ADD COLUMN quote_expires_at DATETIME(3) NULL;

-- +goose Down
ALTER TABLE attempts DROP COLUMN quote_expires_at, DROP COLUMN spread;
