package mount

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/keys"
	"github.com/coincart/coincart/models/once"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
	"github.com/coincart/coincart/payments/checkouts"
)

// Errors of checkouts. What is wrong with the fields of a Checkout or a Refund is an *InputError.
var (
	ErrNotFound    = store.ErrNotFound        // there is no such checkout of this program
	ErrPaid        = checkouts.ErrPaid        // it is paid, or money came for it: it cannot be called off
	ErrEnded       = checkouts.ErrEnded       // it has ended without a payment
	ErrNotPaid     = checkouts.ErrNotPaid     // nothing can be refunded of it
	ErrRefundLimit = checkouts.ErrRefundLimit // Config.RefundLimit does not allow as much
	ErrOther       = once.ErrOther            // the Key came with another request before
	ErrInFlight    = once.ErrInFlight         // a request with this Key is being handled
)

// InputError says what is wrong with the fields of a request, by JSON pointers such as /lines/0/quantity or /success_url.
type InputError = checkouts.InputError

// Checkout asks for a payment. Amounts are decimal text in the shop's currency.
type Checkout struct {
	Reference  string // the program's own id of what is paid, 1 to 64 characters; required
	Amount     string // with Lines it may be empty; otherwise it must be what they add up to
	Currency   string // the shop's; empty: that one
	Lines      []Line
	Discount   string
	Delivery   string
	Tax        string            // added to the lines
	SuccessURL string            // where the payer is sent when it is paid: at the mount's own host or in Config.Origins
	CancelURL  string            // where the payer is sent who does not want to pay
	Email      string            // of the payer, for e-mails about the payment
	Lang       string            // BCP 47; empty: the payer's browser decides
	ExpiresIn  int               // seconds, 300 to 86400; 0: 1800
	Coins      []string          // symbols; empty: all that the shop accepts
	Metadata   map[string]string // up to 20 entries, which come back with it

	// Key makes it safe to ask again after an error or a crash: within seven days, the same Checkout with the same Key is the one that was made the
	// first time. Empty: every call makes another.
	Key string
}

// Line is one line of a Checkout.
type Line struct {
	Name, Description, SKU string
	Quantity               int
	UnitPrice              string // decimal text
	ImageURL               string // https
}

// State is a checkout with what became of it.
type State struct {
	wire.Checkout

	URL string // where the payer pays
}

// Create makes a checkout: redirect the payer to its URL. Errors: *InputError, ErrOther, and those of the database.
func (m *Mount) Create(ctx context.Context, c Checkout) (State, error) {
	input := checkouts.CreateInput{
		Amount: c.Amount, Currency: c.Currency, Discount: c.Discount, Delivery: c.Delivery, Tax: c.Tax, Reference: c.Reference, Email: c.Email, Lang: c.Lang,
		SuccessURL: c.SuccessURL, CancelURL: c.CancelURL, ExpiresIn: c.ExpiresIn, Coins: c.Coins, Metadata: c.Metadata,
	}
	for _, l := range c.Lines {
		input.Lines = append(input.Lines, checkouts.LineInput{
			Name: l.Name, Description: l.Description, SKU: l.SKU, Quantity: l.Quantity, UnitPrice: l.UnitPrice, ImageURL: l.ImageURL,
		})
	}
	request, err := newRequest("create", c.Key, c)
	if err != nil {
		return State{}, err
	}
	answer, _, err := m.shop.Services.Checkouts.Create(ctx, input, m.key, request)
	return m.state(answer, err)
}

// Get reads a checkout. ErrNotFound.
func (m *Mount) Get(ctx context.Context, id string) (State, error) {
	view, err := m.shop.Services.Checkouts.Get(ctx, id, m.key.ID)
	if err != nil {
		return State{}, fmt.Errorf("mount: %w", err)
	}
	return m.with(view.Wire()), nil
}

// Cancel calls a checkout off. If a payment is under way, the exchange is asked to close it, and a payment that was faster wins; the checkout may
// still be processing afterwards. Errors: ErrNotFound, ErrPaid, ErrEnded.
func (m *Mount) Cancel(ctx context.Context, id string) (State, error) {
	request, err := newRequest("cancel "+id, "", nil)
	if err != nil {
		return State{}, err
	}
	answer, _, err := m.shop.Services.Checkouts.Cancel(ctx, id, m.key, request)
	return m.state(answer, err)
}

// Refund asks for money to go back.
type Refund struct {
	Amount         string // decimal text of the coin that was paid; empty: see CurrencyAmount
	CurrencyAmount string // decimal text in the checkout's currency; both empty: all that is left
	Reason         string // for staff; required
	Key            string // as Checkout.Key: set it, so that asking again does not refund twice
}

// Refund asks for a refund of a paid checkout. What is above Config.FourEyesLimit waits for a person (status pending_approval). Errors: *InputError,
// ErrNotFound, ErrNotPaid, ErrRefundLimit, ErrOther, ErrInFlight.
func (m *Mount) Refund(ctx context.Context, id string, r Refund) (refund wire.Refund, err error) {
	request, err := newRequest("refund "+id, r.Key, r)
	if err != nil {
		return refund, err
	}
	input := checkouts.RefundInput{Amount: r.Amount, CurrencyAmount: r.CurrencyAmount, Reason: r.Reason}
	by := keys.Program()
	by.StaffID = m.key.ID
	answer, _, err := m.shop.Services.Checkouts.Refund(ctx, id, input, m.key, by, request)
	if err != nil {
		return refund, fmt.Errorf("mount: %w", err)
	}
	if err := json.Unmarshal([]byte(answer.Body), &refund); err != nil {
		return refund, fmt.Errorf("mount: read the refund: %w", err)
	}
	return refund, nil
}

// newRequest names a request by what it does and its key. A request without a key is one of its own.
func newRequest(what, key string, body any) (once.Request, error) {
	if key == "" {
		key = rand.Text()
	}
	text, err := json.Marshal(body)
	if err != nil {
		return once.Request{}, fmt.Errorf("mount: encode the request: %w", err)
	}
	return once.Request{ID: digest("mount", what, key), Digest: digest(string(text)), Render: func(object any) (int, []byte, error) {
		body, err := json.Marshal(object)
		return http.StatusOK, body, err //nolint:wrapcheck // package once says what could not be done
	}}, nil
}

func digest(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

func (m *Mount) state(answer models.Answer, err error) (State, error) {
	if err != nil {
		if _, wrong := errors.AsType[*InputError](err); wrong {
			return State{}, err
		}
		return State{}, fmt.Errorf("mount: %w", err)
	}
	var checkout wire.Checkout
	if err := json.Unmarshal([]byte(answer.Body), &checkout); err != nil {
		return State{}, fmt.Errorf("mount: read the checkout: %w", err)
	}
	return m.with(checkout), nil
}

func (m *Mount) with(c wire.Checkout) State {
	return State{Checkout: c, URL: m.shop.Base + "/c/" + c.ID}
}
