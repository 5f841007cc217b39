-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE media (
  hash       CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  source     VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  width      INT NOT NULL,
  height     INT NOT NULL,
  kept       BOOLEAN NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (hash),
  KEY media_by_kept (kept, created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE media;
