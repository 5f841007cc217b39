-- +goose Up
CREATE TABLE order_lines (
  id            TEXT NOT NULL,
  order_id      TEXT NOT NULL,
  position      INTEGER NOT NULL,
  variant_id    TEXT NOT NULL,
  sku           TEXT NOT NULL,
  slug          TEXT NOT NULL,
  title         TEXT NOT NULL,
  variant_title TEXT NOT NULL,
  cover         TEXT NOT NULL,
  unit_price    TEXT NOT NULL COLLATE DECIMAL,
  quantity      INTEGER NOT NULL,
  total         TEXT NOT NULL COLLATE DECIMAL,
  PRIMARY KEY (id),
  CONSTRAINT order_lines_order FOREIGN KEY (order_id) REFERENCES orders (id),
  CONSTRAINT order_lines_quantity CHECK (quantity BETWEEN 1 AND 999)
);
CREATE INDEX order_lines_by_order ON order_lines (order_id, position);

-- +goose Down
DROP TABLE order_lines;
