-- +goose Up
CREATE TABLE coupon_shoppers (
  coupon_id TEXT NOT NULL,
  shopper   TEXT NOT NULL,
  uses      INTEGER NOT NULL,
  PRIMARY KEY (coupon_id, shopper),
  CONSTRAINT coupon_shoppers_coupon FOREIGN KEY (coupon_id) REFERENCES coupons (id)
);

-- +goose Down
DROP TABLE coupon_shoppers;
