package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
)

// PlaceInput is a checkout form that package web has checked.
type PlaceInput struct {
	CartID    string
	FormToken string // the form's one-time token (reliability.md R9)
	Seen      string // Bill.Seen of what the form showed
	Email     string
	Name      string
	Lang      string // BCP 47
	Currency  models.Currency
	Address   models.Address // of delivery; ignored if nothing is shipped or the shop has no zones
	Coin      string
	Quotes    string // token of the quotes that the form showed (Service.Quotes, CartSubject)
	Payer     models.Payer
	Network   string // IPv4 address, or the /64 of an IPv6 address, for which unpaid orders are counted; empty: they are not
}

// Placement tells where the shopper goes next.
type Placement struct {
	Ref      string // the order's reference
	PayURL   string // the platform's pay page; empty: show the order page, which explains
	Existing bool   // the form has made this order before
}

// Placer turns carts and checkouts into orders with payment attempts, and leads shoppers to the page where they pay.
type Placer struct {
	core

	gateway    Gateway
	settlement *settlement
	sender     *sender
	inquiry    *Inquiry
	quoter     *Quoter
	scene      string // orderSceneType, if agreed with the platform
	orderTTL   time.Duration
	retryTTL   time.Duration
	grace      time.Duration
}

// Place turns a cart into an order with a payment attempt, creates the platform's order, and returns where the shopper goes (design.md §2).
// The same form token always gives the same order.
//
// Once the order is stored, it is shown (reliability.md R19): later failures are logged, and the placement leads to the order. An error means
// that this form has no valid order, or that the database could not be asked (store.ErrUnavailable). The same form may be sent again.
//
// Errors: ErrCartEmpty, ErrFormUsed, ErrCartChanged, ErrPlace, ErrUndeliverable, ErrTooHeavy, *AddressError, *CouponError,
// ErrNothingToPay, ErrCoin, ErrQuote, ErrPayer, *PiecesError, *store.UnpaidLimitError, *store.OutOfStockError, ErrUnreachable, ErrSignIn, and
// the store's. Any other refusal by
// the platform is not an error: the order page shows it and lets the shopper correct it.
func (c *Placer) Place(ctx context.Context, in PlaceInput) (Placement, error) {
	if !in.Payer.Known() {
		return Placement{}, ErrPayer
	}
	return c.place(ctx, form{
		token: in.FormToken, payer: in.Payer,
		insert: func() (models.Order, models.Attempt, error) { return c.insertOrder(ctx, in) },
		renew: func(ctx context.Context, tx *store.Store, order *models.Order) error {
			return renewForm(ctx, tx, in.CartID, order)
		},
		succeed: func(ctx context.Context) error { return c.emptyCart(ctx, in) },
	})
}

// form is what becomes an order: a cart's checkout form, or a checkout.
type form struct {
	token   string // one-time: the same form gives the same order
	payer   models.Payer
	insert  func() (models.Order, models.Attempt, error)                          // transaction 1
	renew   func(ctx context.Context, tx *store.Store, order *models.Order) error // nothing came of the order: the form can be sent again
	succeed func(ctx context.Context) error                                       // the order exists
}

// place turns a form into an order; see Place.
func (c *Placer) place(ctx context.Context, f form) (Placement, error) {
	existing, err := c.store.OrderByFormToken(ctx, f.token)
	if err == nil {
		return c.placedBefore(ctx, f, existing)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return Placement{}, fmt.Errorf("look for the form's order: %w", err)
	}
	order, attempt, err := f.insert()
	if err != nil {
		existing, lookErr := c.formOrder(ctx, f.token)
		switch {
		case errors.Is(lookErr, store.ErrNotFound):
			return Placement{}, err
		case lookErr != nil:
			return Placement{}, errors.Join(err, lookErr)
		case existing.ID != order.ID:
			// The same form was sent twice at once and the other request made the order: the token is taken, or the cart is empty.
			return c.placedBefore(ctx, f, existing)
		}
		c.log.WarnContext(ctx, "order stored although its commit was not answered", "order", order.ID, "error", err)
	}
	switch err := c.sender.submit(ctx, &order, &attempt); {
	case err == nil:
	case errors.Is(err, ErrUnreachable), errors.Is(err, ErrSignIn):
		if c.cancelUnsent(ctx, f, &order) {
			return Placement{}, err
		}
	default:
		c.log.ErrorContext(ctx, "order placed, but what the platform answered is not stored", "order", order.ID, "error", err)
	}
	return c.placedNow(ctx, f, &order), nil
}

