-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE coupons (
  id              CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code            VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  kind            VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  value           DECIMAL(36,18) NOT NULL,
  minimum         DECIMAL(36,18) NOT NULL,
  category_ids    MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
  starts_at       DATETIME(3) NULL,
  ends_at         DATETIME(3) NULL,
  max_uses        INT NOT NULL,
  max_per_shopper INT NOT NULL,
  uses            INT NOT NULL,
  enabled         TINYINT(1) NOT NULL,
  note            VARCHAR(500) NOT NULL,
  version         INT NOT NULL,
  created_at      DATETIME(3) NOT NULL,
  updated_at      DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY coupons_code (code),
  KEY coupons_by_time (created_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE coupons;
