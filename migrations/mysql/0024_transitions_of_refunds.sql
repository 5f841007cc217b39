-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE transitions ADD COLUMN refund_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE transitions DROP COLUMN refund_id;
