package sandbox

import (
	"net/http"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/coincart/coincart/payments/opay"
)

// operator carries out what people and tests do besides the platform's calls: settle orders, set balances, sign users in, switch faults.
type operator struct {
	*state

	delivery  *delivery
	publicKey string // of the platform, PEM
}

// Pay pays a pending order from the payer's balance, as the button on pay.html does. The error is ErrOrderNotFound, ErrNotPending,
// ErrInsufficientBalance or ErrPayerFrozen.
func (op *operator) Pay(orderNum string) error {
	return op.settle(orderNum, func(k *core, o *Order) error { return k.pay(o, byOperator, false) })
}

// PayLate is Pay for an order that may be closed or failed already: the money was on its way when the order ended.
func (op *operator) PayLate(orderNum string) error {
	return op.settle(orderNum, func(k *core, o *Order) error { return k.pay(o, byOperator, true) })
}

// Fail ends a pending order as failed. The error is ErrOrderNotFound or ErrNotPending.
func (op *operator) Fail(orderNum string) error {
	return op.settle(orderNum, func(k *core, o *Order) error { return k.end(o, opay.StatusFailed, byOperator) })
}

// Close ends a pending order as closed. The error is ErrOrderNotFound or ErrNotPending.
func (op *operator) Close(orderNum string) error {
	return op.settle(orderNum, func(k *core, o *Order) error { return k.end(o, opay.StatusClosed, byOperator) })
}

// Orders lists all orders, oldest first.
func (op *operator) Orders() (orders []Order) {
	op.locked(func(k *core) {
		orders = make([]Order, len(k.book.inTurn))
		for i, o := range k.book.inTurn {
			orders[i] = o.clone()
		}
	})
	return orders
}

// Order returns an order by the platform's number.
func (op *operator) Order(orderNum string) (order Order, ok bool) {
	op.locked(func(k *core) {
		var o *Order
		if o, ok = k.book.byNum[orderNum]; ok {
			order = o.clone()
		}
	})
	return order, ok
}

// OrderByAppID returns the newest order with a merchant's appOrderId, of any application.
func (op *operator) OrderByAppID(appOrderID string) (order Order, ok bool) {
	op.locked(func(k *core) {
		for _, o := range slices.Backward(k.book.inTurn) {
			if o.AppOrderID == appOrderID {
				order, ok = o.clone(), true
				return
			}
		}
	})
	return order, ok
}

// Balance returns a user's balance of a coin as decimal text.
func (op *operator) Balance(uid, coin string) (text string, err error) {
	op.locked(func(k *core) {
		if k.users[uid] == nil {
			err = ErrUnknownUser
			return
		}
		text = k.ledger.balance(userAccount(uid), coin).String()
	})
	return text, err
}

// MerchantBalance returns an application's balance of a coin as decimal text.
func (op *operator) MerchantBalance(appID, coin string) (text string, err error) {
	op.locked(func(k *core) {
		if k.cfg.app(appID) == nil {
			err = ErrUnknownApp
			return
		}
		text = k.ledger.balance(merchantAccount(appID), coin).String()
	})
	return text, err
}

// SetBalance sets a user's balance of a coin, as a deposit or withdrawal elsewhere would.
func (op *operator) SetBalance(uid, coin, amount string) error {
	_, err := op.changeUser(uid, userChange{Balances: map[string]string{coin: amount}})
	return err
}

// SetFrozen freezes or unfreezes a user's account.
func (op *operator) SetFrozen(uid string, frozen bool) error {
	_, err := op.changeUser(uid, userChange{Frozen: &frozen})
	return err
}

// Users lists the users with their present balances, by UID.
func (op *operator) Users() (users []User) {
	op.locked(func(k *core) {
		for _, u := range k.sortedUsers() {
			users = append(users, k.withBalances(*u))
		}
	})
	return users
}

func (k *core) withBalances(u User) User {
	u.Balances = k.ledger.texts(userAccount(u.UID))
	return u
}

// OpenID returns the openId by which an application identifies a user.
func (op *operator) OpenID(appID, uid string) (openID string, err error) {
	op.locked(func(k *core) {
		if err = k.known(appID, uid); err == nil {
			openID = k.openID(appID, uid)
		}
	})
	return openID, err
}

// Login consents for a user, as the form on login.html does, and returns the one-time code, which is valid for five minutes.
func (op *operator) Login(appID, uid string) (code string, err error) {
	err = op.change(func(k *core) error {
		if err := k.known(appID, uid); err != nil {
			return err
		}
		code = k.newCode(appID, uid)
		return nil
	})
	return code, err
}

// ExpireTokens expires all tokens, so that calls with one are refused with 60002. Refresh tokens remain valid unless they are to expire too;
// then refreshToken refuses them with 60001. It returns the number of tokens that expired.
func (op *operator) ExpireTokens(refreshTokens bool) (lapsed int, err error) {
	err = op.change(func(k *core) error {
		lapsed = k.expireTokens(refreshTokens)
		return nil
	})
	return lapsed, err
}

func (k *core) known(appID, uid string) error {
	if k.cfg.app(appID) == nil {
		return ErrUnknownApp
	}
	if k.users[uid] == nil {
		return ErrUnknownUser
	}
	return nil
}

// Faults returns the switched-on faults, never nil.
func (op *operator) Faults() Faults {
	faults := Faults{}
	op.locked(func(k *core) { faults = append(faults, k.faults...) })
	return faults
}

// SetFaults replaces the switched-on faults; nil switches all off. If the error wraps ErrFault, nothing has changed.
func (op *operator) SetFaults(faults Faults) error {
	if err := faults.Check(); err != nil {
		return err
	}
	return op.change(func(k *core) error {
		k.faults = slices.Clone(faults)
		k.changed().Faults = k.faults.kept()
		return nil
	})
}

// userChange is the body of PUT /sandbox/api/users/{uid}. Absent members stay unchanged.
type userChange struct {
	Frozen   *bool             `json:"frozen"`
	Balances map[string]string `json:"balances"`
}

// changeUser applies a change whole or not at all.
func (op *operator) changeUser(uid string, change userChange) (user User, err error) {
	err = op.change(func(k *core) error {
		u := k.users[uid]
		if u == nil {
			return ErrUnknownUser
		}
		amounts := map[string]decimal.Decimal{}
		for coin, text := range change.Balances {
			if _, known := k.cfg.coin(coin); !known {
				return ErrUnknownCoin
			}
			amount, err := parseDecimal(text)
			if err != nil {
				return err
			}
			amounts[coin] = amount
		}
		for coin, amount := range amounts {
			k.ledger.set(userAccount(uid), coin, amount)
		}
		if change.Frozen != nil {
			u.Frozen = *change.Frozen
			k.changed().Frozen[uid] = u.Frozen
		}
		user = k.withBalances(*u)
		return nil
	})
	return user, err
}

// act carries out an action of the console or the control API by its name.
func (op *operator) act(orderNum, action string, n Notice) error {
	switch action {
	case "pay":
		return op.Pay(orderNum)
	case "pay-late":
		return op.PayLate(orderNum)
	case "fail":
		return op.Fail(orderNum)
	case "close":
		return op.Close(orderNum)
	case "notify":
		return op.delivery.Notify(orderNum, n)
	default:
		return &controlError{http.StatusNotFound, "an order can be sent pay, pay-late, fail, close or notify"}
	}
}
