// Package checkouts lets other programs ask for payments: it makes checkouts, tells what became of them, calls them off and refunds them. What is
// paid is an ordinary order, which package payments handles (docs: design.md §2).
package checkouts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/once"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
	"github.com/coincart/coincart/payments"
)

// Errors of checkouts. Errors of fields are an *InputError.
var (
	// ErrPaid means that the checkout is paid, or that money came for it: it cannot be called off any more (reliability.md R12).
	ErrPaid = errors.New("the checkout is paid")
	// ErrEnded means that the checkout has ended without a payment.
	ErrEnded = errors.New("the checkout has ended")
	// ErrNotPaid means that nothing can be refunded of the checkout.
	ErrNotPaid = errors.New("the checkout is not paid")
	// ErrRefundLimit means that the key may not refund as much within 24 hours.
	ErrRefundLimit = errors.New("the key may not refund as much")
)

// Money is what this package needs of the money path. *payments.Service implements it.
type Money interface {
	Cancel(ctx context.Context, ref string) error
	RequestRefundIn(ctx context.Context, tx *store.Store, in payments.RefundInput, by models.Actor) (models.Refund, error)
	WakeRefunds()
}

// Config configures a Service.
type Config struct {
	Store  *store.Store
	Money  Money
	Jobs   *jobs.Engine
	Clock  models.Clock // nil: models.SystemClock
	Logger *slog.Logger // nil: nothing is logged
	Demo   bool         // addresses to come back to may be on this machine, without TLS
}

// Service is the use cases of checkouts. It is safe for concurrent use and for any number of replicas.
type Service struct {
	store *store.Store
	money Money
	clock models.Clock
	log   *slog.Logger
	demo  bool
}

// New returns a service and registers its work with c.Jobs.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Money == nil || c.Jobs == nil {
		return nil, errors.New("checkouts: store, money and jobs are needed")
	}
	s := &Service{store: c.Store, money: c.Money, clock: c.Clock.OrSystem(), log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler)), demo: c.Demo}
	c.Jobs.AddWorker(jobs.Worker{Name: "checkouts", Step: s.expireStep})
	c.Jobs.AddChore("forget old answers and events", s.forget)
	return s, nil
}

// Create makes a checkout for a key. The answer is about a wire.Checkout. Errors: *InputError, those of package once, and the store's.
func (s *Service) Create(ctx context.Context, in CreateInput, key models.APIKey, request once.Request) (models.Answer, bool, error) {
	return once.Make(ctx, s.store, request, func(tx *store.Store) (any, error) {
		checkout, err := s.create(ctx, tx, in, key)
		if err != nil {
			return nil, err
		}
		return wire.OfCheckout(&checkout, nil, nil), nil
	})
}

func (s *Service) create(ctx context.Context, tx *store.Store, in CreateInput, key models.APIKey) (models.Checkout, error) {
	settings, err := tx.LoadSettings(ctx)
	if err != nil {
		return models.Checkout{}, fmt.Errorf("read the settings: %w", err)
	}
	coins, err := tx.Coins(ctx)
	if err != nil {
		return models.Checkout{}, fmt.Errorf("load coins: %w", err)
	}
	check := &checker{settings: settings, coins: coins, key: key, demo: s.demo}
	checkout, err := check.checkout(in)
	if err != nil {
		return models.Checkout{}, err
	}
	checkout.KeyID, checkout.Live = key.ID, key.Live
	checkout.CreatedAt = s.clock()
	checkout.ExpiresAt = checkout.CreatedAt.Add(in.lifetime())
	if err := tx.InsertCheckout(ctx, &checkout); err != nil {
		return models.Checkout{}, fmt.Errorf("insert checkout: %w", err)
	}
	return checkout, nil
}

// View is a checkout with what became of it.
type View struct {
	Checkout models.Checkout
	Order    *models.Order // nil: it became none
	Refunds  []models.Refund
}

// Wire returns the checkout as other programs read it.
func (v *View) Wire() wire.Checkout { return wire.OfCheckout(&v.Checkout, v.Order, v.Refunds) }

// Get reads a checkout that a key may see; an empty keyID may see all. store.ErrNotFound.
func (s *Service) Get(ctx context.Context, id, keyID string) (View, error) {
	checkout, err := s.store.Checkout(ctx, id)
	if err != nil {
		return View{}, fmt.Errorf("load checkout: %w", err)
	}
	if keyID != "" && checkout.KeyID != keyID {
		return View{}, store.ErrNotFound
	}
	return s.View(ctx, checkout)
}

