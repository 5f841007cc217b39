-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE throttles (
  id            CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  failures      INT NOT NULL,
  failed_at     DATETIME(3) NOT NULL,
  blocked_until DATETIME(3) NULL,
  PRIMARY KEY (id),
  KEY throttles_failed_at (failed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE throttles;
