-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE rates (
  id         VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  coin       VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,
  source     VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  rate       DECIMAL(36,18) NOT NULL,
  problem    VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  at         DATETIME(3) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY rates_by_time (coin, created_at, id),
  KEY rates_age (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE rates;
