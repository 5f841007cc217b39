package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// CreateCart makes an empty cart with a form token of its own.
func (s *Store) CreateCart(ctx context.Context) (models.Cart, error) {
	now := s.now()
	c := models.Cart{ID: models.NewID(), FormToken: models.NewRef(), CreatedAt: now, UpdatedAt: now}
	_, err := s.exec(ctx, "INSERT INTO carts (id, form_token, created_at, updated_at) VALUES (?, ?, ?, ?)",
		c.ID, c.FormToken, c.CreatedAt, c.UpdatedAt)
	if err != nil {
		return models.Cart{}, doing("make a cart", err)
	}
	return c, nil
}

const readCart = `SELECT c.form_token, c.created_at, c.updated_at, c.coupon_code, c.country, c.region, c.method_id,
	l.variant_id, l.quantity, l.seen_price, l.added_at,
	p.id, p.slug, v.sku, p.title, p.card_texts, v.title, v.texts, p.cover, p.cover_alt, v.price, v.sale_price, v.sale_from, v.sale_until,
	v.picture, v.weight, v.is_virtual, v.untracked, v.on_hand, p.hidden, v.retired
FROM carts c
LEFT JOIN cart_lines l ON l.cart_id = c.id
LEFT JOIN variants v ON v.id = l.variant_id
LEFT JOIN products p ON p.id = v.product_id
WHERE c.id = ?
ORDER BY l.added_at, v.sku`

const readCartCategories = `SELECT DISTINCT pc.product_id, c.path FROM cart_lines l
JOIN variants v ON v.id = l.variant_id
JOIN product_categories pc ON pc.product_id = v.product_id
JOIN categories c ON c.id = pc.category_id
WHERE l.cart_id = ?
ORDER BY pc.product_id, c.path`

// Cart reads a cart with its lines and what is true of them now, in two statements, an empty one in one; lines in the order they were
// added, then by SKU. ProductTexts holds what a list shows (title, summary). ErrNotFound.
func (s *Store) Cart(ctx context.Context, id string) (models.Cart, error) {
	if !machine(id) {
		return models.Cart{}, fmt.Errorf("read the cart: %w", ErrNotFound)
	}
	cart := models.Cart{ID: id}
	found := false
	err := s.each(ctx, readCart, []any{id}, func(rows *sql.Rows) error {
		found = true
		return s.scanCartRow(rows, &cart)
	})
	if err == nil && !found {
		err = ErrNotFound
	}
	if err == nil && len(cart.Lines) > 0 {
		err = s.addCartCategories(ctx, &cart)
	}
	if err != nil {
		return models.Cart{}, doing("read the cart", err)
	}
	return cart, nil
}

// addCartCategories adds to each line the categories of its product, with those above them.
func (s *Store) addCartCategories(ctx context.Context, cart *models.Cart) error {
	found := map[string][]string{}
	err := s.eachPair(ctx, readCartCategories, []any{cart.ID}, func(product, path string) error {
		found[product] = append(found[product], strings.Split(strings.Trim(path, "/"), "/")...)
		return nil
	})
	for i := range cart.Lines {
		cart.Lines[i].CategoryIDs = unique(found[cart.Lines[i].ProductID])
	}
	return err
}

