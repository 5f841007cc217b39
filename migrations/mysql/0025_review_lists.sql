-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE reviews
  ADD COLUMN resolution VARCHAR(1000) NOT NULL DEFAULT '',
  ADD KEY reviews_by_time (created_at, id),
  ADD KEY reviews_by_order (open, order_id);

-- +goose Down
ALTER TABLE reviews DROP KEY reviews_by_order, DROP KEY reviews_by_time, DROP COLUMN resolution;
