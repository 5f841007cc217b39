-- +goose Up
ALTER TABLE delivery_methods ADD COLUMN max_weight TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL;

-- +goose Down
ALTER TABLE delivery_methods DROP COLUMN max_weight;
