-- +goose Up
-- A keyed digest of the e-mail address, empty until the shop finds the time to fill it in.
ALTER TABLE orders ADD COLUMN customer TEXT NOT NULL DEFAULT '';
CREATE INDEX orders_by_customer ON orders (customer, created_at, id);

-- +goose Down
DROP INDEX orders_by_customer;
ALTER TABLE orders DROP COLUMN customer;
