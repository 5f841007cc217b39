package sandbox

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/coincart/coincart/payments/opay"
)

// core holds all data of the sandbox and the rules for changing them. state guards it with one lock.
type core struct {
	cfg  *Config
	seed seed
	now  time.Time // of the event that is being handled

	users  map[string]*User
	ledger ledger
	book   *orderBook
	codes  *recent[loginCode]
	grants *recent[grant]
	faults Faults

	callbacks []*Callback     // in the sequence of their making
	busy      map[string]bool // orders of which a callback is on its way
	counters  counters
	forms     *recent[string] // one-time token of a form → what it is for; not kept over a restart
	formSeq   uint64
	run       string   // names this run of the sandbox: the time of its start
	changes   *changes // what the journal does not have yet; nil: nothing
}

// loginCode is the one-time code of a sign-in.
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
	RefreshBy time.Time `json:"refreshBy"` // when the refresh token lapses
	Replaced  bool      `json:"replaced"`  // by a refresh
}

const (
	maxGrants    = 10_000
	maxForms     = 10_000
	codeTTL      = 5 * time.Minute
	refreshTTL   = 30 * 24 * time.Hour
	merchantBase = 20_000 // merchantUserId of the first application

	numsPerBase = 1000            // order numbers that a millisecond has room for
	leastBase   = 100_000_000_000 // keeps order numbers at 15 digits with a clock that stands before 2023, as in tests
)

// newCore returns the data of a sandbox that starts for the first time.
func newCore(cfg *Config, start time.Time) (*core, error) {
	k := &core{
		cfg: cfg, seed: seed(cfg.Seed), users: map[string]*User{}, ledger: newLedger(), book: newOrderBook(),
		codes: newRecent[loginCode](maxGrants), grants: newRecent[grant](maxGrants), busy: map[string]bool{}, forms: newRecent[string](maxForms),
		faults: slices.Clone(cfg.InitialFaults), run: strconv.FormatInt(start.UnixMilli(), 10),
	}
	k.ledger.changed = func(owner, coin string, amount decimal.Decimal) { k.changed().balance(owner, coin, amount) }
	since := start.Sub(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)).Milliseconds()
	k.counters.NumBase = uint64(max(since, leastBase))
	for _, app := range cfg.Apps {
		if err := k.ledger.put(merchantAccount(app.AppID), app.Balances); err != nil {
			return nil, errors.Join(ErrConfig, err)
		}
	}
	for _, user := range cfg.Users {
		k.users[user.UID] = &User{UID: user.UID, Name: user.Name, Frozen: user.Frozen}
		if err := k.ledger.put(userAccount(user.UID), user.Balances); err != nil {
			return nil, errors.Join(ErrConfig, err)
		}
	}
	return k, nil
}

// nextEvent returns the number of a new call or change.
func (k *core) nextEvent() uint64 { return k.count(&k.counters.EventSeq) }

// nextOrderNum returns a new order number of 15 digits (until the year 2051): the milliseconds from the beginning of 2020 to the first start
// of this sandbox, then a count. The state file keeps both. Without a state file the numbers begin at the time of the start, which is above
// all numbers of earlier starts if those made fewer than a thousand orders per millisecond.
//
// With Config.HexOrderNums a number is 32 hexadecimal digits, derived from that one.
func (k *core) nextOrderNum(hex bool) string {
	for {
		num := strconv.FormatUint(k.counters.NumBase*numsPerBase+k.count(&k.counters.OrderSeq), 10)
		if hex || k.cfg.HexOrderNums {
			num = k.seed.token("orderNum", num)[:32]
		}
		if _, taken := k.book.byNum[num]; !taken {
			return num
		}
	}
}

// openID returns the user's openId, which differs for each application.
func (k *core) openID(appID, uid string) string { return k.seed.token("openId", appID, uid) }

