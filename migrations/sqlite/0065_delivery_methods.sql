-- +goose Up
CREATE TABLE delivery_methods (
  id        TEXT NOT NULL,
  zone_id   TEXT NOT NULL,
  title     TEXT NOT NULL,
  note      TEXT NOT NULL,
  texts     TEXT NOT NULL,
  kind      TEXT NOT NULL,
  steps     TEXT NOT NULL,
  free_from TEXT NOT NULL COLLATE DECIMAL,
  enabled   BOOLEAN NOT NULL,
  position  INTEGER NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT delivery_methods_zone FOREIGN KEY (zone_id) REFERENCES zones (id)
);
CREATE INDEX delivery_methods_by_zone ON delivery_methods (zone_id, position);

-- +goose Down
DROP TABLE delivery_methods;
