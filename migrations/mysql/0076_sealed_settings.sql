-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE settings ADD COLUMN sealed BLOB NULL;

-- +goose Down
ALTER TABLE settings DROP COLUMN sealed;
