-- +goose Up
ALTER TABLE reviews ADD COLUMN resolution TEXT NOT NULL DEFAULT '';
CREATE INDEX reviews_by_time ON reviews (created_at, id);
CREATE INDEX reviews_by_order ON reviews (open, order_id);

-- +goose Down
DROP INDEX reviews_by_order;
DROP INDEX reviews_by_time;
ALTER TABLE reviews DROP COLUMN resolution;
