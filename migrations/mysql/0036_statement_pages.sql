-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE statement_pages (
  statement_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  page         INT NOT NULL,
  sealed       MEDIUMBLOB NULL,
  hash         CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at   DATETIME(3) NOT NULL,
  PRIMARY KEY (statement_id, page),
  CONSTRAINT statement_pages_statement FOREIGN KEY (statement_id) REFERENCES statements (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE statement_pages;