// scanCartRow reads the cart and one of its lines; the only row of an empty cart has NULLs for a line.
func (s *Store) scanCartRow(rows *sql.Rows, cart *models.Cart) error {
	var (
		variant, product, slug, sku, title, variantTitle, cover, coverAlt, picture sql.NullString
		texts, variantTexts                                                        sql.RawBytes
		quantity, onHand                                                           sql.NullInt64
		seen, price, sale, weight                                                  sql.Null[models.Amount]
		added                                                                      sql.NullTime
		virtual, untracked, hidden, retired                                        sql.NullBool
		v                                                                          models.Variant
	)
	err := rows.Scan(&cart.FormToken, &cart.CreatedAt, &cart.UpdatedAt, &cart.CouponCode, &cart.Country, &cart.Region, &cart.MethodID,
		&variant, &quantity, &seen, &added,
		&product, &slug, &sku, &title, &texts, &variantTitle, &variantTexts, &cover, &coverAlt, &price, &sale, timeInto{&v.SaleFrom},
		timeInto{&v.SaleUntil}, &picture, &weight, &virtual, &untracked, &onHand, &hidden, &retired)
	if err != nil || !variant.Valid {
		return err
	}
	v.Price, v.SalePrice = price.V, sale.V
	line := models.CartLine{
		CartID: cart.ID, VariantID: variant.String, Quantity: int(quantity.Int64), SeenPrice: seen.V, AddedAt: added.Time,
		ProductID: product.String, Slug: slug.String, SKU: sku.String, Title: title.String, VariantTitle: variantTitle.String,
		Cover: cover.String, CoverAlt: coverAlt.String, Price: v.PriceAt(s.now()), RegularPrice: price.V, Weight: weight.V,
		Virtual: virtual.Bool, Untracked: untracked.Bool, OnHand: int(onHand.Int64), ProductHidden: hidden.Bool || retired.Bool,
	}
	if picture.String != "" {
		line.Cover, line.CoverAlt = picture.String, line.VariantTitle
	}
	if err := line.ProductTexts.Scan([]byte(texts)); err != nil {
		return err
	}
	if err := line.VariantTexts.Scan([]byte(variantTexts)); err != nil {
		return err
	}
	cart.Lines = append(cart.Lines, line)
	return nil
}

const (
	insertCartLine = "INSERT INTO cart_lines (cart_id, variant_id, quantity, seen_price, added_at) VALUES (?, ?, ?, ?, ?) "
	addUpSQLite    = "ON CONFLICT (cart_id, variant_id) DO UPDATE SET " +
		"quantity = min(quantity + excluded.quantity, ?), seen_price = excluded.seen_price"
	addUpMySQL = "ON DUPLICATE KEY UPDATE " +
		"quantity = LEAST(quantity + VALUES(quantity), ?), seen_price = VALUES(seen_price)"
	// touchCart comes first in a transaction: who has the cart's row lets the others wait. A line before it would share the row with
	// theirs, for the foreign key, and then everybody waits for everybody (MariaDB's deadlock).
	touchCart   = "UPDATE carts SET updated_at = ? WHERE id = ?"
	wholeCart   = "cart_id = ? AND variant_id = ?"
	nothingHere = "the cart or the variant: %w"
)

// AddToCart adds pieces of a variant, capped at models.MaxQuantity, and gives the number that is in the cart now. Two additions at
// the same moment both count. ErrNotFound: no such cart or variant.
func (s *Store) AddToCart(
	ctx context.Context, cartID, variantID string, quantity int, seenPrice models.Amount,
) (newQuantity int, err error) {
	if quantity < 1 || quantity > models.MaxQuantity {
		return 0, fmt.Errorf("add to the cart: %d pieces: %w", quantity, errCheck)
	}
	addUp := addUpMySQL
	if s.dialect == migrations.SQLite {
		addUp = addUpSQLite
	}
	err = s.Tx(ctx, func(tx *Store) error {
		now := tx.now()
		if _, err := tx.exec(ctx, touchCart, now, cartID); err != nil {
			return err
		}
		_, err := tx.exec(ctx, insertCartLine+addUp, cartID, variantID, quantity, seenPrice, now, models.MaxQuantity)
		if errors.Is(err, errForeignKey) {
			return fmt.Errorf(nothingHere, ErrNotFound)
		}
		if err != nil {
			return err
		}
		return tx.one(ctx, "SELECT quantity FROM cart_lines WHERE "+wholeCart, []any{cartID, variantID}, &newQuantity)
	})
	return newQuantity, doing("add to the cart", err)
}

