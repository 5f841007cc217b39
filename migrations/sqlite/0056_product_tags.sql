-- +goose Up
CREATE TABLE product_tags (
  tag        TEXT NOT NULL,
  product_id TEXT NOT NULL,
  position   INTEGER NOT NULL,
  PRIMARY KEY (tag, product_id),
  CONSTRAINT product_tags_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX product_tags_by_product ON product_tags (product_id, position);

-- +goose Down
DROP TABLE product_tags;
