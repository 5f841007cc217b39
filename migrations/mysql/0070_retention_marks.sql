-- +goose NO TRANSACTION
-- +goose Up
-- How far the rows of a table are cleared of what is kept for a while only: all before that time are done.
CREATE TABLE retention_marks (
  name       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  done_until DATETIME(3) NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE retention_marks;
