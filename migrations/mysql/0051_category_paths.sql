-- +goose NO TRANSACTION
-- +goose Up
UPDATE categories SET path = CONCAT('/', id, '/') WHERE path = '';

-- +goose Down
UPDATE categories SET path = '';
