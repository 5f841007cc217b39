-- +goose Up
CREATE INDEX outbox_by_order ON outbox (order_id);

-- +goose Down
DROP INDEX outbox_by_order;
