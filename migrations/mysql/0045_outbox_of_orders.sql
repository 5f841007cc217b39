-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE outbox ADD KEY outbox_by_order (order_id);

-- +goose Down
ALTER TABLE outbox DROP KEY outbox_by_order;
