-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE product_categories (
  product_id  CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  category_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  position    INT NOT NULL,
  PRIMARY KEY (product_id, category_id),
  KEY product_categories_by_category (category_id, product_id),
  CONSTRAINT product_categories_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
  CONSTRAINT product_categories_category FOREIGN KEY (category_id) REFERENCES categories (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE product_categories;
