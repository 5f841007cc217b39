-- +goose Up
CREATE TABLE throttles (
  id            TEXT NOT NULL,
  failures      INTEGER NOT NULL,
  failed_at     DATETIME NOT NULL,
  blocked_until DATETIME NULL,
  PRIMARY KEY (id)
);
CREATE INDEX throttles_failed_at ON throttles (failed_at);

-- +goose Down
DROP TABLE throttles;
