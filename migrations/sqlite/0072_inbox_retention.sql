-- +goose Up
CREATE INDEX inbox_by_arrival ON inbox (received_at);
CREATE INDEX inbox_by_end ON inbox (handled_at);

-- +goose Down
DROP INDEX inbox_by_end;
DROP INDEX inbox_by_arrival;
