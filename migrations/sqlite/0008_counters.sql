-- +goose Up
CREATE TABLE counters (
  day   TEXT NOT NULL,
  name  TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (day, name)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE counters;