func (k *core) userByOpenID(appID, openID string) (*User, bool) {
	for _, u := range k.users {
		if k.openID(appID, u.UID) == openID {
			return u, true
		}
	}
	return nil, false
}

// sortedUsers returns the users by UID.
func (k *core) sortedUsers() []*User {
	return slices.SortedFunc(maps.Values(k.users), func(a, b *User) int { return cmp.Or(len(a.UID)-len(b.UID), cmp.Compare(a.UID, b.UID)) })
}

// order returns an application's order by the platform's number.
func (k *core) order(appID, orderNum string) (*Order, bool) {
	o, ok := k.book.byNum[orderNum]
	if !ok || o.AppID != appID {
		return nil, false
	}
	return o, true
}

// insert adds an order and drops old ones.
func (k *core) insert(o *Order) {
	k.book.add(o)
	c := k.changed()
	c.order(o)
	for _, dropped := range k.book.trim(k.cfg.MaxOrders) {
		c.DroppedOrders = append(c.DroppedOrders, dropped.OrderNum)
	}
}

// strike returns the active faults that strike an event.
func (k *core) strike(seq uint64, concerned func(Fault) bool) []Fault {
	struck := k.faults.strike(k.seed, seq, concerned)
	if slices.ContainsFunc(struck, func(f Fault) bool { return f.Times > 0 }) {
		k.changed().Faults = k.faults.kept()
	}
	return struck
}

// strikeCallbacks returns the faults of callbacks that strike a new order (early) or a change of an order's status.
func (k *core) strikeCallbacks(early bool) []Fault {
	return k.strike(k.nextEvent(), func(f Fault) bool {
		form := f.Kind.form()
		return form.group == ofCallbacks && form.early == early
	})
}

// created applies the faults that concern a new order. It returns the ids of the callbacks to send before createThirdOrder answers.
func (k *core) created(o *Order) (early []string) {
	struck := k.strikeCallbacks(true)
	if forged, ok := find(struck, FaultCallbackForged); ok {
		way := cmp.Or(forged.Way, forgeWays[k.seed.below(len(forgeWays), "forge", o.place())])
		c := callbackOf(FaultCallbackForged, trueNotice(o, opay.StatusPaid), k.now)
		c.Forge, c.Once = way, true
		k.enqueue(o, c)
	}
	if _, ok := find(struck, FaultCallbackEarly); ok {
		k.enqueue(o, callbackOf(FaultCallbackEarly, trueNotice(o, opay.StatusPending), k.now))
	}
	if _, ok := find(struck, FaultCallbackEarlyPaid); ok {
		// A payer who cannot pay leaves the order pending; then there is nothing to tell.
		_ = k.pay(o, byPayer, false)
	}
	for _, c := range k.callbacks {
		if c.OrderNum == o.OrderNum && c.Forge == "" && !c.done() && !c.DueAt.After(k.now) {
			early = append(early, c.ID)
		}
	}
	return early
}

// pay moves the money and notifies the merchant. late allows orders that are already closed or failed.
func (k *core) pay(o *Order, by string, late bool) error {
	switch {
	case o.Type != TypePayment || o.Status == opay.StatusPaid || o.settled() && !late:
		return ErrNotPending
	case k.users[o.UID] == nil:
		return ErrUnknownUser
	case k.users[o.UID].Frozen:
		return ErrPayerFrozen
	}
	asked := *o
	k.payOff(o)
	if err := k.ledger.move(userAccount(o.UID), merchantAccount(o.AppID), o.Coin, o.value()); err != nil {
		o.Amount, o.Asked, o.Coin = asked.Amount, asked.Asked, asked.Coin
		return err
	}
	k.settle(o, opay.StatusPaid, by)
	return nil
}

