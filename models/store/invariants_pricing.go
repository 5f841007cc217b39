package store

// pricingInvariants are those of totals and of coupons.
var pricingInvariants = []invariant{
	{"sums", "order whose total is not goods less discount and with delivery and tax", "SELECT id FROM orders WHERE {asked} <> {given}"},
	{"sums", "order with a part that is less than nothing", `SELECT id FROM orders WHERE total < 0 OR goods_total < 0 OR discount < 0
		OR delivery < 0 OR delivery_tax < 0 OR tax < 0 OR contained_tax < 0`},
	{"sums", "order without lines, or whose goods are not the sum of its lines", `SELECT o.id FROM orders o LEFT JOIN (
			SELECT order_id, {sum total} AS total FROM order_lines GROUP BY order_id
		) l ON l.order_id = o.id WHERE l.total IS NULL OR o.goods_total <> l.total`},
	{"sums", "order whose discount or tax is not that of its lines", `SELECT o.id FROM orders o JOIN (
			SELECT order_id, {sum discount} AS discount, {sum tax} AS tax FROM order_lines GROUP BY order_id
		) l ON l.order_id = o.id WHERE o.discount <> l.discount OR {order tax} <> {line tax}`},
	{"I8", "coupon whose uses are not its redemptions", `SELECT c.id FROM coupons c LEFT JOIN (
			SELECT coupon_id, COUNT(*) AS uses FROM coupon_uses WHERE state IN ('held', 'used') GROUP BY coupon_id
		) u ON u.coupon_id = c.id WHERE c.uses <> COALESCE(u.uses, 0)`},
	{"I8", "coupon used more often than allowed", "SELECT id FROM coupons WHERE max_uses > 0 AND uses > max_uses"},
	{"I8", "shopper whose uses of a coupon are not their redemptions", `SELECT s.coupon_id FROM coupon_shoppers s LEFT JOIN (
			SELECT coupon_id, shopper, COUNT(*) AS uses FROM coupon_uses WHERE state IN ('held', 'used') GROUP BY coupon_id, shopper
		) u ON u.coupon_id = s.coupon_id AND u.shopper = s.shopper WHERE s.uses <> COALESCE(u.uses, 0)`},
	{"I8", "use of a coupon that its shopper's count does not have", `SELECT u.id FROM coupon_uses u
		WHERE u.state IN ('held', 'used') AND u.shopper <> '' AND NOT EXISTS (
			SELECT 1 FROM coupon_shoppers s WHERE s.coupon_id = u.coupon_id AND s.shopper = u.shopper)`},
	{"I8", "use of a coupon that is not as its order", `SELECT u.id FROM coupon_uses u JOIN orders o ON o.id = u.order_id
		WHERE o.coupon_code = '' OR (u.state = 'held' AND o.state IN ('paid', 'expired', 'cancelled'))
			OR (u.state IN ('used', 'late') AND o.state <> 'paid')
			OR (u.state = 'released' AND o.state NOT IN ('expired', 'cancelled', 'review'))`},
	{"I8", "order with a coupon that it does not use", `SELECT o.id FROM orders o
		WHERE o.coupon_code <> '' AND NOT EXISTS (SELECT 1 FROM coupon_uses u WHERE u.order_id = o.id)`},
}