// formOrder looks for the order of a form that failed, even after the request's deadline.
func (c *Placer) formOrder(ctx context.Context, token string) (models.Order, error) {
	ctx, cancel := afterRequest(ctx)
	defer cancel()
	order, err := c.store.OrderByFormToken(ctx, token)
	if err != nil {
		return order, fmt.Errorf("look for the form's order: %w", err)
	}
	return order, nil
}

// placedNow empties the cart of an order that exists, and returns where its shopper goes. If one of the two fails, the order still stands:
// a full cart does little harm, and the order page replaces the pay page.
func (c *Placer) placedNow(ctx context.Context, f form, order *models.Order) Placement {
	ctx, cancel := afterRequest(ctx)
	defer cancel()
	if err := f.succeed(ctx); err != nil {
		c.log.ErrorContext(ctx, "cart not emptied after placing", "order", order.ID, "error", err)
	}
	p, err := c.destination(ctx, order.ID, order.Ref, f.payer)
	if err != nil {
		c.log.ErrorContext(ctx, "no way to the pay page of an order that exists", "order", order.ID, "error", err)
	}
	return p
}

// insertOrder stores order, lines, reservation and attempt in transaction 1, or nothing at all (reliability.md R1).
func (c *Placer) insertOrder(ctx context.Context, in PlaceInput) (models.Order, models.Attempt, error) {
	var order models.Order
	var attempt models.Attempt
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		cart, coins, err := cartForPlacing(ctx, tx, in)
		if err != nil {
			return err
		}
		bill, err := c.agreedBill(ctx, tx, cart, in)
		if err != nil {
			return err
		}
		now := c.clock()
		order, err = c.newOrder(in, cart, bill, now)
		if err != nil {
			return err
		}
		settings, err := tx.LoadSettings(ctx)
		if err != nil {
			return fmt.Errorf("read the limits: %w", err)
		}
		limits := settings.Limits()
		if err := checkPieces(cart.Lines, limits.Pieces); err != nil {
			return err
		}
		c.setDeadline(settings, &order)
		quote, err := c.quoter.agreedQuote(coins, in.Coin, order.Total, CartSubject(in.CartID), in.Quotes)
		if err != nil {
			return err
		}
		attempt = c.newAttempt(&order, quote, in.Payer, now)
		if err := tx.InsertOrder(ctx, &order); err != nil {
			return fmt.Errorf("insert order: %w", err)
		}
		err = holdUnpaid(ctx, tx, order.ID, limits, models.PayerHolder(in.Payer), models.Holder{Kind: models.HolderEmail, Name: in.Email},
			models.Holder{Kind: models.HolderNetwork, Name: in.Network})
		if err != nil {
			return err
		}
		if err := tx.Reserve(ctx, order.ID, order.Lines); err != nil {
			return fmt.Errorf("reserve stock: %w", err)
		}
		if err := takeCoupon(ctx, tx, &bill, &order); err != nil {
			return err
		}
		if err := tx.InsertAttempt(ctx, &attempt); err != nil {
			return fmt.Errorf("insert attempt: %w", err)
		}
		return nil
	})
	return order, attempt, err
}

// setDeadline sets the time to pay the order, from the settings or else from the configuration, and the end that no later attempt can move.
func (c *Placer) setDeadline(settings models.Settings, order *models.Order) {
	ttl := c.orderTTL
	if settings.Source(models.SettingOrderTTL) == models.FromDatabase {
		ttl = settings.OrderTTL()
	}
	order.ExpiresAt, order.DueAt = order.CreatedAt.Add(ttl), order.CreatedAt.Add(ttl+c.grace)
	order.EndsBy = later(order.ExpiresAt, order.CreatedAt.Add(settings.Lifetime()))
}

