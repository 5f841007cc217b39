-- +goose NO TRANSACTION
-- +goose Up
-- forget_at: the person of this use was erased, and what the shopper is known by is looked at again then.
ALTER TABLE coupon_uses
  ADD COLUMN forget_at DATETIME(3) NULL,
  ADD KEY coupon_uses_by_shopper (shopper),
  ADD KEY coupon_uses_to_forget (forget_at);

-- +goose Down
ALTER TABLE coupon_uses DROP KEY coupon_uses_to_forget, DROP KEY coupon_uses_by_shopper, DROP COLUMN forget_at;
