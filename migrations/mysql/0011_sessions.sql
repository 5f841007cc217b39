-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE sessions (
  id         CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cart_id    VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  data       MEDIUMBLOB NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  expires_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY sessions_expires_at (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE sessions;
