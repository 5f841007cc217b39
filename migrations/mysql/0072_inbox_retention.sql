-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE inbox ADD KEY inbox_by_arrival (received_at), ADD KEY inbox_by_end (handled_at);

-- +goose Down
ALTER TABLE inbox DROP KEY inbox_by_end, DROP KEY inbox_by_arrival;
