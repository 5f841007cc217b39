-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE coins (
  symbol      VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,
  name        VARCHAR(100) NOT NULL,
  `precision` INT NOT NULL,
  rate        DECIMAL(36,18) NOT NULL,
  rate_source VARCHAR(100) NOT NULL,
  rate_at     DATETIME(3) NOT NULL,
  min_amount  DECIMAL(36,18) NOT NULL,
  enabled     TINYINT(1) NOT NULL,
  position    INT NOT NULL,
  PRIMARY KEY (symbol),
  CONSTRAINT coins_precision CHECK (`precision` BETWEEN 0 AND 18)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE coins;
