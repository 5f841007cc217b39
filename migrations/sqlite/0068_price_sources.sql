-- +goose Up
CREATE TABLE price_sources (
  id         TEXT NOT NULL,
  name       TEXT NOT NULL,
  url        TEXT NOT NULL,
  path       TEXT NOT NULL,
  time_path  TEXT NOT NULL DEFAULT '',
  enabled    BOOLEAN NOT NULL,
  version    INTEGER NOT NULL DEFAULT 1,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);

-- +goose Down
DROP TABLE price_sources;
