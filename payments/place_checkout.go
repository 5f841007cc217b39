package payments

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
)

// CheckoutSubject returns the subject of a checkout's quote sheets.
func CheckoutSubject(checkoutID string) string { return "checkout:" + checkoutID }

// PlaceCheckoutInput is the form of a checkout's page that package web has checked.
type PlaceCheckoutInput struct {
	CheckoutID string
	Lang       string // BCP 47, of the page
	Coin       string
	Quotes     string // token of the quotes that the form showed (Service.Quotes, CheckoutSubject)
	Payer      models.Payer
	Network    string // IPv4 address, or the /64 of an IPv6 address, for which unpaid orders are counted; empty: they are not
}

// PlaceCheckout turns a checkout into an order with a payment attempt, as Place does with a cart: the same checkout always gives the same
// order. The order has no delivery, and costs what the checkout says. Stock is reserved for lines of the shop's own goods, which payment links of
// products make.
//
// Errors: store.ErrNotFound, ErrNotPayable (its time is over, or it was called off), store.ErrLinkClosed (its payment link takes no more
// payments), ErrCoin, ErrQuote, ErrPayer, *store.UnpaidLimitError, *store.OutOfStockError, ErrUnreachable, ErrSignIn, and the store's.
func (c *Placer) PlaceCheckout(ctx context.Context, in PlaceCheckoutInput) (Placement, error) {
	if !in.Payer.Known() {
		return Placement{}, ErrPayer
	}
	checkout, err := c.store.Checkout(ctx, in.CheckoutID)
	if err != nil {
		return Placement{}, fmt.Errorf("load checkout: %w", err)
	}
	return c.place(ctx, form{
		token: checkout.FormToken, payer: in.Payer,
		insert: func() (models.Order, models.Attempt, error) { return c.insertCheckout(ctx, in, checkout.FormToken) },
		renew: func(ctx context.Context, tx *store.Store, order *models.Order) error {
			return tx.ReleaseCheckout(ctx, order.ID, models.NewRef())
		},
		succeed: func(context.Context) error { return nil },
	})
}

// insertCheckout stores the order of a checkout and its attempt in transaction 1, or nothing at all (reliability.md R1).
func (c *Placer) insertCheckout(ctx context.Context, in PlaceCheckoutInput, token string) (models.Order, models.Attempt, error) {
	var order models.Order
	var attempt models.Attempt
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		checkout, err := tx.LockCheckout(ctx, in.CheckoutID)
		if err != nil {
			return fmt.Errorf("load checkout: %w", err)
		}
		now := c.clock()
		if checkout.Status != models.CheckoutOpen || checkout.OrderID != "" || checkout.FormToken != token || !now.Before(checkout.ExpiresAt) {
			return ErrNotPayable
		}
		if order, err = checkoutOrder(&checkout, in, now); err != nil {
			return err
		}
		settings, err := tx.LoadSettings(ctx)
		if err != nil {
			return fmt.Errorf("read the limits: %w", err)
		}
		c.setDeadline(settings, &order)
		if checkout.LinkID != "" {
			if err := tx.HoldLink(ctx, checkout.LinkID, now); err != nil {
				return err
			}
		}
		coins, err := tx.Coins(ctx)
		if err != nil {
			return fmt.Errorf("load coins: %w", err)
		}
		quote, err := c.quoter.agreedQuote(AcceptedCoins(&checkout, coins), in.Coin, order.Total, CheckoutSubject(checkout.ID), in.Quotes)
		if err != nil {
			return err
		}
		attempt = c.newAttempt(&order, quote, in.Payer, now)
		attempt.SceneType = cmp.Or(checkout.SceneType, attempt.SceneType)
		if err := tx.InsertOrder(ctx, &order); err != nil {
			return fmt.Errorf("insert order: %w", err)
		}
		if err := tx.BindCheckout(ctx, checkout.ID, order.ID); err != nil {
			return fmt.Errorf("bind checkout: %w", err)
		}
		err = holdUnpaid(ctx, tx, order.ID, settings.Limits(), models.PayerHolder(in.Payer), models.Holder{Kind: models.HolderNetwork, Name: in.Network})
		if err != nil {
			return err
		}
		if err := tx.Reserve(ctx, order.ID, order.Lines); err != nil {
			return fmt.Errorf("reserve stock: %w", err)
		}
		if err := tx.InsertAttempt(ctx, &attempt); err != nil {
			return fmt.Errorf("insert attempt: %w", err)
		}
		return nil
	})
	return order, attempt, err
}

// AcceptedCoins returns the coins with which a checkout may be paid.
func AcceptedCoins(c *models.Checkout, coins []models.Coin) []models.Coin {
	if len(c.Coins) == 0 {
		return coins
	}
	return slices.DeleteFunc(slices.Clone(coins), func(coin models.Coin) bool { return !slices.Contains(c.Coins, coin.Symbol) })
}

// checkoutOrder returns the order that a checkout becomes.
func checkoutOrder(c *models.Checkout, in PlaceCheckoutInput, now time.Time) (models.Order, error) {
	lang := cmp.Or(c.Lang, in.Lang)
	order := models.Order{
		ID: models.NewID(), Ref: models.NewRef(), State: models.OrderAwaiting, CheckoutID: c.ID, Anonymous: c.Email == "",
		Email: c.Email, Name: c.Name, Lang: lang, Currency: c.Currency, Digits: c.Digits, FormToken: c.FormToken,
		Total: c.Amount, GoodsTotal: c.Amount.Add(c.Discount).Sub(c.Delivery).Sub(c.Tax), Discount: c.Discount, Delivery: c.Delivery, Tax: c.Tax,
		CreatedAt: now, UpdatedAt: now,
	}
	for _, l := range checkoutLines(c, lang) {
		order.Lines = append(order.Lines, models.OrderLine{
			ID: models.NewID(), OrderID: order.ID, Position: len(order.Lines), VariantID: l.VariantID, SKU: l.SKU, Title: l.Name, VariantTitle: l.Description, Cover: l.Cover,
			UnitPrice: l.UnitPrice, Quantity: l.Quantity, Total: l.Total(),
		})
	}
	shareOut(&order)
	var err error
	if order.Goods, err = opay.EncodeGoods(goodsOf(&order)); err != nil {
		return models.Order{}, fmt.Errorf("encode goods: %w", err)
	}
	return order, nil
}

// checkoutLines returns the lines of a checkout, or one line for an amount alone.
func checkoutLines(c *models.Checkout, lang string) []models.CheckoutLine {
	if len(c.Lines) > 0 {
		return c.Lines
	}
	name := strings.TrimSpace(goodsWordsIn(lang).payment + " " + c.Reference)
	return []models.CheckoutLine{{Name: name, Quantity: 1, UnitPrice: c.Amount.Add(c.Discount).Sub(c.Delivery).Sub(c.Tax)}}
}

// shareOut gives each line of an order its share of the discount and of the tax.
func shareOut(o *models.Order) {
	totals := make([]models.Amount, len(o.Lines))
	for i, l := range o.Lines {
		totals[i] = l.Total
	}
	discounts := models.Shares(o.Discount, totals, o.Digits)
	// What the delivery adds to the tax is not known: its part is the one of its price.
	taxes := models.Shares(o.Tax, append(totals, o.Delivery), o.Digits)
	for i := range o.Lines {
		o.Lines[i].Discount, o.Lines[i].Tax = discounts[i], taxes[i]
	}
	o.DeliveryTax = taxes[len(o.Lines)]
}
