-- +goose Up
CREATE TABLE import_pictures (
  import_id  TEXT NOT NULL,
  position   INTEGER NOT NULL,
  product_id TEXT NOT NULL,
  line       INTEGER NOT NULL,
  sku        TEXT NOT NULL,
  pictures   TEXT NOT NULL,
  state      TEXT NOT NULL,
  problem    TEXT NOT NULL,
  PRIMARY KEY (import_id, position),
  CONSTRAINT import_pictures_import FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
);
CREATE INDEX import_pictures_by_state ON import_pictures (import_id, state, position);

-- +goose Down
DROP TABLE import_pictures;
