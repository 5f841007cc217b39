-- +goose Up
CREATE TABLE product_categories (
  product_id  TEXT NOT NULL,
  category_id TEXT NOT NULL,
  position    INTEGER NOT NULL,
  PRIMARY KEY (product_id, category_id),
  CONSTRAINT product_categories_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
  CONSTRAINT product_categories_category FOREIGN KEY (category_id) REFERENCES categories (id)
) WITHOUT ROWID;
CREATE INDEX product_categories_by_category ON product_categories (category_id, product_id);

-- +goose Down
DROP TABLE product_categories;
