-- +goose Up
CREATE TABLE book_days (
  day          TEXT NOT NULL,
  zone         TEXT NOT NULL,
  state        TEXT NOT NULL,
  statement_id TEXT NOT NULL DEFAULT '',
  sealed_hash  TEXT NOT NULL DEFAULT '',
  report       TEXT NOT NULL,
  sealed_by    TEXT NOT NULL DEFAULT '',
  created_at   DATETIME NOT NULL,
  updated_at   DATETIME NOT NULL,
  sealed_at    DATETIME NULL,
  PRIMARY KEY (day)
);

-- +goose Down
DROP TABLE book_days;
