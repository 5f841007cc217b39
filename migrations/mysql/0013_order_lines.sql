-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE order_lines (
  id            CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id      CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  position      INT NOT NULL,
  variant_id    CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sku           VARCHAR(100) COLLATE utf8mb4_bin NOT NULL,
  slug          VARCHAR(190) COLLATE utf8mb4_bin NOT NULL,
  title         VARCHAR(200) NOT NULL,
  variant_title VARCHAR(200) NOT NULL,
  cover         VARCHAR(255) NOT NULL,
  unit_price    DECIMAL(36,18) NOT NULL,
  quantity      INT NOT NULL,
  total         DECIMAL(36,18) NOT NULL,
  PRIMARY KEY (id),
  KEY order_lines_by_order (order_id, position),
  CONSTRAINT order_lines_order FOREIGN KEY (order_id) REFERENCES orders (id),
  CONSTRAINT order_lines_quantity CHECK (quantity BETWEEN 1 AND 999)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE order_lines;