// cartForPlacing loads the cart and the coins. It refuses a cart that is empty, belongs to another form, or has a hidden product.
func cartForPlacing(ctx context.Context, tx *store.Store, in PlaceInput) (models.Cart, []models.Coin, error) {
	cart, err := tx.Cart(ctx, in.CartID)
	if errors.Is(err, store.ErrNotFound) {
		return cart, nil, ErrCartEmpty
	}
	if err != nil {
		return cart, nil, fmt.Errorf("load cart: %w", err)
	}
	if len(cart.Lines) == 0 {
		return cart, nil, ErrCartEmpty
	}
	if cart.FormToken != in.FormToken {
		return cart, nil, ErrFormUsed
	}
	coins, err := tx.Coins(ctx)
	if err != nil {
		return cart, nil, fmt.Errorf("load coins: %w", err)
	}
	for _, line := range cart.Lines {
		if line.ProductHidden {
			return cart, nil, ErrCartChanged
		}
	}
	return cart, coins, nil
}

// agreedBill prices the cart. It refuses a price that the form did not show, and a cart that cannot be ordered.
func (c *Placer) agreedBill(ctx context.Context, tx *store.Store, cart models.Cart, in PlaceInput) (Bill, error) {
	bill, err := totalsIn(ctx, tx, storedTerms{tx}, c.clock, cart, in.Currency, in.Email)
	switch {
	case err != nil:
		return bill, err
	case bill.Seen != in.Seen:
		return bill, bill.changedError()
	default:
		return bill, bill.Blocked
	}
}

// newOrder returns an order with copies of the cart's lines and prices.
func (c *Placer) newOrder(in PlaceInput, cart models.Cart, bill Bill, now time.Time) (models.Order, error) {
	order := models.Order{
		ID: models.NewID(), Ref: models.NewRef(), State: models.OrderAwaiting,
		Email: in.Email, Name: in.Name, Lang: in.Lang, Currency: in.Currency.Code, Digits: in.Currency.Digits, FormToken: in.FormToken,
		Total: bill.Total, GoodsTotal: bill.Goods, Discount: bill.Discount, Delivery: bill.Delivery, DeliveryTax: bill.DeliveryTax, Tax: bill.Tax,
		ContainedTax: bill.ContainedTax, TaxIncluded: bill.TaxIncluded, TaxName: bill.TaxTitle(in.Lang), ShopTaxName: bill.TaxName, TaxRate: bill.TaxRate,
		CouponCode: bill.CouponCode,
		CreatedAt:  now, UpdatedAt: now,
	}
	var err error
	if order.Address, err = bill.addressFor(cart, in.Address); err != nil {
		return models.Order{}, err
	}
	if m := bill.Method(); m != nil {
		order.DeliveryTitle, order.ShopDelivery = m.NameIn(in.Lang), m.Title
	}
	for i, l := range cart.Lines {
		order.Lines = append(order.Lines, models.OrderLine{
			ID: models.NewID(), OrderID: order.ID, Position: i, VariantID: l.VariantID, SKU: l.SKU, Slug: l.Slug,
			Title:        l.ProductTexts.In(in.Lang, "title", l.Title),
			VariantTitle: l.VariantTexts.In(in.Lang, "title", l.VariantTitle),
			ShopTitle:    l.Title, ShopVariant: l.VariantTitle,
			Cover: l.Cover, UnitPrice: l.Price, Quantity: l.Quantity, Total: l.Total(),
			Discount: bill.Lines[i].Discount, Tax: bill.Lines[i].Tax,
		})
	}
	if order.Goods, err = opay.EncodeGoods(goodsOf(&order)); err != nil {
		return models.Order{}, fmt.Errorf("encode goods: %w", err)
	}
	return order, nil
}

// placedBefore answers a form that has made an order before: double click, reload, back button, second tab.
func (c *Placer) placedBefore(ctx context.Context, f form, order models.Order) (Placement, error) {
	if order.CalledOff() {
		return Placement{}, ErrFormUsed // nothing came of it, and the cart is still full
	}
	if err := c.awaitSubmission(ctx, order.ID); err != nil {
		c.log.WarnContext(ctx, "first press of the button not awaited", "order", order.ID, "error", err)
	}
	p := c.placedNow(ctx, f, &order)
	p.Existing = true
	return p, nil
}

