-- +goose Up
INSERT INTO product_categories (product_id, category_id, position) SELECT id, category_id, 0 FROM products;

-- +goose Down
DELETE FROM product_categories;
