-- +goose NO TRANSACTION
-- +goose Up
UPDATE orders SET coin = COALESCE((
  SELECT a.coin FROM attempts a WHERE a.order_id = orders.id ORDER BY a.created_at DESC, a.id DESC LIMIT 1
), '');

-- +goose Down
UPDATE orders SET coin = '';