// payOff changes an order's amount or coin as the faults of payments want it.
func (k *core) payOff(o *Order) {
	coin, _ := k.cfg.coin(o.Coin)
	for _, f := range k.strike(k.nextEvent(), func(f Fault) bool { return f.Kind.form().group == ofPayments }) {
		if f.Kind == FaultOtherCoin {
			if other, ok := findFunc(k.cfg.Coins, func(c Coin) bool { return c.Symbol != o.Coin && fits(o.value(), c.Precision) }); ok {
				o.Coin = other.Symbol
			}
			continue
		}
		value := o.value()
		off := ulp(coin.Precision)
		if f.Way == OffHalf {
			off = value.Div(decimal.NewFromInt(2)).Truncate(int32(coin.Precision)) //nolint:gosec // the configuration allows at most scale
		}
		if f.Kind == FaultUnderpaid {
			off = off.Neg()
		}
		if paid := value.Add(off); paid.IsPositive() {
			o.Asked, o.Amount = cmp.Or(o.Asked, o.Amount), opay.Amount(paid.String())
		}
	}
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
	k.changed().order(o)
	k.noticesFor(o, k.strikeCallbacks(false))
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

// newGrant stores a user's consent with new tokens.
func (k *core) newGrant(appID, uid string) (token string, g grant) {
	seq := k.nextToken()
	token = k.seed.token("token", appID, uid, seq)
	g = grant{
		AppID: appID, UID: uid, Refresh: k.seed.token("refresh", appID, uid, seq),
		ExpiresAt: k.now.Add(k.cfg.TokenTTL), RefreshBy: k.now.Add(max(refreshTTL, k.cfg.TokenTTL)),
	}
	k.putGrant(token, g)
	return token, g
}

// nextToken returns the number of a new token or code. It differs from those of earlier starts, like order numbers.
func (k *core) nextToken() string {
	return strconv.FormatUint(k.counters.NumBase, 10) + "." + strconv.FormatUint(k.count(&k.counters.TokenSeq), 10)
}

func (k *core) putGrant(token string, g grant) {
	k.grants.put(token, g)
	c := k.changed()
	c.Grants = append(c.Grants, named[grant]{token, g})
}

func (k *core) putCode(text string, code loginCode) {
	k.codes.put(text, code)
	c := k.changed()
	c.Codes = append(c.Codes, named[loginCode]{text, code})
}

// expireTokens expires all tokens and, if asked, all refresh tokens. It returns the number of tokens that expired.
func (k *core) expireTokens(refreshTokens bool) (lapsed int) {
	k.grants.each(func(token string, g grant) {
		valid := k.now.Before(g.ExpiresAt)
		if !valid && (!refreshTokens || !k.now.Before(g.RefreshBy)) {
			return
		}
		if valid {
			g.ExpiresAt = k.now
			lapsed++
		}
		if refreshTokens {
			g.RefreshBy = k.now
		}
		k.putGrant(token, g)
	})
	return lapsed
}

// tokenGood reports whether the token is valid for the user and the application.
func (k *core) tokenGood(appID, uid, token string) bool {
	g, ok := k.grants.get(token)
	return ok && !g.Replaced && g.AppID == appID && g.UID == uid && k.now.Before(g.ExpiresAt)
}

// newCode returns a new one-time code of a sign-in.
func (k *core) newCode(appID, uid string) string {
	code := k.seed.token("code", appID, uid, k.nextToken())
	k.putCode(code, loginCode{AppID: appID, UID: uid, ExpiresAt: k.now.Add(codeTTL)})
	return code
}

// newForm returns a new one-time token of a form.
func (k *core) newForm(subject string) string {
	k.formSeq++
	token := k.seed.token("form", subject, k.run, strconv.FormatUint(k.formSeq, 10))
	k.forms.put(token, subject)
	return token
}

// useForm uses a form's token. It returns false for a token that is unknown, used, or of another form.
func (k *core) useForm(subject, token string) bool {
	known, ok := k.forms.get(token)
	if !ok || known != subject {
		return false
	}
	k.forms.put(token, "")
	return true
}
