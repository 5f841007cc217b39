-- +goose Up
-- A search that finds much sorts by every order that a shopper can choose without reading whole products.
DROP INDEX products_found;
CREATE INDEX products_found ON products (id, hidden, position, min_price, created_at, title);

-- +goose Down
DROP INDEX products_found;
CREATE INDEX products_found ON products (id, hidden, position);
