-- +goose NO TRANSACTION
-- +goose Up
-- A keyed digest of the account that signed in to pay.
ALTER TABLE attempts
  ADD COLUMN payer_digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  ADD KEY attempts_by_account (payer_digest, order_id);

-- +goose Down
ALTER TABLE attempts DROP KEY attempts_by_account, DROP COLUMN payer_digest;
