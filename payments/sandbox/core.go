package sandbox

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"time"

	"coincart/payments/opay"
)

// core is everything that the sandbox remembers, with the rules of how it changes. Server guards it with one lock; now is the
// time of the event that is being handled.
type core struct {
	cfg  *Config
	seed seed
	now  time.Time

	apps   map[string]*App
	users  map[string]*User
	ledger ledger
	book   *orderBook
	codes  *recent[loginCode]
	grants *recent[grant]
	faults Faults

	callbacks   []*Callback     // in the sequence of their making
	busy        map[string]bool // orders of which a callback is on its way
	callbackSeq uint64
	orderSeq    int
	eventSeq    uint64 // calls and callbacks so far: each is a throw of its own for the seed
	tokenSeq    uint64
	forms       *recent[string] // one-time token of a form → what it is for; not kept over a restart
	formSeq     uint64
	changed     bool // since the state file was written
}

// loginCode is what sign-in gave to a browser, until it is exchanged.
type loginCode struct {
	AppID     string    `json:"appId"`
	UID       string    `json:"userId"`
	ExpiresAt time.Time `json:"expiresAt"`
	Used      bool      `json:"used"`
}

// grant is a payer's consent to an application.
type grant struct {
	AppID     string    `json:"appId"`
	UID       string    `json:"userId"`
	Refresh   string    `json:"refreshToken"`
	ExpiresAt time.Time `json:"expiresAt"`
	Replaced  bool      `json:"replaced"` // by a refresh
}

const (
	maxGrants    = 10_000
	maxForms     = 10_000
	codeTTL      = 5 * time.Minute
	refreshTTL   = 30 * 24 * time.Hour
	merchantBase = 20_000 // merchantUserId of the first application
)

func newCore(cfg *Config) (*core, error) {
	k := &core{
		cfg: cfg, seed: seed(cfg.Seed), apps: map[string]*App{}, users: map[string]*User{}, ledger: newLedger(), book: newOrderBook(),
		codes: newRecent[loginCode](maxGrants), grants: newRecent[grant](maxGrants), busy: map[string]bool{}, forms: newRecent[string](maxForms),
		faults: slices.Clone(cfg.InitialFaults),
	}
	for i := range cfg.Apps {
		app := cfg.Apps[i]
		k.apps[app.AppID] = &app
		if err := k.ledger.open(merchantAccount(app.AppID), app.Balances); err != nil {
			return nil, errors.Join(ErrConfig, err)
		}
	}
	for _, user := range cfg.Users {
		k.users[user.UID] = &User{UID: user.UID, Name: user.Name, Frozen: user.Frozen}
		if err := k.ledger.open(userAccount(user.UID), user.Balances); err != nil {
			return nil, errors.Join(ErrConfig, err)
		}
	}
	return k, nil
}

// nextEvent numbers a call or a change.
func (k *core) nextEvent() uint64 {
	k.eventSeq++
	k.changed = true
	return k.eventSeq
}

func (k *core) nextOrderNum() string {
	thousands := 10_000_000 + k.seed.below(80_000_000, "orderNum")
	for {
		k.orderSeq++
		num := strconv.Itoa(thousands*1000 + k.orderSeq)
		if _, taken := k.book.byNum[num]; !taken {
			return num
		}
	}
}

// openID is how the user is known to the application; another application knows another one.
func (k *core) openID(appID, uid string) string { return k.seed.token("openId", appID, uid) }

func (k *core) userByOpenID(appID, openID string) (*User, bool) {
	for _, u := range k.users {
		if k.openID(appID, u.UID) == openID {
			return u, true
		}
	}
	return nil, false
}

// sortedUsers are the users by UID.
func (k *core) sortedUsers() []*User {
	users := make([]*User, 0, len(k.users))
	for _, u := range k.users {
		users = append(users, u)
	}
	slices.SortFunc(users, func(a, b *User) int { return cmp.Or(len(a.UID)-len(b.UID), cmp.Compare(a.UID, b.UID)) })
	return users
}

// order finds an application's order by the platform's number.
func (k *core) order(appID, orderNum string) (*Order, bool) {
	o, ok := k.book.byNum[orderNum]
	if !ok || o.AppID != appID {
		return nil, false
	}
	return o, true
}

// insert makes an order known and drops old ones.
func (k *core) insert(o *Order) {
	k.book.add(o)
	k.book.trim(k.cfg.MaxOrders)
	k.changed = true
}

