-- +goose NO TRANSACTION
-- +goose Up
-- The key of a foreign key must hold nothing that changes: InnoDB would lock the variant for every change of state, and two orders of
-- one variant would wait for each other.
CREATE TABLE reservations (
  id         CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id   CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  variant_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity   INT NOT NULL,
  state      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY reservations_order_variant (order_id, variant_id),
  KEY reservations_by_variant (variant_id),
  CONSTRAINT reservations_order FOREIGN KEY (order_id) REFERENCES orders (id),
  CONSTRAINT reservations_variant FOREIGN KEY (variant_id) REFERENCES variants (id),
  CONSTRAINT reservations_quantity CHECK (quantity >= 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE reservations;
