-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE variants (
  id         CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  product_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sku        VARCHAR(100) COLLATE utf8mb4_bin NOT NULL,
  title      VARCHAR(200) NOT NULL,
  price      DECIMAL(36,18) NOT NULL,
  on_hand    INT NOT NULL,
  reserved   INT NOT NULL,
  sold       INT NOT NULL,
  position   INT NOT NULL,
  texts      MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY variants_sku (sku),
  KEY variants_by_product (product_id, position),
  CONSTRAINT variants_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
  CONSTRAINT variants_on_hand CHECK (on_hand >= 0),
  CONSTRAINT variants_reserved CHECK (reserved >= 0),
  CONSTRAINT variants_sold CHECK (sold >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE variants;
