package sandbox

import (
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"
)

// ledger holds every account's balances. Coin moves between accounts and is never made or lost by that.
type ledger struct {
	accounts map[string]map[string]decimal.Decimal            // owner, coin
	changed  func(owner, coin string, amount decimal.Decimal) // called for every balance that set changes
}

func userAccount(uid string) string       { return "user:" + uid }
func merchantAccount(appID string) string { return "app:" + appID }

func newLedger() ledger {
	return ledger{accounts: map[string]map[string]decimal.Decimal{}, changed: func(string, string, decimal.Decimal) {}}
}

// put sets balances that were configured or kept. The account need not exist.
func (l ledger) put(owner string, balances map[string]string) error {
	if l.accounts[owner] == nil {
		l.accounts[owner] = map[string]decimal.Decimal{}
	}
	for coin, text := range balances {
		amount, err := parseDecimal(text)
		if err != nil {
			return fmt.Errorf("balance of %s in %s: %w", owner, coin, err)
		}
		l.accounts[owner][coin] = amount
	}
	return nil
}

func (l ledger) balance(owner, coin string) decimal.Decimal { return l.accounts[owner][coin] }

// set replaces one balance, as if coin had been deposited or withdrawn elsewhere.
func (l ledger) set(owner, coin string, amount decimal.Decimal) {
	l.accounts[owner][coin] = amount
	l.changed(owner, coin, amount)
}

// move takes an amount from one account to another, whole or not at all. The error is ErrInsufficientBalance.
func (l ledger) move(from, to, coin string, amount decimal.Decimal) error {
	left := l.balance(from, coin).Sub(amount)
	if left.IsNegative() {
		return ErrInsufficientBalance
	}
	l.set(from, coin, left)
	l.set(to, coin, l.balance(to, coin).Add(amount))
	return nil
}

// texts returns an account's balances as decimal text.
func (l ledger) texts(owner string) map[string]string {
	out := map[string]string{}
	for coin, amount := range l.accounts[owner] {
		out[coin] = amount.String()
	}
	return out
}

// coins returns the coins of an account in alphabetical order.
func (l ledger) coins(owner string) []string {
	return slices.Sorted(maps.Keys(l.accounts[owner]))
}
