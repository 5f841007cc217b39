package store

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
)

// What the keys are for that are derived from the key to seal with: none of them serves two purposes.
const (
	forCustomers = "coincart customers"
	forPayers    = "coincart payers"
	forLinks     = "coincart links to orders"
	forCoupons   = "coincart shoppers of coupons"
	forOrders    = "coincart links to one order"
	forMailboxes = "coincart mailboxes"
	forHolders   = "coincart holders of unpaid orders"
)

// keyMarkLength is the length of a key's mark in front of a digest, in hex digits.
const keyMarkLength = 8

// keyed returns the HMAC-SHA-256 of a text under a key of its own purpose; ErrNoSealKey.
func (s *sealer) keyed(purpose, text string) ([]byte, error) {
	if s.aead == nil {
		return nil, ErrNoSealKey
	}
	key, err := hkdf.Key(sha256.New, s.key, nil, purpose, sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil), nil
}

// digest returns a name for a text that says nothing about it without the key: the key's mark, which tells digests of a former key from those
// of this one, and 160 bits.
func (s *sealer) digest(purpose, text string) (string, error) {
	mark, err := s.keyMark(purpose)
	if err != nil {
		return "", err
	}
	sum, err := s.keyed(purpose, "of\x00"+text)
	if err != nil {
		return "", err
	}
	return mark + hex.EncodeToString(sum[:20]), nil
}

func (s *sealer) keyMark(purpose string) (string, error) {
	sum, err := s.keyed(purpose, "mark")
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(sum)[:keyMarkLength], nil
}

// CustomerID returns the name of a person with an e-mail address in addresses and links: a keyed digest that does not depend on upper and
// lower case. ErrNoSealKey.
func (s *Store) CustomerID(email string) (string, error) {
	return s.sealer.digest(forCustomers, foldEmail(email))
}

// customerOf returns the customer of an order; none where the e-mail is erased, or there is no key.
func (s *Store) customerOf(email string) string {
	if email == "" || s.sealer.aead == nil {
		return ""
	}
	id, err := s.CustomerID(email)
	if err != nil {
		return ""
	}
	return id
}

// payerDigest returns a keyed digest of the account that signed in; "" for a payer who did not sign in.
func (s *sealer) payerDigest(p models.Payer) (string, error) {
	if p.OpenID == "" {
		return "", nil
	}
	return s.digest(forPayers, p.OpenID.Reveal())
}

