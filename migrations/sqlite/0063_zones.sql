-- +goose Up
CREATE TABLE zones (
  id           TEXT NOT NULL,
  name         TEXT NOT NULL,
  position     INTEGER NOT NULL,
  tax_mode     TEXT NOT NULL,
  tax_name     TEXT NOT NULL,
  tax_rate     TEXT NOT NULL COLLATE DECIMAL,
  tax_delivery BOOLEAN NOT NULL,
  version      INTEGER NOT NULL,
  texts        TEXT NOT NULL,
  PRIMARY KEY (id)
);

-- +goose Down
DROP TABLE zones;
