-- +goose Up
CREATE TABLE imports (
  id           TEXT NOT NULL,
  file_name    TEXT NOT NULL,
  file_size    INTEGER NOT NULL,
  file_lines   INTEGER NOT NULL,
  hash         TEXT NOT NULL,
  options      TEXT NOT NULL,
  report       TEXT NOT NULL,
  catalogue    TEXT NOT NULL,
  check_task   TEXT NOT NULL,
  apply_task   TEXT NOT NULL,
  picture_task TEXT NOT NULL,
  staff_id     TEXT NOT NULL,
  who          TEXT NOT NULL,
  created_at   DATETIME NOT NULL,
  applied_at   DATETIME,
  PRIMARY KEY (id)
);
CREATE INDEX imports_by_time ON imports (created_at, id);

-- +goose Down
DROP TABLE imports;
