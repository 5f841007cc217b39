-- +goose Up
-- A keyed digest of the account that signed in to pay.
ALTER TABLE attempts ADD COLUMN payer_digest TEXT NOT NULL DEFAULT '';
CREATE INDEX attempts_by_account ON attempts (payer_digest, order_id);

-- +goose Down
DROP INDEX attempts_by_account;
ALTER TABLE attempts DROP COLUMN payer_digest;
