-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE stock_movements
  ADD COLUMN who VARCHAR(254) NOT NULL DEFAULT '',
  ADD KEY stock_movements_by_time (created_at, id),
  ADD KEY stock_movements_by_kind (kind, created_at, id);

-- +goose Down
ALTER TABLE stock_movements
  DROP KEY stock_movements_by_kind, DROP KEY stock_movements_by_time,
  DROP COLUMN who;
