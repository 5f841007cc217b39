-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE day_sums (
  zone   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  day    CHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind   VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  symbol VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,
  `count` INT NOT NULL,
  amount DECIMAL(36,18) NOT NULL,
  PRIMARY KEY (zone, day, kind, symbol)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE day_sums;
