-- +goose Up
CREATE TABLE media (
  hash       TEXT NOT NULL,
  source     TEXT NOT NULL,
  width      INTEGER NOT NULL,
  height     INTEGER NOT NULL,
  kept       BOOLEAN NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (hash)
);
CREATE INDEX media_by_kept ON media (kept, created_at);

-- +goose Down
DROP TABLE media;
