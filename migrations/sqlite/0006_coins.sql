-- +goose Up
CREATE TABLE coins (
  symbol      TEXT NOT NULL,
  name        TEXT NOT NULL,
  `precision` INTEGER NOT NULL,
  rate        TEXT NOT NULL COLLATE DECIMAL,
  rate_source TEXT NOT NULL,
  rate_at     DATETIME NOT NULL,
  min_amount  TEXT NOT NULL COLLATE DECIMAL,
  enabled     BOOLEAN NOT NULL,
  position    INTEGER NOT NULL,
  PRIMARY KEY (symbol),
  CONSTRAINT coins_precision CHECK (`precision` BETWEEN 0 AND 18)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE coins;
