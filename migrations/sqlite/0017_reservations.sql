-- +goose Up
CREATE TABLE reservations (
  id         TEXT NOT NULL,
  order_id   TEXT NOT NULL,
  variant_id TEXT NOT NULL,
  quantity   INTEGER NOT NULL,
  state      TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT reservations_order FOREIGN KEY (order_id) REFERENCES orders (id),
  CONSTRAINT reservations_variant FOREIGN KEY (variant_id) REFERENCES variants (id),
  CONSTRAINT reservations_quantity CHECK (quantity >= 1)
);
CREATE UNIQUE INDEX reservations_order_variant ON reservations (order_id, variant_id);
CREATE INDEX reservations_by_variant ON reservations (variant_id);

-- +goose Down
DROP TABLE reservations;
