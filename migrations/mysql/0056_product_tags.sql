-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE product_tags (
  tag        VARCHAR(100) COLLATE utf8mb4_bin NOT NULL,
  product_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  position   INT NOT NULL,
  PRIMARY KEY (tag, product_id),
  KEY product_tags_by_product (product_id, position),
  CONSTRAINT product_tags_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE product_tags;