// CustomerLink makes the token of a link to a customer's orders: it holds the end of its time and the customer's id, and a signature over
// both. ErrNoSealKey.
func (s *Store) CustomerLink(customer string, until time.Time) (string, error) {
	body := binary.BigEndian.AppendUint64(nil, uint64(until.UnixMilli()))
	body = append(body, customer...)
	sum, err := s.sealer.keyed(forLinks, string(body))
	if err != nil {
		return "", wrap("sign a link", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(sum, body...)), nil
}

// OpenCustomerLink says whose orders a link shows. ErrToken: it was not made here, or, as ErrTokenOld says, its time is over. ErrNoSealKey.
func (s *Store) OpenCustomerLink(token string) (customer string, err error) {
	const maxToken = 256
	if len(token) > maxToken {
		return "", ErrToken
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(token)
	const head = sha256.Size + 8
	if err != nil || len(text) <= head {
		return "", ErrToken
	}
	sum, err := s.sealer.keyed(forLinks, string(text[sha256.Size:]))
	if err != nil {
		return "", wrap("check a link", err)
	}
	until := time.UnixMilli(int64(binary.BigEndian.Uint64(text[sha256.Size:]))) //nolint:gosec // it was signed here
	if !hmac.Equal(sum, text[:sha256.Size]) {
		return "", ErrToken
	}
	if !s.now().Before(until) {
		return "", ErrTokenOld
	}
	return string(text[head:]), nil
}

const ownOrderQuery = "SELECT o.id, o.ref, o.number_text, o.customer, o.state, o.fulfilment, o.refunds, o.currency, o.digits, o.total, o.created_at, o.expires_at, " +
	"(SELECT COALESCE(SUM(l.quantity), 0) FROM order_lines l WHERE l.order_id = o.id) FROM orders o WHERE "

var ownOrderList = timeList[models.OwnOrder]{
	name: "own orders", order: sorting{"o.created_at", "o.id", true}, query: ownOrderQuery + "{page}", scan: scanOwnOrder,
	place: func(o models.OwnOrder) (time.Time, string) { return o.CreatedAt, o.ID },
}

// CustomerOrders reads a page of a customer's orders, newest first; ErrCursor.
func (s *Store) CustomerOrders(ctx context.Context, customer, after string) (models.OwnOrderPage, error) {
	if customer == "" || !isKey(customer) {
		return models.OwnOrderPage{}, nil
	}
	page, err := s.ownOrders(ctx, "o.customer = ?", customer, after)
	return page, wrap("read a customer's orders", err)
}

// PayerOrders reads a page of the orders that a signed-in account has paid or tried to pay, newest first; ErrCursor, ErrNoSealKey. Nobody
// who is not signed in has any.
func (s *Store) PayerOrders(ctx context.Context, p models.Payer, after string) (models.OwnOrderPage, error) {
	digest, err := s.sealer.payerDigest(p)
	if err != nil || digest == "" {
		return models.OwnOrderPage{}, wrap("read a payer's orders", err)
	}
	page, err := s.ownOrders(ctx, "o.id IN (SELECT a.order_id FROM attempts a WHERE a.payer_digest = ?)", digest, after)
	return page, wrap("read a payer's orders", err)
}

func (s *Store) ownOrders(ctx context.Context, whose, id, after string) (page models.OwnOrderPage, err error) {
	where := conditions{}
	where.add(whose, id)
	page.Rows, page.Next, err = ownOrderList.page(ctx, s, where, after, 0)
	return page, err
}

func scanOwnOrder(rows *sql.Rows) (o models.OwnOrder, err error) {
	err = rows.Scan(&o.ID, &o.Ref, &o.Number, &o.Customer, &o.State, &o.Fulfilment, &o.Refunds, &o.Currency, &o.Digits, &o.Total, &o.CreatedAt, &o.ExpiresAt, &o.Pieces)
	return o, err
}

// NewestOrder reads the id of a customer's newest order; "" where there is none.
func (s *Store) NewestOrder(ctx context.Context, customer string) (id string, err error) {
	err = s.one(ctx, "SELECT id FROM orders WHERE customer = ? ORDER BY created_at DESC, id DESC LIMIT 1", []any{customer}, &id)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return id, wrap("look for a customer's newest order", err)
}

// FillCustomers gives up to limit orders their customer that have none, or one under a former key, and returns how many it did. Several
// replicas may do it at once.
func (s *Store) FillCustomers(ctx context.Context, limit int) (int, error) {
	mark, err := s.sealer.keyMark(forCustomers)
	if err != nil {
		return 0, wrap("name the customers", err)
	}
	found := map[string]namedOrder{}
	// Two ranges of one index: what comes before the mark, and what comes after all that begins with it.
	for _, part := range []struct{ where, mark string }{{"customer < ? AND email <> ''", mark}, {"customer > ?", mark + "~"}} {
		query := "SELECT id, email, customer FROM orders WHERE " + part.where + " LIMIT ?"
		list, err := collect(ctx, s, query, []any{part.mark, max(1, limit)}, func(rows *sql.Rows) (o namedOrder, err error) {
			err = rows.Scan(&o.id, &o.email, &o.customer)
			return o, err
		})
		for _, o := range list {
			found[o.id] = o
		}
		if err != nil {
			return 0, wrap("look for orders without a customer", err)
		}
	}
	for _, id := range sortedKeys(found) {
		if err := s.nameCustomer(ctx, found[id]); err != nil {
			return 0, wrap("name the customers", err)
		}
	}
	return len(found), nil
}

// nameCustomer gives an order the customer that its e-mail has under the present key, and the customer the notes that it had under another.
func (s *Store) nameCustomer(ctx context.Context, o namedOrder) error {
	is := s.customerOf(o.email)
	return s.Tx(ctx, func(tx *Store) error {
		// The e-mail is asked for again: it may have been erased meanwhile.
		n, err := tx.exec(ctx, "UPDATE orders SET customer = ? WHERE id = ? AND email = ?", is, o.id, o.email)
		if err != nil || n == 0 {
			return err
		}
		if err := tx.renameCustomer(ctx, o.customer, is); err != nil {
			return err
		}
		if err := tx.markForSearch(ctx, o.id); err != nil {
			return err
		}
		return tx.refreshCustomers(ctx, []string{o.customer})
	})
}
