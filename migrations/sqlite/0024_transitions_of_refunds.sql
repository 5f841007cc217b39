-- +goose Up
ALTER TABLE transitions ADD COLUMN refund_id TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE transitions DROP COLUMN refund_id;
