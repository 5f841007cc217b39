-- +goose Up
ALTER TABLE stock_movements ADD COLUMN who TEXT NOT NULL DEFAULT '';
CREATE INDEX stock_movements_by_time ON stock_movements (created_at, id);
CREATE INDEX stock_movements_by_kind ON stock_movements (kind, created_at, id);

-- +goose Down
DROP INDEX stock_movements_by_kind;
DROP INDEX stock_movements_by_time;
ALTER TABLE stock_movements DROP COLUMN who;
