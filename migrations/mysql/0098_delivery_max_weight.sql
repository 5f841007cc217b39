-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE delivery_methods ADD COLUMN max_weight DECIMAL(36,18) NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE delivery_methods DROP COLUMN max_weight;
