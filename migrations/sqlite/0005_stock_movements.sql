-- +goose Up
CREATE TABLE stock_movements (
  id         TEXT NOT NULL,
  variant_id TEXT NOT NULL,
  order_id   TEXT NOT NULL DEFAULT '',
  kind       TEXT NOT NULL,
  quantity   INTEGER NOT NULL,
  note       TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT stock_movements_variant FOREIGN KEY (variant_id) REFERENCES variants (id)
);
CREATE INDEX stock_movements_by_variant ON stock_movements (variant_id, created_at);

-- +goose Down
DROP TABLE stock_movements;
