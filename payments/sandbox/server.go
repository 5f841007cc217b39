package sandbox

import (
	"bytes"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// Server is a sandbox. Its methods are safe for use by several goroutines.
type Server struct {
	cfg     Config
	rings   map[string]*opay.Keyring
	handler http.Handler
	styles  string // address of the style sheet
	traffic trafficLog
	markets markets

	mu        sync.Mutex // guards core, journal and stateSize
	core      *core
	journal   *journal // nil without Config.StateFile
	stateSize int64    // bytes of the state file

	wake chan struct{} // tells Run that something became due

	saving    sync.Mutex // one writer of the state file at a time
	foreignMu sync.Mutex
	foreign   *rsa.PrivateKey // a forger's key, made when first needed
}

// New makes a sandbox and loads its state file and journal if there are any. No other sandbox may use them at the same time. The error wraps ErrConfig or ErrState.
func New(c Config) (*Server, error) {
	cfg, err := c.resolve()
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, traffic: trafficLog{limit: cfg.MaxTraffic}, wake: make(chan struct{}, 1)}
	if s.rings, err = keyrings(cfg); err != nil {
		return nil, err
	}
	if s.core, err = newCore(&s.cfg, s.Now()); err != nil {
		return nil, err
	}
	if err := s.load(); err != nil {
		return nil, err
	}
	for _, t := range s.cfg.Tickers {
		if err := s.SetTicker(t); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrConfig, err)
		}
	}
	if s.handler, err = s.routes(); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler serves everything: the platform's API, the payer's pages, the console and the control API.
func (s *Server) Handler() http.Handler { return s.handler }

// Now is the sandbox's clock: UTC, to the millisecond.
func (s *Server) Now() time.Time { return s.cfg.Clock().UTC().Truncate(time.Millisecond) }

// locked runs fn on the state, at the clock's time, after whatever expired by then was closed, and writes to the journal what changed.
// Everything that changes the state goes through here. If the journal cannot be written, unkept tells of it.
func (s *Server) locked(fn func(k *core)) {
	now := s.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	callbacks := s.core.counters.CallbackSeq
	s.core.now = now
	s.core.expire()
	fn(s.core)
	s.keep()
	if s.core.counters.CallbackSeq != callbacks || s.grown() {
		s.wakeUp()
	}
}

// change is locked for a change that can be refused. If it is not, but cannot be written to the journal, the error wraps ErrState; then the
// change is made nevertheless, and nothing is answered before it is written.
func (s *Server) change(fn func(k *core) error) (err error) {
	s.locked(func(k *core) { err = fn(k) })
	if err == nil {
		err = s.unkept()
	}
	return err
}

func (s *Server) wakeUp() {
	select {
	case s.wake <- struct{}{}:
	default: // Run has been told already
	}
}

// Pay pays a pending order from the payer's balance, as the button on pay.html does. The error is ErrOrderNotFound, ErrNotPending,
// ErrInsufficientBalance or ErrPayerFrozen.
func (s *Server) Pay(orderNum string) error {
	return s.settle(orderNum, func(k *core, o *Order) error { return k.pay(o, byOperator, false) })
}

// PayLate is Pay for an order that may be closed or failed already: the money was on its way when the order ended.
func (s *Server) PayLate(orderNum string) error {
	return s.settle(orderNum, func(k *core, o *Order) error { return k.pay(o, byOperator, true) })
}

// Fail ends a pending order as failed. The error is ErrOrderNotFound or ErrNotPending.
func (s *Server) Fail(orderNum string) error {
	return s.settle(orderNum, func(k *core, o *Order) error { return k.end(o, opay.StatusFailed, byOperator) })
}

// Close ends a pending order as closed. The error is ErrOrderNotFound or ErrNotPending.
func (s *Server) Close(orderNum string) error {
	return s.settle(orderNum, func(k *core, o *Order) error { return k.end(o, opay.StatusClosed, byOperator) })
}

func (s *Server) settle(orderNum string, fn func(*core, *Order) error) error {
	return s.change(func(k *core) error {
		o, ok := k.book.byNum[orderNum]
		if !ok {
			return ErrOrderNotFound
		}
		return fn(k, o)
	})
}

// Orders lists all orders, oldest first.
func (s *Server) Orders() (orders []Order) {
	s.locked(func(k *core) {
		orders = make([]Order, len(k.book.inTurn))
		for i, o := range k.book.inTurn {
			orders[i] = o.clone()
		}
	})
	return orders
}

// Order finds an order by the platform's number.
func (s *Server) Order(orderNum string) (order Order, ok bool) {
	s.locked(func(k *core) {
		var o *Order
		if o, ok = k.book.byNum[orderNum]; ok {
			order = o.clone()
		}
	})
	return order, ok
}

// OrderByAppID finds the newest order with a merchant's appOrderId, of whichever application.
func (s *Server) OrderByAppID(appOrderID string) (order Order, ok bool) {
	s.locked(func(k *core) {
		for _, o := range slices.Backward(k.book.inTurn) {
			if o.AppOrderID == appOrderID {
				order, ok = o.clone(), true
				return
			}
		}
	})
	return order, ok
}

