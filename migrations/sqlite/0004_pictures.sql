-- +goose Up
CREATE TABLE pictures (
  id         TEXT NOT NULL,
  product_id TEXT NOT NULL,
  source     TEXT NOT NULL,
  alt        TEXT NOT NULL,
  position   INTEGER NOT NULL,
  texts      TEXT NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT pictures_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE
);
CREATE INDEX pictures_by_product ON pictures (product_id, position);

-- +goose Down
DROP TABLE pictures;
