-- +goose Up
UPDATE categories SET path = '/' || id || '/' WHERE path = '';

-- +goose Down
UPDATE categories SET path = '';
