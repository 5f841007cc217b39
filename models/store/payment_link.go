package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// ErrLinkClosed means that a payment link takes no payment: it is switched off, its time is over, or as many have paid as may.
var ErrLinkClosed = errors.New("the payment link is closed")

// InsertPaymentLink stores a new payment link. Ids and times that are empty are filled in. ErrDuplicate: another link has the slug. ErrText.
func (s *Store) InsertPaymentLink(ctx context.Context, l *models.PaymentLink) error {
	l.ID = cmp.Or(l.ID, models.NewID())
	l.Version, l.CreatedAt = 1, orTime(l.CreatedAt, s.now())
	l.UpdatedAt = orTime(l.UpdatedAt, l.CreatedAt)
	if err := checkTexts(*l); err != nil {
		return wrap("store the payment link", err)
	}
	return wrap("store the payment link", linkTable.insert(ctx, s, l))
}

// ChangePaymentLink stores a changed payment link by compare-and-set over Version, which it counts up in l. Its slug, its key and what the store
// keeps stay. ErrConflict: it was changed meanwhile. ErrText.
func (s *Store) ChangePaymentLink(ctx context.Context, l *models.PaymentLink) error {
	if err := checkTexts(*l); err != nil {
		return wrap("change the payment link", err)
	}
	was := l.Version
	l.Version, l.UpdatedAt = was+1, s.now()
	return wrap("change the payment link", s.update(ctx, "payment_links", linkTable.change(l), "id = ? AND version = ?", l.ID, was))
}

// PaymentLink reads a payment link by its id; ErrNotFound.
func (s *Store) PaymentLink(ctx context.Context, id string) (models.PaymentLink, error) {
	return s.paymentLink(ctx, "id", id)
}

// PaymentLinkBySlug reads a payment link by the last part of its address; ErrNotFound.
func (s *Store) PaymentLinkBySlug(ctx context.Context, slug string) (models.PaymentLink, error) {
	return s.paymentLink(ctx, "slug", slug)
}

func (s *Store) paymentLink(ctx context.Context, column, key string) (models.PaymentLink, error) {
	if !isKey(key) {
		return models.PaymentLink{}, wrap("read the payment link", ErrNotFound)
	}
	l, err := linkTable.take(ctx, s, "WHERE "+column+" = ?", key)
	return l, wrap("read the payment link", err)
}

// LinkFilter chooses payment links. Fields that are empty choose all.
type LinkFilter struct {
	Search string // a part of the title, the slug or the reference
	KeyID  string
	Kind   models.LinkKind
}

// PaymentLinkPage reads a page of payment links, newest first. ErrFilter: limit. ErrCursor: after.
func (s *Store) PaymentLinkPage(ctx context.Context, f LinkFilter, after string, limit int) (rows []models.PaymentLink, next string, err error) {
	where := conditions{}
	where.equal("key_id", f.KeyID)
	where.equal("kind", string(f.Kind))
	if text := strings.TrimSpace(f.Search); text != "" {
		pattern := "%" + likeEscapes.Replace(text) + "%"
		where.add("(title LIKE ? ESCAPE '!' OR slug LIKE ? ESCAPE '!' OR reference LIKE ? ESCAPE '!')", pattern, strings.ToLower(pattern), pattern)
	}
	rows, next, err = linkTable.page(ctx, s, where, after, limit)
	return rows, next, wrap("read the payment links", err)
}

// HoldLink locks a payment link for the transaction that makes an order of one of its checkouts. Others that do the same wait; on a cluster one of
// two starts again, because the change of the checkout's status counts in the same row. ErrLinkClosed.
func (s *Store) HoldLink(ctx context.Context, id string, now time.Time) error {
	return wrap("hold the payment link", s.execOr(ctx, ErrLinkClosed,
		"UPDATE payment_links SET updated_at = ? WHERE id = ? AND enabled = ? AND (max_uses = 0 OR uses < max_uses) AND (expires_at IS NULL OR expires_at > ?)",
		s.now(), id, true, now))
}

// usesLink reports whether a checkout in this status counts as a use of its payment link.
func usesLink(status models.CheckoutStatus) bool {
	return status == models.CheckoutProcessing || status == models.CheckoutPaid || status == models.CheckoutReview
}

// countLinkUse keeps the number of uses of a checkout's link. What was paid late counts, even above the limit.
func (s *Store) countLinkUse(ctx context.Context, linkID string, from, to models.CheckoutStatus) error {
	if linkID == "" || usesLink(from) == usesLink(to) {
		return nil
	}
	change := 1
	if usesLink(from) {
		change = -1
	}
	_, err := s.exec(ctx, "UPDATE payment_links SET uses = uses + ? WHERE id = ?", change, linkID)
	return err
}

// LinkPaid reports whether money came at a payment link, in whatever order of events.
func (s *Store) LinkPaid(ctx context.Context, id string) (bool, error) {
	var n int
	err := s.one(ctx, "SELECT COUNT(*) FROM checkouts WHERE link_id = ? AND status IN (?, ?)",
		[]any{id, string(models.CheckoutPaid), string(models.CheckoutReview)}, &n)
	return n > 0, wrap("look for payments of the link", err)
}

// LinkSum is what was paid at a payment link in one currency and coin.
type LinkSum struct {
	Currency string
	Digits   int
	Coin     string
	Count    int
	Worth    models.Amount // of what was received, in Currency
	Received models.Amount // in Coin
	Refunded models.Amount // in Coin
}

// LinkSums adds up what was paid at a payment link, by currency and coin. Orders under review do not count.
func (s *Store) LinkSums(ctx context.Context, id string) ([]LinkSum, error) {
	sums := map[[2]string]*LinkSum{}
	err := s.each(ctx, `SELECT o.currency, o.digits, a.coin, a.worth, a.received, a.refunded FROM checkouts c
		JOIN orders o ON o.id = c.order_id JOIN attempts a ON a.id = o.paid_attempt_id WHERE c.link_id = ? AND o.state = ?`,
		[]any{id, string(models.OrderPaid)}, func(rows *sql.Rows) error {
			var one LinkSum
			if err := rows.Scan(&one.Currency, &one.Digits, &one.Coin, &one.Worth, &one.Received, &one.Refunded); err != nil {
				return err
			}
			key := [2]string{one.Currency, one.Coin}
			sum := sums[key]
			if sum == nil {
				sum = &LinkSum{Currency: one.Currency, Digits: one.Digits, Coin: one.Coin}
				sums[key] = sum
			}
			sum.Count++
			sum.Digits = max(sum.Digits, one.Digits)
			sum.Worth, sum.Received, sum.Refunded = sum.Worth.Add(one.Worth), sum.Received.Add(one.Received), sum.Refunded.Add(one.Refunded)
			return nil
		})
	if err != nil {
		return nil, wrap("add up the payments of the link", err)
	}
	list := make([]LinkSum, 0, len(sums))
	for _, sum := range sums {
		list = append(list, *sum)
	}
	slices.SortFunc(list, func(a, b LinkSum) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Coin, b.Coin))
	})
	return list, nil
}

// VariantIDBySKU returns the id of the variant with a SKU; ErrNotFound.
func (s *Store) VariantIDBySKU(ctx context.Context, sku string) (id string, err error) {
	err = s.one(ctx, "SELECT id FROM variants WHERE sku = ?", []any{sku}, &id)
	return id, wrap("find the SKU", err)
}
