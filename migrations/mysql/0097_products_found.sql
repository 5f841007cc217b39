-- +goose NO TRANSACTION
-- +goose Up
-- A search that finds much sorts by every order that a shopper can choose without reading whole products.
ALTER TABLE products DROP KEY products_found, ADD KEY products_found (id, hidden, position, min_price, created_at, title);

-- +goose Down
ALTER TABLE products DROP KEY products_found, ADD KEY products_found (id, hidden, position);
