package sandbox

import (
	"errors"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
)

// counters number what the sandbox makes. No number is used twice.
type counters struct {
	NumBase     uint64 `json:"numBase"` // order numbers count from NumBase * 1000, see core.nextOrderNum
	CallbackSeq uint64 `json:"callbackSeq"`
	OrderSeq    uint64 `json:"orderSeq"`
	EventSeq    uint64 `json:"eventSeq"` // calls and callbacks so far: each is a throw of its own for the seed
	TokenSeq    uint64 `json:"tokenSeq"`
}

// contents are what the state file and a record of the journal hold: everything, or what has changed.
type contents struct {
	counters
	Orders    []Order                      `json:"orders,omitempty"`
	Balances  map[string]map[string]string `json:"balances,omitempty"` // by account and coin
	Frozen    map[string]bool              `json:"frozen,omitempty"`   // by UID
	Codes     []named[loginCode]           `json:"codes,omitempty"`
	Grants    []named[grant]               `json:"grants,omitempty"`
	Callbacks []Callback                   `json:"callbacks,omitempty"`
	Faults    *Faults                      `json:"faults,omitempty"` // nil: unchanged
}

type named[V any] struct {
	Name  string `json:"name"`
	Value V      `json:"value"`
}

// record is one line of the journal: the things that one event changed, in their new state, so that reading it only needs to put each thing
// in its place. A thing that changed twice may be in it twice; the last one counts.
type record struct {
	Seq uint64 `json:"seq"` // 1 more than that of the line before it
	contents
	DroppedOrders    []string `json:"droppedOrders,omitempty"`
	DroppedCallbacks []string `json:"droppedCallbacks,omitempty"`
}

// changes are what the journal does not have yet: its next record, but for orders and callbacks, which are written as they are then.
type changes struct {
	record
	orders    []*Order
	callbacks []*Callback
}

// changed returns the changes, for one to be added. A change of the counters needs nothing more.
func (k *core) changed() *changes {
	if k.changes == nil {
		k.changes = &changes{record: record{contents: contents{Balances: map[string]map[string]string{}, Frozen: map[string]bool{}}}}
	}
	return k.changes
}

// count adds one to a counter and returns it.
func (k *core) count(counter *uint64) uint64 {
	k.changed()
	*counter++
	return *counter
}

func (c *changes) order(o *Order) { c.orders = append(c.orders, o) }

func (c *changes) callback(callback *Callback) { c.callbacks = append(c.callbacks, callback) }

func (c *changes) balance(owner, coin string, amount decimal.Decimal) {
	if c.Balances[owner] == nil {
		c.Balances[owner] = map[string]string{}
	}
	c.Balances[owner][coin] = amount.String()
}

// record returns the changes as a record. It leaves out what was dropped after it had changed, which would come back otherwise.
func (k *core) record() record {
	r := k.changes.record
	r.counters = k.counters
	for _, o := range k.changes.orders {
		if k.book.byNum[o.OrderNum] == o {
			r.Orders = append(r.Orders, *o)
		}
	}
	for _, c := range k.changes.callbacks {
		if !slices.Contains(r.DroppedCallbacks, c.ID) {
			r.Callbacks = append(r.Callbacks, c.kept())
		}
	}
	return r
}

// apply puts the contents of a record in their places. It drops first, because a new order may have the appOrderId of a dropped one.
func (k *core) apply(r record) error {
	for _, num := range r.DroppedOrders {
		k.book.drop(num)
	}
	if len(r.DroppedCallbacks) > 0 {
		k.callbacks = slices.DeleteFunc(k.callbacks, func(c *Callback) bool { return slices.Contains(r.DroppedCallbacks, c.ID) })
	}
	return k.put(r.contents)
}

// put puts contents in their places.
func (k *core) put(c contents) error {
	for i := range c.Orders {
		if err := k.putOrder(&c.Orders[i]); err != nil {
			return fmt.Errorf("order %d: %w", i+1, err)
		}
	}
	for owner, balances := range c.Balances {
		if err := k.ledger.put(owner, balances); err != nil {
			return err
		}
	}
	if c.Faults != nil {
		if err := c.Faults.Check(); err != nil {
			return err
		}
		k.faults = *c.Faults
	}
	for uid, frozen := range c.Frozen {
		if k.users[uid] != nil {
			k.users[uid].Frozen = frozen
		}
	}
	for _, code := range c.Codes {
		k.codes.put(code.Name, code.Value)
	}
	for _, g := range c.Grants {
		k.grants.put(g.Name, g.Value)
	}
	for i := range c.Callbacks {
		callback := &c.Callbacks[i]
		if old := k.callback(callback.ID); old != nil {
			*old = *callback
		} else {
			k.callbacks = append(k.callbacks, callback)
		}
	}
	k.counters = c.counters
	return nil
}

// putOrder adds an order, or replaces the one with its number.
func (k *core) putOrder(o *Order) error {
	if problem := k.unfit(o); problem != "" {
		return errors.New(problem)
	}
	if old, known := k.book.byNum[o.OrderNum]; known {
		*old = *o
		return nil
	}
	k.book.add(o)
	return nil
}

// unfit returns why an order cannot be restored, or "".
func (k *core) unfit(o *Order) string {
	_, errAmount := parseDecimal(string(o.Amount))
	switch {
	case k.cfg.app(o.AppID) == nil:
		return "its application is not configured"
	case !uidForm.MatchString(o.UID):
		return "its user has no UID"
	case o.OrderNum == "":
		return "its number is missing"
	case errAmount != nil:
		return "its amount is no decimal text"
	case !o.Status.Known():
		return "its status is undocumented"
	case o.Type != TypePayment && o.Type != TypeTransfer:
		return "its type is neither 1 nor 11"
	}
	return ""
}

// kept returns the faults for the state file and the journal. It is never nil, which would mean that they are unchanged.
func (f Faults) kept() *Faults {
	faults := append(Faults{}, f...)
	return &faults
}
