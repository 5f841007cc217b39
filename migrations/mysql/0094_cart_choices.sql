-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE carts
  ADD COLUMN coupon_code VARCHAR(64) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  ADD COLUMN country     VARCHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  ADD COLUMN region      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  ADD COLUMN method_id   VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE carts
  DROP COLUMN method_id,
  DROP COLUMN region,
  DROP COLUMN country,
  DROP COLUMN coupon_code;
