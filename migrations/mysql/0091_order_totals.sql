-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE orders
  ADD COLUMN goods_total    DECIMAL(36,18) NOT NULL DEFAULT 0,
  ADD COLUMN discount       DECIMAL(36,18) NOT NULL DEFAULT 0,
  ADD COLUMN delivery       DECIMAL(36,18) NOT NULL DEFAULT 0,
  ADD COLUMN delivery_tax   DECIMAL(36,18) NOT NULL DEFAULT 0,
  ADD COLUMN tax            DECIMAL(36,18) NOT NULL DEFAULT 0,
  ADD COLUMN contained_tax  DECIMAL(36,18) NOT NULL DEFAULT 0,
  ADD COLUMN tax_included   TINYINT(1) NOT NULL DEFAULT 0,
  ADD COLUMN tax_name       VARCHAR(100) NOT NULL DEFAULT '',
  ADD COLUMN tax_rate       DECIMAL(36,18) NOT NULL DEFAULT 0,
  ADD COLUMN coupon_code    VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  ADD COLUMN delivery_title VARCHAR(100) NOT NULL DEFAULT '',
  ADD COLUMN shipped        TINYINT(1) NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE orders
  DROP COLUMN shipped,
  DROP COLUMN delivery_title,
  DROP COLUMN coupon_code,
  DROP COLUMN tax_rate,
  DROP COLUMN tax_name,
  DROP COLUMN tax_included,
  DROP COLUMN contained_tax,
  DROP COLUMN tax,
  DROP COLUMN delivery_tax,
  DROP COLUMN delivery,
  DROP COLUMN discount,
  DROP COLUMN goods_total;
