-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE coupon_uses (
  id         CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  coupon_id  CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id   CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  shopper    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY coupon_uses_order (order_id),
  KEY coupon_uses_by_coupon (coupon_id, created_at, id),
  CONSTRAINT coupon_uses_coupon FOREIGN KEY (coupon_id) REFERENCES coupons (id),
  CONSTRAINT coupon_uses_of_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE coupon_uses;
