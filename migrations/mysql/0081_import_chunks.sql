-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE import_chunks (
  import_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  number    INT NOT NULL,
  data      MEDIUMBLOB NULL,
  PRIMARY KEY (import_id, number),
  CONSTRAINT import_chunks_import FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE import_chunks;
