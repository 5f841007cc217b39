package links

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"strings"
	"unicode/utf8"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
)

// Offer is what a link asks for at this moment.
type Offer struct {
	Link     models.PaymentLink
	State    models.LinkState
	Amount   models.Amount        // 0: the payer chooses it
	Lines    models.CheckoutLines // what is paid; none: an amount alone
	SoldOut  bool                 // LinkProduct: too little is left, or it is no longer sold
	Currency models.Currency
}

// Offer returns what a link asks for. It changes nothing. lang is the language of the page, BCP 47. store.ErrNotFound.
func (s *Service) Offer(ctx context.Context, slug, lang string) (Offer, error) {
	if !models.IsLinkSlug(slug) {
		return Offer{}, store.ErrNotFound
	}
	return s.offer(ctx, s.store, slug, lang)
}

func (s *Service) offer(ctx context.Context, tx *store.Store, slug, lang string) (Offer, error) {
	link, err := tx.PaymentLinkBySlug(ctx, slug)
	if err != nil {
		return Offer{}, err
	}
	settings, err := tx.LoadSettings(ctx)
	if err != nil {
		return Offer{}, fmt.Errorf("read the settings: %w", err)
	}
	currency := settings.Currency()
	o := Offer{Link: link, State: link.StateAt(s.clock(), currency.Code), Amount: link.Total(), Lines: link.Lines, Currency: models.Currency{Code: link.Currency, Digits: link.Digits}}
	switch link.Kind {
	case models.LinkFixed:
		o.Lines = models.CheckoutLines{{Name: link.Title, Quantity: 1, UnitPrice: link.Amount}}
	case models.LinkProduct:
		err = s.addProduct(ctx, tx, &o, cmp.Or(link.Lang, lang))
	case models.LinkChosen, models.LinkInvoice:
	}
	return o, err
}

// addProduct fills in the price of the moment and whether enough is left.
func (s *Service) addProduct(ctx context.Context, tx *store.Store, o *Offer, lang string) error {
	v, p, err := tx.Variant(ctx, o.Link.VariantID)
	if errors.Is(err, store.ErrNotFound) {
		o.SoldOut = true
		return nil
	}
	if err != nil {
		return err
	}
	o.SoldOut = p.Hidden || !v.Untracked && v.Available() < o.Link.Quantity
	o.Lines = models.CheckoutLines{{
		Name: p.Texts.In(lang, "title", p.Title), Description: v.Texts.In(lang, "title", v.Title), SKU: v.SKU, Quantity: o.Link.Quantity,
		UnitPrice: v.PriceAt(s.clock()), VariantID: v.ID, Cover: cmp.Or(v.Picture, p.Cover),
	}}
	o.Amount = o.Lines.Sum()
	if !o.Amount.IsPositive() {
		o.SoldOut = true
	}
	return nil
}

// StartInput is the form of a link's page as it came.
type StartInput struct {
	Amount  string // decimal text, of a link whose amount is chosen
	Name    string
	Email   string
	Note    string
	Address string
	Lang    string // BCP 47, of the page

	CheckoutID string // that the page which shows the button wants to follow, so that the same form makes one checkout; empty: a new one
}

// Start makes a checkout of a link's form. Errors: *InputError (amount, name, email, note, address), store.ErrLinkClosed, *store.OutOfStockError,
// store.ErrNotFound.
func (s *Service) Start(ctx context.Context, slug string, in StartInput) (checkout models.Checkout, err error) {
	if !models.IsLinkSlug(slug) {
		return checkout, store.ErrNotFound
	}
	checkout, err = s.start(ctx, slug, in)
	if errors.Is(err, store.ErrDuplicate) { // the same form was sent twice at once: the other one has stored its checkout
		checkout, err = s.start(ctx, slug, in)
	}
	return checkout, err
}

func (s *Service) start(ctx context.Context, slug string, in StartInput) (checkout models.Checkout, err error) {
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		offer, err := s.offer(ctx, tx, slug, in.Lang)
		if err != nil {
			return err
		}
		switch {
		case offer.State != models.LinkOn:
			return store.ErrLinkClosed
		case offer.SoldOut:
			return &store.OutOfStockError{VariantID: offer.Link.VariantID, Wanted: offer.Link.Quantity}
		}
		if checkout, err = s.checkout(&offer, in); err != nil {
			return err
		}
		return insertOnce(ctx, tx, &checkout, in.CheckoutID)
	})
	return checkout, err
}

