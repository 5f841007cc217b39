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
	if err := cartTable.insert(ctx, s, &c); err != nil {
		return models.Cart{}, wrap("make a cart", err)
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
	if !isKey(id) {
		return models.Cart{}, fmt.Errorf("read the cart: %w", ErrNotFound)
	}
	var cart models.Cart
	err := s.each(ctx, readCart, []any{id}, func(rows *sql.Rows) error {
		cart.ID = id
		return s.scanCartRow(rows, &cart)
	})
	if err == nil && cart.ID == "" {
		err = ErrNotFound
	}
	if err == nil && len(cart.Lines) > 0 {
		err = s.addCartCategories(ctx, &cart)
	}
	if err != nil {
		return models.Cart{}, wrap("read the cart", err)
	}
	return cart, nil
}

// addCartCategories adds to each line the categories of its product, with those above them.
func (s *Store) addCartCategories(ctx context.Context, cart *models.Cart) error {
	found := map[string][]string{}
	err := s.each(ctx, readCartCategories, []any{cart.ID}, func(rows *sql.Rows) error {
		var product, path string
		err := rows.Scan(&product, &path)
		found[product] = append(found[product], strings.Split(strings.Trim(path, "/"), "/")...)
		return err
	})
	for i := range cart.Lines {
		cart.Lines[i].CategoryIDs = unique(found[cart.Lines[i].ProductID])
	}
	return err
}

// scanCartRow reads the cart and one of its lines; the only row of an empty cart has NULLs for a line.
func (s *Store) scanCartRow(rows *sql.Rows, cart *models.Cart) error {
	var v models.Variant
	line := models.CartLine{CartID: cart.ID}
	err := rows.Scan(&cart.FormToken, &cart.CreatedAt, &cart.UpdatedAt, &cart.CouponCode, &cart.Country, &cart.Region, &cart.MethodID,
		orZero(&line.VariantID), orZero(&line.Quantity), nullAmount{&line.SeenPrice}, orZero(&line.AddedAt),
		orZero(&line.ProductID), orZero(&line.Slug), orZero(&line.SKU), orZero(&line.Title), &line.ProductTexts, orZero(&line.VariantTitle),
		&line.VariantTexts, orZero(&line.Cover), orZero(&line.CoverAlt), nullAmount{&v.Price}, nullAmount{&v.SalePrice}, orZero(&v.SaleFrom),
		orZero(&v.SaleUntil), orZero(&v.Picture), nullAmount{&line.Weight}, orZero(&line.Virtual), orZero(&line.Untracked), orZero(&line.OnHand),
		orZero(&line.ProductHidden), orZero(&v.Retired))
	if err != nil || line.VariantID == "" {
		return err
	}
	line.Price, line.RegularPrice = v.PriceAt(s.now()), v.Price
	line.ProductHidden = line.ProductHidden || v.Retired
	if v.Picture != "" {
		line.Cover, line.CoverAlt = v.Picture, line.VariantTitle
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
	oneLine = "cart_id = ? AND variant_id = ?"
)

// inCart runs fn in a transaction that has changed the cart's row first: other transactions that change the cart wait there. A line before it
// would share the row with theirs, for the foreign key, and then everybody waits for everybody (MariaDB's deadlock).
func (s *Store) inCart(ctx context.Context, cartID string, fn func(tx *Store) error) error {
	return s.Tx(ctx, func(tx *Store) error {
		if _, err := tx.exec(ctx, "UPDATE carts SET updated_at = ? WHERE id = ?", tx.now(), cartID); err != nil {
			return err
		}
		return fn(tx)
	})
}

// AddToCart adds pieces of a variant, capped at models.MaxQuantity, and returns the number that is in the cart now. Two additions at
// the same moment both count. ErrNotFound: no such cart or variant.
func (s *Store) AddToCart(ctx context.Context, cartID, variantID string, quantity int, seenPrice models.Amount) (newQuantity int, err error) {
	if quantity < 1 || quantity > models.MaxQuantity {
		return 0, fmt.Errorf("add to the cart: %d pieces: %w", quantity, errCheck)
	}
	addUp := addUpMySQL
	if s.dialect == migrations.SQLite {
		addUp = addUpSQLite
	}
	err = s.inCart(ctx, cartID, func(tx *Store) error {
		_, err := tx.exec(ctx, insertCartLine+addUp, cartID, variantID, quantity, seenPrice, tx.now(), models.MaxQuantity)
		if errors.Is(err, errForeignKey) {
			return fmt.Errorf("the cart or the variant: %w", ErrNotFound)
		}
		if err != nil {
			return err
		}
		return tx.one(ctx, "SELECT quantity FROM cart_lines WHERE "+oneLine, []any{cartID, variantID}, &newQuantity)
	})
	return newQuantity, wrap("add to the cart", err)
}

// Reorder puts the lines of an order into a cart and returns its id: that of a new cart where cartID is "". All lines or none, so that a
// second try adds no line twice. What is no longer sold is left out.
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
	return wrap("change the cart", s.inCart(ctx, cartID, func(tx *Store) error {
		return tx.execOr(ctx, ErrNotFound, "UPDATE cart_lines SET quantity = ? WHERE "+oneLine, quantity, cartID, variantID)
	}))
}

// RemoveCartLine takes a line out; none there is fine too.
func (s *Store) RemoveCartLine(ctx context.Context, cartID, variantID string) error {
	return wrap("change the cart", s.inCart(ctx, cartID, func(tx *Store) error {
		_, err := tx.exec(ctx, "DELETE FROM cart_lines WHERE "+oneLine, cartID, variantID)
		return err
	}))
}

// ClearCart empties a cart that became an order, by the form token of that order, and gives it the token of the next one.
// ErrConflict: the cart has another token by now, or there is none; then it keeps what is in it.
func (s *Store) ClearCart(ctx context.Context, cartID, formToken, newFormToken string) error {
	if err := widths["carts"]["form_token"].check("form_token", newFormToken); err != nil {
		return wrap("empty the cart", err)
	}
	return wrap("empty the cart", s.Tx(ctx, func(tx *Store) error {
		// The coupon has served; the place and the way of delivery may do again.
		err := tx.execOr(ctx, ErrConflict, "UPDATE carts SET form_token = ?, coupon_code = '', updated_at = ? WHERE id = ? AND form_token = ?",
			newFormToken, tx.now(), cartID, formToken)
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, "DELETE FROM cart_lines WHERE cart_id = ?", cartID)
		return err
	}))
}
