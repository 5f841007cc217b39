-- +goose NO TRANSACTION
-- +goose Up
-- A keyed digest of the e-mail address, empty until the shop finds the time to fill it in.
ALTER TABLE orders
  ADD COLUMN customer VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  ADD KEY orders_by_customer (customer, created_at, id);

-- +goose Down
ALTER TABLE orders DROP KEY orders_by_customer, DROP COLUMN customer;
