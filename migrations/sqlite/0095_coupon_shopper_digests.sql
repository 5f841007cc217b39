-- +goose Up
-- forget_at: the person of this use was erased, and what the shopper is known by is looked at again then.
ALTER TABLE coupon_uses ADD COLUMN forget_at DATETIME NULL;
CREATE INDEX coupon_uses_by_shopper ON coupon_uses (shopper);
CREATE INDEX coupon_uses_to_forget ON coupon_uses (forget_at);

-- +goose Down
DROP INDEX coupon_uses_to_forget;
DROP INDEX coupon_uses_by_shopper;
ALTER TABLE coupon_uses DROP COLUMN forget_at;
