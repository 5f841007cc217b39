-- +goose Up
-- Orders from before had neither discount nor delivery nor tax.
UPDATE orders SET goods_total = total;

-- +goose Down
UPDATE orders SET goods_total = '0';
