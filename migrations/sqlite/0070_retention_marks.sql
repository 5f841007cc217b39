-- +goose Up
-- How far the rows of a table are cleared of what is kept for a while only: all before that time are done.
CREATE TABLE retention_marks (
  name       TEXT NOT NULL,
  done_until DATETIME NOT NULL,
  PRIMARY KEY (name)
);

-- +goose Down
DROP TABLE retention_marks;
