-- +goose Up
CREATE TABLE cart_lines (
  cart_id    TEXT NOT NULL,
  variant_id TEXT NOT NULL,
  quantity   INTEGER NOT NULL,
  seen_price TEXT NOT NULL COLLATE DECIMAL,
  added_at   DATETIME NOT NULL,
  PRIMARY KEY (cart_id, variant_id),
  CONSTRAINT cart_lines_cart FOREIGN KEY (cart_id) REFERENCES carts (id) ON DELETE CASCADE,
  CONSTRAINT cart_lines_variant FOREIGN KEY (variant_id) REFERENCES variants (id) ON DELETE CASCADE,
  CONSTRAINT cart_lines_quantity CHECK (quantity BETWEEN 1 AND 999)
) WITHOUT ROWID;
CREATE INDEX cart_lines_by_variant ON cart_lines (variant_id);

-- +goose Down
DROP TABLE cart_lines;
