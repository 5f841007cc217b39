package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"

	"github.com/coincart/coincart/models"
)

// OrderKey makes the token with which a link opens one order: whoever has it gets the rights of the order's customer. It has no end, because
// people keep the mails that it stands in; it opens nothing any more once the customer is erased. "" for an order whose customer is not
// known: erased, or there is no key to sign with.
func (s *Store) OrderKey(ref, customer string) (string, error) {
	sum, err := s.orderKey(ref, customer)
	if err != nil {
		return "", wrap("sign a link", err)
	}
	return base64.RawURLEncoding.EncodeToString(sum), nil
}

func (s *Store) orderKey(ref, customer string) ([]byte, error) {
	if customer == "" {
		return nil, nil
	}
	sum, err := s.sealer.keyed(forOrders, ref+"\x00"+customer)
	if errors.Is(err, ErrNoSealKey) {
		return nil, nil
	}
	return sum, err
}

// OpensOrder reports whether a token is the order's OrderKey.
func (s *Store) OpensOrder(token string, o *models.Order) (bool, error) {
	want, err := s.orderKey(o.Ref, o.Customer)
	if err != nil {
		return false, wrap("check a link", err)
	}
	given, err := base64.RawURLEncoding.Strict().DecodeString(token)
	return err == nil && len(want) > 0 && hmac.Equal(given, want), nil
}

// SameEmail reports whether two e-mail addresses are the same person's, in a time that does not depend on where they differ. An empty one is
// nobody's.
func SameEmail(a, b string) bool {
	x, y := sha256.Sum256([]byte(foldEmail(a))), sha256.Sum256([]byte(foldEmail(b)))
	return a != "" && b != "" && subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
