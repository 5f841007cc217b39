-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE media_files (
  hash   CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  size   VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  format VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  data   MEDIUMBLOB NULL,
  PRIMARY KEY (hash, size),
  CONSTRAINT media_files_media FOREIGN KEY (hash) REFERENCES media (hash) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE media_files;
