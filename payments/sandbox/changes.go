package sandbox

import "slices"

// marks is a set of changed things, in the order of their first change.
type marks[K comparable] struct {
	known map[K]bool
	list  []K
}

func (m *marks[K]) add(key K) {
	if m.known[key] {
		return
	}
	if m.known == nil {
		m.known = map[K]bool{}
	}
	m.known[key] = true
	m.list = append(m.list, key)
}

// accountCoin names one balance of the ledger.
type accountCoin struct{ owner, coin string }

// changes are the changes of the core that are not in the journal yet. The journal holds the changed things in their new state, so that
// reading it only needs to put each thing in its place.
type changes struct {
	counters         bool
	faults           bool
	orders           marks[*Order]
	callbacks        marks[*Callback]
	balances         marks[accountCoin]
	users            marks[string] // UIDs
	codes            marks[string]
	grants           marks[string] // by token
	droppedOrders    marks[string] // order numbers
	droppedCallbacks marks[string] // ids
}

func (c *changes) none() bool {
	return !c.counters && !c.faults && len(c.orders.list) == 0 && len(c.callbacks.list) == 0 && len(c.balances.list) == 0 &&
		len(c.users.list) == 0 && len(c.codes.list) == 0 && len(c.grants.list) == 0 &&
		len(c.droppedOrders.list) == 0 && len(c.droppedCallbacks.list) == 0
}

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

// record is one line of the journal: the things that one event changed, in their new state.
type record struct {
	Seq uint64 `json:"seq"` // 1 more than that of the line before it
	contents
	DroppedOrders    []string `json:"droppedOrders,omitempty"`
	DroppedCallbacks []string `json:"droppedCallbacks,omitempty"`
}

// record returns the changes as a record.
func (k *core) record() record {
	c := k.changes
	r := record{contents: contents{counters: k.counters}, DroppedOrders: c.droppedOrders.list, DroppedCallbacks: c.droppedCallbacks.list}
	for _, o := range c.orders.list {
		if k.book.byNum[o.OrderNum] == o {
			r.Orders = append(r.Orders, *o)
		}
	}
	for _, b := range c.balances.list {
		if r.Balances == nil {
			r.Balances = map[string]map[string]string{}
		}
		if r.Balances[b.owner] == nil {
			r.Balances[b.owner] = map[string]string{}
		}
		r.Balances[b.owner][b.coin] = k.ledger.balance(b.owner, b.coin).String()
	}
	for _, uid := range c.users.list {
		if r.Frozen == nil {
			r.Frozen = map[string]bool{}
		}
		r.Frozen[uid] = k.users[uid].Frozen
	}
	r.Codes, r.Grants = picked(k.codes, c.codes.list), picked(k.grants, c.grants.list)
	for _, callback := range c.callbacks.list {
		if !c.droppedCallbacks.known[callback.ID] {
			r.Callbacks = append(r.Callbacks, callback.kept())
		}
	}
	if c.faults {
		r.Faults = k.keptFaults()
	}
	return r
}

// picked returns the entries with the names that still exist.
func picked[V any](entries *recent[V], names []string) (out []named[V]) {
	for _, name := range names {
		if v, ok := entries.get(name); ok {
			out = append(out, named[V]{name, v})
		}
	}
	return out
}

// apply puts the contents of a record in their places. It drops first, because a new order may have the appOrderId of a dropped one.
func (k *core) apply(r record) error {
	for _, num := range r.DroppedOrders {
		k.book.drop(num)
	}
	for i := range r.Orders {
		if err := k.putOrder(&r.Orders[i]); err != nil {
			return err
		}
	}
	for owner, balances := range r.Balances {
		for coin, text := range balances {
			amount, err := parseDecimal(text)
			if err != nil {
				return err
			}
			k.ledger.put(owner, coin, amount)
		}
	}
	if len(r.DroppedCallbacks) > 0 {
		k.callbacks = slices.DeleteFunc(k.callbacks, func(c *Callback) bool { return slices.Contains(r.DroppedCallbacks, c.ID) })
	}
	return k.put(r.contents)
}

// put puts all contents except orders and balances in their places.
func (k *core) put(c contents) error {
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
		k.putCallback(&c.Callbacks[i])
	}
	k.counters = c.counters
	return nil
}

// keptFaults returns the faults for the state file and the journal. It is never nil, which would mean that they are unchanged.
func (k *core) keptFaults() *Faults {
	faults := append(Faults{}, k.faults...)
	return &faults
}
