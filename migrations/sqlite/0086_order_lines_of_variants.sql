-- +goose Up
-- Whether a variant was ever ordered decides whether it can be deleted.
CREATE INDEX order_lines_by_variant ON order_lines (variant_id);

-- +goose Down
DROP INDEX order_lines_by_variant;
