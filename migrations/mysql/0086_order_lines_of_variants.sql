-- +goose NO TRANSACTION
-- +goose Up
-- Whether a variant was ever ordered decides whether it can be deleted.
ALTER TABLE order_lines ADD KEY order_lines_by_variant (variant_id);

-- +goose Down
ALTER TABLE order_lines DROP KEY order_lines_by_variant;
