-- +goose Up
CREATE TABLE stock_counts (
  id         TEXT NOT NULL,
  name       TEXT NOT NULL,
  state      TEXT NOT NULL,
  who        TEXT NOT NULL,
  ended_by   TEXT NOT NULL,
  version    INTEGER NOT NULL,
  created_at DATETIME NOT NULL,
  ended_at   DATETIME NULL,
  PRIMARY KEY (id)
);
CREATE INDEX stock_counts_by_time ON stock_counts (created_at, id);

-- +goose Down
DROP TABLE stock_counts;