// awaitSubmission waits a moment for the platform's answer to the first press of the button, because a browser shows only the answer to the
// second press.
func (c *Placer) awaitSubmission(ctx context.Context, orderID string) error {
	return c.await(ctx, orderID, func(o *models.Order) bool {
		a := o.Current()
		return a == nil || !sending(a)
	})
}

// sending reports whether the attempt is about to be sent, or the platform's answer is awaited.
func sending(a *models.Attempt) bool {
	return a.State == models.AttemptCreated || a.State == models.AttemptSubmitting
}

// await loads an order repeatedly until done returns true or submissionPatience has passed, which is no error.
func (c *Placer) await(ctx context.Context, orderID string, done func(*models.Order) bool) error {
	deadline := time.NewTimer(submissionPatience)
	defer deadline.Stop()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		order, err := c.store.Order(ctx, orderID)
		if err != nil {
			return fmt.Errorf("load order: %w", err)
		}
		if done(&order) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-deadline.C:
			return nil
		case <-tick.C:
		}
	}
}

// destination returns where the shopper, who is payer, goes now. They are not sent to the pay page of another payer. With an error, the
// placement leads to the order page.
func (c *Placer) destination(ctx context.Context, orderID, ref string, payer models.Payer) (Placement, error) {
	p := Placement{Ref: ref}
	order, err := c.store.Order(ctx, orderID)
	if err != nil {
		return p, fmt.Errorf("load order: %w", err)
	}
	a := order.Current()
	if order.State != models.OrderAwaiting || a == nil || a.State != models.AttemptOpen || a.Intent != models.IntentNone || !mayPayAs(payer, a.Payer) {
		return p, nil
	}
	p.PayURL, err = c.payURL(a, payer)
	return p, err
}

// emptyCart clears the cart that became an order, unless it was changed meanwhile.
func (c *Placer) emptyCart(ctx context.Context, in PlaceInput) error {
	err := c.store.ClearCart(ctx, in.CartID, in.FormToken, models.NewRef())
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("clear cart: %w", err)
	}
	return nil
}

// cancelUnsent cancels an order whose request was never sent. Nothing can be paid for it, so the stock is released and the form can be sent
// again, with a new token. It returns false if that fails; then the order stands.
func (c *Placer) cancelUnsent(ctx context.Context, f form, order *models.Order) bool {
	look := ctx
	ctx, cancel := afterRequest(ctx)
	defer cancel()
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if err := c.settlement.endOrder(ctx, tx, order, models.OrderCancelled, "place"); err != nil {
			return err
		}
		return f.renew(ctx, tx, order)
	})
	if err == nil {
		return true
	}
	// The commit may have lost its answer, or the form's other request may have been faster.
	if fresh, lookErr := c.formOrder(look, order.FormToken); lookErr == nil && fresh.CalledOff() {
		return true
	}
	c.log.ErrorContext(ctx, "order not given up although the platform was not reached", "order", order.ID, "error", err)
	return false
}

// renewForm gives a cart, which its shopper keeps, a new form token.
func renewForm(ctx context.Context, tx *store.Store, cartID string, order *models.Order) error {
	err := tx.RenewForm(ctx, cartID, order.FormToken, models.NewRef())
	if errors.Is(err, store.ErrConflict) {
		return nil // it has a new form already
	}
	return err
}

// newAttempt returns a new attempt to pay an order at a fixed quote, which ends with the order at the latest.
func (c *Placer) newAttempt(order *models.Order, q models.Quote, payer models.Payer, now time.Time) models.Attempt {
	if !q.ExpiresAt.IsZero() {
		q.ExpiresAt = earlier(q.ExpiresAt, order.ExpiresAt)
	}
	return models.Attempt{
		ID: models.NewID(), OrderID: order.ID, AppOrderID: models.NewRef(), State: models.AttemptCreated,
		Coin: q.Coin, Amount: q.Amount, Rate: q.Rate, RateSource: q.Source, RateAt: q.At, Spread: q.Spread, QuoteExpiresAt: q.ExpiresAt,
		PayerUserID: payer.UserID, Payer: payer, SceneType: c.scene,
		CreatedAt: now, UpdatedAt: now, DueAt: now.Add(createdGrace),
	}
}
