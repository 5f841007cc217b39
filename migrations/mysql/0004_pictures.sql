-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE pictures (
  id         CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  product_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  source     VARCHAR(255) NOT NULL,
  alt        VARCHAR(500) NOT NULL,
  position   INT NOT NULL,
  texts      MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (id),
  KEY pictures_by_product (product_id, position),
  CONSTRAINT pictures_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE pictures;
