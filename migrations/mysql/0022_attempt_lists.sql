-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE attempts
  ADD COLUMN refunded DECIMAL(36,18) NOT NULL DEFAULT 0,
  ADD KEY attempts_by_payment (paid_at, id),
  ADD KEY attempts_by_payer (payer_user_id, created_at),
  ADD KEY attempts_live (live, created_at, id);

-- +goose Down
ALTER TABLE attempts
  DROP KEY attempts_live, DROP KEY attempts_by_payer, DROP KEY attempts_by_payment,
  DROP COLUMN refunded;
