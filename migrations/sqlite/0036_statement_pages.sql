-- +goose Up
CREATE TABLE statement_pages (
  statement_id TEXT NOT NULL,
  page         INTEGER NOT NULL,
  sealed       BLOB NULL,
  hash         TEXT NOT NULL,
  created_at   DATETIME NOT NULL,
  PRIMARY KEY (statement_id, page),
  CONSTRAINT statement_pages_statement FOREIGN KEY (statement_id) REFERENCES statements (id)
);

-- +goose Down
DROP TABLE statement_pages;