// checkout returns the checkout that a form asks for.
func (s *Service) checkout(o *Offer, in StartInput) (models.Checkout, error) {
	link, problems := &o.Link, invalid.Problems{}
	amount := o.Amount
	if link.Kind == models.LinkChosen {
		var problem invalid.Problem
		amount, problem = link.CheckChosen(in.Amount)
		problems.Add("amount", problem)
		o.Lines = models.CheckoutLines{{Name: link.Title, Quantity: 1, UnitPrice: amount}}
	}
	c := models.Checkout{
		LinkID: link.ID, Live: !s.demo, Reference: cmp.Or(link.Reference, clip(link.Slug, 64)), Currency: link.Currency, Digits: link.Digits, Amount: amount,
		Lines: o.Lines, Name: link.Name, Email: link.Email, Lang: link.Lang, SuccessURL: link.ThanksURL, SceneType: link.SceneType, Metadata: models.Metadata{},
	}
	if link.AskName != models.AskNot {
		c.Name = typed(problems, "name", in.Name, models.MaxLinkName, link.AskName, text.Line)
	}
	if link.AskEmail != models.AskNot {
		c.Email = typed(problems, "email", in.Email, models.MaxLinkEmail, link.AskEmail, isEmail)
	}
	for _, f := range []struct {
		name, value string
		ask         models.LinkAsk
	}{{models.LinkNote, in.Note, link.AskNote}, {models.LinkAddress, in.Address, link.AskAddress}} {
		if f.ask == models.AskNot {
			continue
		}
		if value := typed(problems, f.name, f.value, models.MaxLinkNote, f.ask, text.Lines); value != "" {
			c.Metadata[f.name] = value
		}
	}
	if len(problems) > 0 {
		return c, &InputError{problems}
	}
	c.CreatedAt = s.clock()
	c.ExpiresAt = c.CreatedAt.Add(lifetime)
	if !link.ExpiresAt.IsZero() && link.ExpiresAt.Before(c.ExpiresAt) {
		c.ExpiresAt = link.ExpiresAt
	}
	return c, nil
}

// typed checks a field that a payer fills in. Lines end as Unix writes them.
func typed(problems invalid.Problems, field, value string, limit int, ask models.LinkAsk, ok func(string) bool) string {
	value = strings.TrimSpace(strings.ReplaceAll(value, "\r\n", "\n"))
	switch {
	case text.Blank(value) && ask == models.AskRequired:
		problems.Add(field, invalid.Missing)
	case value == "":
	case utf8.RuneCountInString(value) > limit:
		problems.Add(field, invalid.TooLong)
	case !ok(value) && field == "email":
		problems.Add(field, invalid.Email)
	case !ok(value):
		problems.Add(field, invalid.Characters)
	}
	return value
}

func isEmail(value string) bool {
	a, err := mail.ParseAddress(value)
	return err == nil && a.Name == "" && a.Address == value && text.Line(value)
}

func clip(s string, n int) string { return s[:min(len(s), n)] }

// insertOnce stores a checkout under the id that its form names. A checkout that was made before by the same form is taken as it is; if the id is
// somebody else's, or what it stands for has ended, the checkout gets an id of its own.
func insertOnce(ctx context.Context, tx *store.Store, c *models.Checkout, id string) error {
	if !models.IsCheckoutID(id) {
		return tx.InsertCheckout(ctx, c)
	}
	before, err := tx.Checkout(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		c.ID = id
		return tx.InsertCheckout(ctx, c)
	case err != nil:
		return err
	case before.LinkID == c.LinkID && before.Amount.Equal(c.Amount) && before.Email == c.Email && before.Name == c.Name && maps.Equal(before.Metadata, c.Metadata) && before.Status == models.CheckoutOpen:
		*c = before
		return nil
	}
	return tx.InsertCheckout(ctx, c)
}