// Reorder puts the lines of an order into a cart and returns its id: that of a new cart where cartID is "". All lines or none, so that whoever
// tries again does not get a line twice. What is no longer sold is left out.
func (s *Store) Reorder(ctx context.Context, cartID string, lines []models.OrderLine) (id string, err error) {
	err = s.Tx(ctx, func(tx *Store) error {
		if id = cartID; id == "" {
			cart, err := tx.CreateCart(ctx)
			if err != nil {
				return err
			}
			id = cart.ID
		}
		for _, line := range lines {
			if err := tx.addOrderLine(ctx, id, line); err != nil {
				return err
			}
		}
		return nil
	})
	return id, err
}

// addOrderLine puts what an order line bought into a cart, unless it is no longer sold.
func (s *Store) addOrderLine(ctx context.Context, cartID string, line models.OrderLine) error {
	variant, product, err := s.Variant(ctx, line.VariantID)
	if errors.Is(err, ErrNotFound) || (err == nil && (product.Hidden || variant.Retired)) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = s.AddToCart(ctx, cartID, line.VariantID, line.Quantity, line.UnitPrice)
	return err
}

// SetCartLine changes the number of pieces of a line, 1 to models.MaxQuantity; ErrNotFound where there is no such line.
func (s *Store) SetCartLine(ctx context.Context, cartID, variantID string, quantity int) error {
	if quantity < 1 || quantity > models.MaxQuantity {
		return fmt.Errorf("change the cart: %d pieces: %w", quantity, errCheck)
	}
	return doing("change the cart", s.Tx(ctx, func(tx *Store) error {
		if _, err := tx.exec(ctx, touchCart, tx.now(), cartID); err != nil {
			return err
		}
		n, err := tx.exec(ctx, "UPDATE cart_lines SET quantity = ? WHERE "+wholeCart, quantity, cartID, variantID)
		if err == nil && n == 0 {
			return ErrNotFound
		}
		return err
	}))
}

// RemoveCartLine takes a line out; none there is fine too.
func (s *Store) RemoveCartLine(ctx context.Context, cartID, variantID string) error {
	return doing("change the cart", s.Tx(ctx, func(tx *Store) error {
		if _, err := tx.exec(ctx, touchCart, tx.now(), cartID); err != nil {
			return err
		}
		_, err := tx.exec(ctx, "DELETE FROM cart_lines WHERE "+wholeCart, cartID, variantID)
		return err
	}))
}

// MarkCartSeen notes the unit prices that the shopper has been shown, by variant.
func (s *Store) MarkCartSeen(ctx context.Context, cartID string, prices map[string]models.Amount) error {
	return doing("note the prices seen", s.Tx(ctx, func(tx *Store) error {
		for _, id := range sortedKeys(prices) {
			_, err := tx.exec(ctx, "UPDATE cart_lines SET seen_price = ? WHERE "+wholeCart, prices[id], cartID, id)
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

// ClearCart empties a cart that became an order, by the form token of that order, and gives it the token of the next one.
// ErrConflict: the cart has another token by now, or there is none; then it keeps what is in it.
func (s *Store) ClearCart(ctx context.Context, cartID, formToken, newFormToken string) error {
	if err := widths["carts"]["form_token"].check("form_token", newFormToken); err != nil {
		return doing("empty the cart", err)
	}
	return doing("empty the cart", s.Tx(ctx, func(tx *Store) error {
		c := &change{}
		c.set("form_token", newFormToken)
		c.set("coupon_code", "") // it has served; the place and the way of delivery may do again
		c.set("updated_at", tx.now())
		if err := tx.update(ctx, "carts", c, "id = ? AND form_token = ?", cartID, formToken); err != nil {
			return err
		}
		_, err := tx.exec(ctx, "DELETE FROM cart_lines WHERE cart_id = ?", cartID)
		return err
	}))
}
