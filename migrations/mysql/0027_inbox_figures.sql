-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE inbox ADD KEY inbox_by_time (state, received_at, sent_time);

-- +goose Down
ALTER TABLE inbox DROP KEY inbox_by_time;
