-- +goose Up
CREATE TABLE rates (
  id         TEXT NOT NULL,
  coin       TEXT NOT NULL,
  source     TEXT NOT NULL,
  rate       TEXT NOT NULL COLLATE DECIMAL,
  problem    TEXT NOT NULL DEFAULT '',
  at         DATETIME NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX rates_by_time ON rates (coin, created_at, id);
CREATE INDEX rates_age ON rates (created_at);

-- +goose Down
DROP TABLE rates;
