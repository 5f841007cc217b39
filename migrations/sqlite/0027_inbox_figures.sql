-- +goose Up
CREATE INDEX inbox_by_time ON inbox (state, received_at, sent_time);

-- +goose Down
DROP INDEX inbox_by_time;
