-- +goose NO TRANSACTION
-- +goose Up
-- Lists walk one index per state, in the order that is asked for. What they filter by besides is in the index.
ALTER TABLE orders
  ADD COLUMN coin VARCHAR(32) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  ADD COLUMN tracking VARCHAR(200) NOT NULL DEFAULT '',
  ADD COLUMN fulfilled_at DATETIME(3) NULL,
  ADD KEY orders_by_time (created_at, id, state, coin, total),
  ADD KEY orders_by_state (state, created_at, id),
  ADD KEY orders_by_coin (state, coin, created_at, id),
  ADD KEY orders_by_total (state, total, id, created_at),
  ADD KEY orders_by_coin_total (state, coin, total, id, created_at),
  ADD KEY orders_by_email (email, created_at, id),
  ADD KEY orders_by_payment (paid_at, created_at);

-- +goose Down
ALTER TABLE orders
  DROP KEY orders_by_payment, DROP KEY orders_by_email, DROP KEY orders_by_coin_total, DROP KEY orders_by_total,
  DROP KEY orders_by_coin, DROP KEY orders_by_state, DROP KEY orders_by_time,
  DROP COLUMN fulfilled_at, DROP COLUMN tracking, DROP COLUMN coin;
