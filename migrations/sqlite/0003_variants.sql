-- +goose Up
CREATE TABLE variants (
  id         TEXT NOT NULL,
  product_id TEXT NOT NULL,
  sku        TEXT NOT NULL,
  title      TEXT NOT NULL,
  price      TEXT NOT NULL COLLATE DECIMAL,
  on_hand    INTEGER NOT NULL,
  reserved   INTEGER NOT NULL,
  sold       INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  texts      TEXT NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT variants_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
  CONSTRAINT variants_on_hand CHECK (on_hand >= 0),
  CONSTRAINT variants_reserved CHECK (reserved >= 0),
  CONSTRAINT variants_sold CHECK (sold >= 0)
);
CREATE UNIQUE INDEX variants_sku ON variants (sku);
CREATE INDEX variants_by_product ON variants (product_id, position);

-- +goose Down
DROP TABLE variants;
