-- +goose Up
CREATE TABLE day_sums (
  zone   TEXT NOT NULL,
  day    TEXT NOT NULL,
  kind   TEXT NOT NULL,
  symbol TEXT NOT NULL,
  `count` INTEGER NOT NULL,
  amount TEXT NOT NULL COLLATE DECIMAL,
  PRIMARY KEY (zone, day, kind, symbol)
);

-- +goose Down
DROP TABLE day_sums;
