-- +goose Up
CREATE TABLE coupon_uses (
  id         TEXT NOT NULL,
  coupon_id  TEXT NOT NULL,
  order_id   TEXT NOT NULL,
  shopper    TEXT NOT NULL,
  state      TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT coupon_uses_coupon FOREIGN KEY (coupon_id) REFERENCES coupons (id),
  CONSTRAINT coupon_uses_of_order FOREIGN KEY (order_id) REFERENCES orders (id)
);
CREATE UNIQUE INDEX coupon_uses_order ON coupon_uses (order_id);
CREATE INDEX coupon_uses_by_coupon ON coupon_uses (coupon_id, created_at, id);

-- +goose Down
DROP TABLE coupon_uses;