// Balance is what a user has of a coin, as decimal text.
func (s *Server) Balance(uid, coin string) (text string, err error) {
	s.locked(func(k *core) {
		if k.users[uid] == nil {
			err = ErrUnknownUser
			return
		}
		text = k.ledger.balance(userAccount(uid), coin).String()
	})
	return text, err
}

// MerchantBalance is what an application's account has of a coin, as decimal text.
func (s *Server) MerchantBalance(appID, coin string) (text string, err error) {
	s.locked(func(k *core) {
		if k.apps[appID] == nil {
			err = ErrUnknownApp
			return
		}
		text = k.ledger.balance(merchantAccount(appID), coin).String()
	})
	return text, err
}

// SetBalance replaces what a user has of a coin, as a deposit or withdrawal elsewhere would.
func (s *Server) SetBalance(uid, coin, amount string) error {
	_, err := s.changeUser(uid, userChange{Balances: map[string]string{coin: amount}})
	return err
}

// SetFrozen freezes or thaws a user's account.
func (s *Server) SetFrozen(uid string, frozen bool) error {
	_, err := s.changeUser(uid, userChange{Frozen: &frozen})
	return err
}

// Users lists the users with their present balances, by UID.
func (s *Server) Users() (users []User) {
	s.locked(func(k *core) {
		for _, u := range k.sortedUsers() {
			users = append(users, User{UID: u.UID, Name: u.Name, Frozen: u.Frozen, Balances: k.ledger.texts(userAccount(u.UID))})
		}
	})
	return users
}

// OpenID is how an application knows a user after sign-in.
func (s *Server) OpenID(appID, uid string) (openID string, err error) {
	s.locked(func(k *core) {
		if err = k.known(appID, uid); err == nil {
			openID = k.openID(appID, uid)
		}
	})
	return openID, err
}

// Login consents for a user, as the form on login.html does, and returns the one-time code, good for five minutes.
func (s *Server) Login(appID, uid string) (code string, err error) {
	err = s.change(func(k *core) error {
		if err := k.known(appID, uid); err != nil {
			return err
		}
		code = k.newCode(appID, uid)
		return nil
	})
	return code, err
}

// ExpireTokens ends the time of every token from sign-in now, so that calls with one are refused with 60002. Refresh tokens go on working,
// unless they are to lapse too; then refreshToken refuses them with 60001. It returns how many tokens lapsed.
func (s *Server) ExpireTokens(refreshTokens bool) (lapsed int, err error) {
	err = s.change(func(k *core) error {
		lapsed = k.expireTokens(refreshTokens)
		return nil
	})
	return lapsed, err
}

func (k *core) known(appID, uid string) error {
	if k.apps[appID] == nil {
		return ErrUnknownApp
	}
	if k.users[uid] == nil {
		return ErrUnknownUser
	}
	return nil
}

// Faults lists the switched-on faults.
func (s *Server) Faults() (faults Faults) {
	s.locked(func(k *core) { faults = slices.Clone(k.faults) })
	return faults
}

// SetFaults replaces the switched-on faults; nil switches all off. The error wraps ErrFault, and then nothing has changed.
func (s *Server) SetFaults(faults Faults) error {
	if err := faults.Check(); err != nil {
		return err
	}
	return s.change(func(k *core) error {
		k.faults = slices.Clone(faults)
		k.changes.faults = true
		return nil
	})
}

// Traffic lists the latest calls and callbacks in the clear, newest first.
func (s *Server) Traffic(limit int) []Exchange { return s.traffic.newest(limit) }

// foreignRing seals to the application with a key that is not the platform's.
func (s *Server) foreignRing(appID string) (*opay.Keyring, error) {
	s.foreignMu.Lock()
	defer s.foreignMu.Unlock()
	if s.foreign == nil {
		key, err := opay.GenerateKeys(s.cfg.Keys.N.BitLen())
		if err != nil {
			return nil, fmt.Errorf("make a forger's key: %w", err)
		}
		s.foreign = key
	}
	i := slices.IndexFunc(s.cfg.Apps, func(a App) bool { return a.AppID == appID })
	ring, err := opay.NewKeyring(s.foreign, s.cfg.Apps[i].Key)
	if err != nil {
		return nil, fmt.Errorf("make a forger's keys: %w", err)
	}
	return ring, nil
}

// randomSignature has the length of a signature and nothing else in common with one.
func (s *Server) randomSignature(subject string) string {
	var b bytes.Buffer
	for i := 0; b.Len() < s.cfg.Keys.Size(); i++ {
		b.Write(seed(s.cfg.Seed).derive("random signature", subject, strconv.Itoa(i)))
	}
	return base64.RawURLEncoding.EncodeToString(b.Bytes()[:s.cfg.Keys.Size()])
}

// trueText is the notification that the platform would send about the order now.
func (s *Server) trueText(orderNum string) (text string) {
	s.locked(func(k *core) {
		if o, ok := k.book.byNum[orderNum]; ok {
			text = noticeText(truth(o, o.Status), false)
		}
	})
	return orDefault(text, "{}")
}