// created lets the faults strike that concern a new order. It returns the callbacks that go out before createThirdOrder answers.
func (k *core) created(o *Order) (first []string) {
	struck := k.faults.strike(k.seed, k.nextEvent(), func(f Fault) bool {
		return f.Kind == FaultCallbackForged || f.Kind == FaultCallbackEarly || f.Kind == FaultCallbackEarlyPaid
	})
	if forged, ok := find(struck, FaultCallbackForged); ok {
		ways := forgeWays()
		way := orDefault(forged.Way, ways[k.seed.below(len(ways), "forge", o.OrderNum)])
		c := callbackOf(FaultCallbackForged, truth(o, opay.StatusPaid), k.now)
		c.Forge, c.Once = way, true
		k.enqueue(o, c)
	}
	from := k.callbackSeq
	if _, ok := find(struck, FaultCallbackEarly); ok {
		k.enqueue(o, callbackOf(FaultCallbackEarly, truth(o, opay.StatusPending), k.now))
	}
	if _, ok := find(struck, FaultCallbackEarlyPaid); ok {
		// A payer who cannot pay leaves the order pending; then there is nothing to tell.
		if err := k.pay(o, byPayer, false); err != nil {
			k.changed = true
		}
	}
	for _, c := range k.callbacks {
		if c.turn > from && !c.done() && !c.DueAt.After(k.now) {
			first = append(first, c.ID)
		}
	}
	return first
}

// pay moves the money and tells the merchant. late allows orders that are closed or failed already.
func (k *core) pay(o *Order, by string, late bool) error {
	switch {
	case o.Type != TypePayment || o.Status == opay.StatusPaid || o.settled() && !late:
		return ErrNotPending
	case k.users[o.UID] == nil:
		return ErrUnknownUser
	case k.users[o.UID].Frozen:
		return ErrPayerFrozen
	}
	if err := k.ledger.move(userAccount(o.UID), merchantAccount(o.AppID), o.Coin, o.units()); err != nil {
		return ErrInsufficientBalance
	}
	k.settle(o, opay.StatusPaid, by)
	return nil
}

// end closes or fails a pending order.
func (k *core) end(o *Order, status opay.Status, by string) error {
	if o.Type != TypePayment || o.settled() {
		return ErrNotPending
	}
	k.settle(o, status, by)
	return nil
}

func (k *core) settle(o *Order, status opay.Status, by string) {
	o.change(status, k.now, by)
	struck := k.faults.strike(k.seed, k.nextEvent(), func(f Fault) bool {
		switch f.Kind { //nolint:exhaustive // the callbacks of a change only
		case FaultCallbackLate, FaultCallbackDoubled, FaultCallbackShuffled, FaultCallbackLost, FaultCallbackWrongAmount:
			return true
		default:
			return false
		}
	})
	k.noticesFor(o, struck)
}

// expire closes the orders that have been pending for too long.
func (k *core) expire() {
	if k.cfg.OrderTTL == 0 {
		return
	}
	for _, o := range k.book.expired(k.now.Add(-k.cfg.OrderTTL)) {
		k.settle(o, opay.StatusClosed, byExpiry)
	}
}

// newGrant makes tokens for a user's consent and returns the token.
func (k *core) newGrant(appID, uid string) (token string, g grant) {
	k.tokenSeq++
	seq := strconv.FormatUint(k.tokenSeq, 10)
	token = k.seed.token("token", appID, uid, seq)
	g = grant{AppID: appID, UID: uid, Refresh: k.seed.token("refresh", appID, uid, seq), ExpiresAt: k.now.Add(k.cfg.TokenTTL)}
	k.grants.put(token, g)
	k.changed = true
	return token, g
}

// tokenGood tells whether the token is the user's, for this application, and still valid.
func (k *core) tokenGood(appID, uid, token string) bool {
	g, ok := k.grants.get(token)
	return ok && !g.Replaced && g.AppID == appID && g.UID == uid && k.now.Before(g.ExpiresAt)
}

// newCode makes the one-time code of a sign-in.
func (k *core) newCode(appID, uid string) string {
	k.tokenSeq++
	code := k.seed.token("code", appID, uid, strconv.FormatUint(k.tokenSeq, 10))
	k.codes.put(code, loginCode{AppID: appID, UID: uid, ExpiresAt: k.now.Add(codeTTL)})
	k.changed = true
	return code
}

// newForm makes the one-time token of a form that is about to be shown.
func (k *core) newForm(subject string) string {
	k.formSeq++
	token := k.seed.token("form", subject, strconv.FormatUint(k.formSeq, 10))
	k.forms.put(token, subject)
	return token
}

// useForm uses up a form's token. It is false for a token that is unknown, used, or of another form.
func (k *core) useForm(subject, token string) bool {
	known, ok := k.forms.get(token)
	if !ok || known != subject {
		return false
	}
	k.forms.put(token, "")
	return true
}
