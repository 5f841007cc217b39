-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE coupon_shoppers (
  coupon_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  shopper   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  uses      INT NOT NULL,
  PRIMARY KEY (coupon_id, shopper),
  CONSTRAINT coupon_shoppers_coupon FOREIGN KEY (coupon_id) REFERENCES coupons (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- +goose Down
DROP TABLE coupon_shoppers;
