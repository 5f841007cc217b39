-- +goose Up
ALTER TABLE attempts ADD COLUMN refunded TEXT NOT NULL DEFAULT '0' COLLATE DECIMAL;
CREATE INDEX attempts_by_payment ON attempts (paid_at, id);
CREATE INDEX attempts_by_payer ON attempts (payer_user_id, created_at);
CREATE INDEX attempts_live ON attempts (live, created_at, id);

-- +goose Down
DROP INDEX attempts_live;
DROP INDEX attempts_by_payer;
DROP INDEX attempts_by_payment;
ALTER TABLE attempts DROP COLUMN refunded;
