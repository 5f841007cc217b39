-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE cart_lines (
  cart_id    CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  variant_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity   INT NOT NULL,
  seen_price DECIMAL(36,18) NOT NULL,
  added_at   DATETIME(3) NOT NULL,
  PRIMARY KEY (cart_id, variant_id),
  KEY cart_lines_by_variant (variant_id),
  CONSTRAINT cart_lines_cart FOREIGN KEY (cart_id) REFERENCES carts (id) ON DELETE CASCADE,
  CONSTRAINT cart_lines_variant FOREIGN KEY (variant_id) REFERENCES variants (id) ON DELETE CASCADE,
  CONSTRAINT cart_lines_quantity CHECK (quantity BETWEEN 1 AND 999)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE cart_lines;
