-- +goose Up
ALTER TABLE orders ADD COLUMN coin TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN tracking TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN fulfilled_at DATETIME NULL;
CREATE INDEX orders_by_time ON orders (created_at, id, state, coin, total);
CREATE INDEX orders_by_state ON orders (state, created_at, id);
CREATE INDEX orders_by_coin ON orders (state, coin, created_at, id);
CREATE INDEX orders_by_total ON orders (state, total, id, created_at);
CREATE INDEX orders_by_coin_total ON orders (state, coin, total, id, created_at);
CREATE INDEX orders_by_email ON orders (email, created_at, id);
CREATE INDEX orders_by_payment ON orders (paid_at, created_at);

-- +goose Down
DROP INDEX orders_by_payment;
DROP INDEX orders_by_email;
DROP INDEX orders_by_coin_total;
DROP INDEX orders_by_total;
DROP INDEX orders_by_coin;
DROP INDEX orders_by_state;
DROP INDEX orders_by_time;
ALTER TABLE orders DROP COLUMN fulfilled_at;
ALTER TABLE orders DROP COLUMN tracking;
ALTER TABLE orders DROP COLUMN coin;
