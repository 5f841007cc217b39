-- +goose Up
CREATE TABLE statements (
  id         TEXT NOT NULL,
  day        TEXT NOT NULL,
  zone       TEXT NOT NULL,
  state      TEXT NOT NULL,
  `lines`    INTEGER NOT NULL DEFAULT 0,
  `count`    INTEGER NOT NULL DEFAULT 0,
  pages      INTEGER NOT NULL DEFAULT 0,
  hash       TEXT NOT NULL DEFAULT '',
  problem    TEXT NOT NULL DEFAULT '',
  fetched_by TEXT NOT NULL DEFAULT '',
  created_at DATETIME NOT NULL,
  fetched_at DATETIME NULL,
  PRIMARY KEY (id)
);
CREATE INDEX statements_by_day ON statements (day, created_at, id);

-- +goose Down
DROP TABLE statements;