// View reads what became of a checkout.
func (s *Service) View(ctx context.Context, checkout models.Checkout) (View, error) {
	v := View{Checkout: checkout}
	if checkout.OrderID == "" {
		return v, nil
	}
	order, err := s.store.Order(ctx, checkout.OrderID)
	if err != nil {
		return v, fmt.Errorf("load order: %w", err)
	}
	v.Order = &order
	if v.Refunds, err = s.store.RefundsOf(ctx, order.ID); err != nil {
		return v, fmt.Errorf("load refunds: %w", err)
	}
	return v, nil
}

// Page reads a page of checkouts with what became of them, newest first. store.ErrFilter: limit. store.ErrCursor: after.
func (s *Service) Page(ctx context.Context, f store.CheckoutFilter, after string, limit int) (views []View, next string, err error) {
	rows, next, err := s.store.CheckoutPage(ctx, f, after, limit)
	if err != nil {
		return nil, "", err
	}
	var ids []string
	for _, c := range rows {
		if c.OrderID != "" {
			ids = append(ids, c.OrderID)
		}
	}
	orders, err := s.store.OrdersByID(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	refunds, err := s.store.RefundsOfOrders(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	for _, c := range rows {
		views = append(views, View{Checkout: c, Order: orders[c.OrderID], Refunds: refunds[c.OrderID]})
	}
	return views, next, nil
}

// Refunds reads a page of the refunds that a key may see, newest first: those of its own checkouts, and of orders that no key made. checkoutID
// chooses those of one checkout; empty: all. Errors: store.ErrNotFound: the checkout is not the key's; store.ErrFilter, store.ErrCursor.
func (s *Service) Refunds(ctx context.Context, keyID, checkoutID, after string, limit int) (list []wire.Refund, next string, err error) {
	filter := store.RefundFilter{KeyID: keyID}
	if checkoutID != "" {
		checkout, err := s.Get(ctx, checkoutID, keyID)
		if err != nil || checkout.Order == nil {
			return nil, "", err
		}
		filter.OrderID = checkout.Order.ID
	}
	rows, next, err := s.store.RefundsFor(ctx, filter, after, limit)
	if err != nil {
		return nil, "", err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.OrderID
	}
	orders, err := s.store.OrdersByID(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	for i := range rows {
		if order := orders[rows[i].OrderID]; order != nil {
			list = append(list, wire.OfRefund(&rows[i], order))
		}
	}
	return list, next, nil
}

// OneRefund reads a refund that a key may see: see Refunds. store.ErrNotFound.
func (s *Service) OneRefund(ctx context.Context, id, keyID string) (wire.Refund, error) {
	refund, err := s.store.Refund(ctx, id)
	if err != nil {
		return wire.Refund{}, err
	}
	order, err := s.store.Order(ctx, refund.OrderID)
	if err != nil {
		return wire.Refund{}, fmt.Errorf("load order: %w", err)
	}
	if order.CheckoutID != "" {
		checkout, err := s.store.Checkout(ctx, order.CheckoutID)
		if err != nil {
			return wire.Refund{}, fmt.Errorf("load checkout: %w", err)
		}
		if checkout.KeyID != "" && checkout.KeyID != keyID {
			return wire.Refund{}, store.ErrNotFound
		}
	}
	return wire.OfRefund(&refund, &order), nil
}

// Cancel calls a checkout off that is not paid. If a payment is under way, the exchange is asked to close it, and a payment that was faster wins;
// then the checkout may still be processing afterwards. The answer is about a wire.Checkout.
//
// Errors: store.ErrNotFound, ErrPaid, ErrEnded, those of package once, and the store's.
func (s *Service) Cancel(ctx context.Context, id string, key models.APIKey, request once.Request) (models.Answer, bool, error) {
	return once.Do(ctx, s.store, request, func(ctx context.Context) (any, error) {
		view, err := s.Get(ctx, id, key.ID)
		if err != nil {
			return nil, err
		}
		if err := s.cancel(ctx, view); err != nil {
			return nil, err
		}
		if view, err = s.Get(ctx, id, key.ID); err != nil {
			return nil, err
		}
		return view.Wire(), nil
	})
}

func (s *Service) cancel(ctx context.Context, v View) error {
	switch v.Checkout.Status {
	case models.CheckoutCancelled:
		return nil
	case models.CheckoutExpired:
		return ErrEnded
	case models.CheckoutPaid, models.CheckoutReview:
		return ErrPaid
	case models.CheckoutOpen, models.CheckoutProcessing:
	}
	if v.Order == nil {
		err := s.store.EndCheckout(ctx, v.Checkout.ID, models.CheckoutCancelled)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
		again, err := s.Get(ctx, v.Checkout.ID, "") // pay was pressed at this moment, or its time is over
		if err != nil || again.Order == nil {
			return errors.Join(err, ErrEnded)
		}
		v = again
	}
	err := s.money.Cancel(ctx, v.Order.Ref)
	if errors.Is(err, payments.ErrNotCancellable) {
		return ErrPaid
	}
	return err
}

// RefundInput asks for a refund of a checkout: of an amount of the coin, of an amount of its currency, or of all that is left.
type RefundInput struct {
	Amount         string // decimal text of the coin that was paid; empty: not given
	CurrencyAmount string // decimal text, in the checkout's currency; empty: not given
	Reason         string
}

// Refund asks for a refund of a checkout. A shop with a limit for one person's refunds lets a person approve what is above it. The answer is about
// a wire.Refund.
//
// Errors: store.ErrNotFound, ErrNotPaid, ErrRefundLimit, *InputError, *store.RefundTooMuchError, those of package once, and the store's.
func (s *Service) Refund(
	ctx context.Context, id string, in RefundInput, key models.APIKey, by models.Actor, request once.Request,
) (models.Answer, bool, error) {
	answer, replayed, err := once.Make(ctx, s.store, request, func(tx *store.Store) (any, error) {
		checkout, err := tx.Checkout(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("load checkout: %w", err)
		}
		if checkout.KeyID != key.ID {
			return nil, store.ErrNotFound
		}
		if checkout.OrderID == "" || checkout.Status != models.CheckoutPaid {
			return nil, ErrNotPaid
		}
		return s.refund(ctx, tx, checkout, in, key, by, request.ID)
	})
	if err == nil && !replayed {
		s.money.WakeRefunds()
	}
	return answer, replayed, err
}

// refundDay is the time over which a key's refunds are added up.
const refundDay = 24 * time.Hour

func (s *Service) refund(
	ctx context.Context, tx *store.Store, checkout models.Checkout, in RefundInput, key models.APIKey, by models.Actor, token string,
) (any, error) {
	input, err := refundInput(in, checkout.Digits)
	if err != nil {
		return nil, err
	}
	input.OrderID, input.FormToken = checkout.OrderID, token
	if err := tx.LockAPIKey(ctx, key.ID); err != nil {
		return nil, err
	}
	refund, err := s.money.RequestRefundIn(ctx, tx, input, by)
	switch {
	case errors.Is(err, payments.ErrNotRefundable):
		return nil, ErrNotPaid
	case errors.Is(err, payments.ErrRefundAmount):
		return nil, refundAmountError(in)
	case errors.Is(err, models.ErrNoteText):
		return nil, reasonError()
	case err != nil:
		return nil, err
	}
	spent, err := tx.WorthOfRefunds(ctx, key.ID, "", refund.CreatedAt.Add(-refundDay)) // this one too
	if err != nil {
		return nil, err
	}
	if spent.Cmp(key.RefundLimit) > 0 {
		return nil, ErrRefundLimit
	}
	order, err := tx.Order(ctx, refund.OrderID)
	if err != nil {
		return nil, fmt.Errorf("load order: %w", err)
	}
	return wire.OfRefund(&refund, &order), nil
}

// expireStep ends checkouts of which nobody has pressed pay in time.
func (s *Service) expireStep(ctx context.Context) (int, error) {
	rows, err := jobs.Claim(ctx, s.store.ClaimCheckouts, jobs.Batch, jobs.Lease)
	if err != nil {
		return 0, fmt.Errorf("claim checkouts: %w", err)
	}
	return jobs.Each(ctx, rows, func(ctx context.Context, c models.Checkout) {
		err := s.store.EndCheckout(ctx, c.ID, models.CheckoutExpired)
		if err != nil && !errors.Is(err, store.ErrConflict) {
			s.log.ErrorContext(ctx, "checkout not ended", "checkout", c.ID, "error", err)
		}
	}), nil
}

// batch is how many old rows are removed at once.
const batch = 500

// forget removes answers and events whose time is over.
func (s *Service) forget(ctx context.Context) error {
	now := s.clock()
	for _, old := range []struct {
		remove func(context.Context, time.Time, int) (int, error)
		kept   time.Duration
	}{{s.store.ForgetAnswers, models.AnswersKept}, {s.store.ForgetEvents, models.EventsKept}} {
		for {
			n, err := old.remove(ctx, now.Add(-old.kept), batch)
			if err != nil {
				return err
			}
			if n < batch {
				break
			}
		}
	}
	return nil
}
