-- +goose Up
ALTER TABLE settings ADD COLUMN sealed BLOB;

-- +goose Down
ALTER TABLE settings DROP COLUMN sealed;
