-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE order_lines
  ADD COLUMN discount DECIMAL(36,18) NOT NULL DEFAULT 0,
  ADD COLUMN tax      DECIMAL(36,18) NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE order_lines
  DROP COLUMN tax,
  DROP COLUMN discount;
