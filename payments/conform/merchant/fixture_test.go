package merchant_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// faults are what a merchant does wrong. The zero value does all right.
type faults struct {
	creditsEachCallback bool // a paid callback gives value, however often it comes
	looksThenCredits    bool // looks whether it is credited, asks, and credits what was not credited when it looked
	trustsForgeries     bool // what a callback says counts, without a look at the signature
	trustsCallbacks     bool // what a signed callback says counts, if it tells the amount
	ignoresAmount       bool // orderDetail's amount is not compared
	ignoresCoin         bool // orderDetail's coin is not compared
	ignoresOrder        bool // orderDetail's appOrderId is not compared
	marksUnknown        bool // an order that nobody made comes to be with its callback
	neverAsks           bool // only callbacks make it ask
	creditsClosed       bool // money for what was given up is credited
	goesBack            bool // a callback that says failed undoes a payment
	keepsToken          bool // asks with a token that has lapsed
	plainAmounts        bool // refuses callbacks whose amount is no short decimal text
	oneAlphabet         bool // refuses ordinary base64
	onlyDigits          bool // takes an order number that is no number for a failure
	losesCreate         bool // takes a lost answer for a failure
	forgetsMoney        bool // money that does not fit is forgotten
	creditsSecond       bool // each payment of a purchase is credited
	anyApp              bool // takes callbacks for other applications at their word
	staleUndoes         bool // what orderDetail says last counts
}

// sale is an order of the seller.
type sale struct {
	nums     map[string]string // appOrderId to orderNum
	token    string
	payer    opay.Payer
	amount   opay.Amount
	coin     string
	state    string
	credited int
	paid     map[string]bool // orderNums that were paid
	looking  int             // how many found it open and are about to ask
}

// seller is a small merchant with a probe.
type seller struct {
	faults
	client *opay.Client
	secret *opay.Secret // with md5 signing
	url    string
	busy   atomic.Bool // was busy once

	mu    sync.Mutex
	sales map[string]*sale
}

func (s *seller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case r.URL.Path == "/notify":
		s.notify(w, r)
	case r.Method == http.MethodPost && r.URL.Path == "/probe/orders":
		if s.faults == (faults{}) && s.busy.CompareAndSwap(false, true) { // it is asked again
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		s.order(w, r)
	case len(parts) == 4 && parts[3] == "again":
		s.again(r.Context(), parts[2])
	case len(parts) == 3 && r.Method == http.MethodDelete:
		s.giveUp(r.Context(), parts[2])
	case len(parts) == 3:
		s.tell(w, parts[2])
	default:
		http.NotFound(w, r)
	}
}

func (s *seller) tell(w http.ResponseWriter, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.sales[id]
	if o == nil {
		http.Error(w, "no such order", http.StatusNotFound)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"state": o.state, "credited": o.credited})
}

func (s *seller) order(w http.ResponseWriter, r *http.Request) {
	var wish struct{ Amount, Coin, Payer, Code string }
	_ = json.NewDecoder(r.Body).Decode(&wish)
	o := &sale{
		nums: map[string]string{}, payer: opay.Payer{UserID: wish.Payer}, amount: opay.Amount(wish.Amount), coin: wish.Coin, state: "open", paid: map[string]bool{},
	}
	if wish.Code != "" {
		if grant, err := s.client.Exchange(r.Context(), wish.Code); err == nil {
			o.payer, o.token = opay.Payer{OpenID: grant.OpenID, Token: grant.Token}, grant.Token
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"id": s.attempt(r.Context(), o)})
}

// attempt makes an order at the exchange.
func (s *seller) attempt(ctx context.Context, o *sale) string {
	id := rand.Text()
	s.mu.Lock()
	s.sales[id], o.nums[id] = o, ""
	s.mu.Unlock()
	created, err := s.client.CreateOrder(ctx, opay.CreateOrderRequest{
		AppOrderID: id, Payer: o.payer, Amount: o.amount, Coin: o.coin, ReturnPage: "https://shop.example/return", NotifyPage: s.url + "/notify",
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil && s.losesCreate || s.onlyDigits && strings.ContainsAny(created.OrderNum, "abcdef") {
		o.state = "closed"
	}
	o.nums[id] = created.OrderNum
	return id
}

func (s *seller) again(ctx context.Context, id string) {
	s.mu.Lock()
	o := s.sales[id]
	s.mu.Unlock()
	s.attempt(ctx, o)
}

// giveUp cancels an order, unless the exchange says that it is paid.
func (s *seller) giveUp(ctx context.Context, id string) {
	s.mu.Lock()
	num := s.sales[id].nums[id]
	s.mu.Unlock()
	_ = s.client.Cancel(ctx, num)
	s.settle(ctx, id, num)
}

// notify takes a callback.
func (s *seller) notify(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	n, ok := s.read(r.Header.Get("Content-Type"), body)
	if !ok {
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	o := s.sales[n.OutOrderID]
	if o == nil && s.marksUnknown && n.Status == opay.StatusPaid {
		s.sales[n.OutOrderID] = &sale{state: "paid", credited: 1}
	}
	if o != nil && s.goesBack && n.Status == opay.StatusFailed && o.state == "paid" {
		o.state = "closed"
	}
	s.mu.Unlock()
	switch {
	case o == nil:
	case s.trusts(n, body):
		s.book(o, opay.OrderDetail{AppOrderID: n.OutOrderID, OrderNum: n.OrderNum, Status: n.Status, Amount: n.PayAmount, Coin: o.coin})
	default:
		booked := s.settle(context.WithoutCancel(r.Context()), n.OutOrderID, n.OrderNum)
		s.mu.Lock()
		if s.creditsEachCallback && n.Status == opay.StatusPaid && o.state == "paid" && !booked {
			o.credited++
		}
		s.mu.Unlock()
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(opay.Acknowledgement())
}

// trusts reports whether a callback is believed.
func (s *seller) trusts(n opay.Notification, body []byte) bool {
	if n.Status != opay.StatusPaid {
		return false
	}
	return s.trustsForgeries && !s.signed(body) || s.trustsCallbacks || s.anyApp && !strings.Contains(string(body), `"`+app+`"`)
}

func (s *seller) signed(body []byte) bool {
	o, err := opay.ParseObject(body)
	return err == nil && s.secret.Verify(o) == nil
}

// read reads a callback, if it is the exchange's or nobody looks.
func (s *seller) read(contentType string, body []byte) (opay.Notification, bool) {
	if s.oneAlphabet && strings.ContainsAny(string(body), "+/=") {
		return opay.Notification{}, false
	}
	if s.plainAmounts {
		if o, err := opay.ParseObject(body); err == nil {
			if amount, _ := o.Text("payAmount"); strings.Contains(amount, "E") || len(amount) > 16 {
				return opay.Notification{}, false
			}
		}
	}
	if s.trustsForgeries && !s.signed(body) || s.anyApp {
		o, err := opay.ParseObject(body)
		if err != nil {
			return opay.Notification{}, false
		}
		text := func(name string) string { value, _ := o.Text(name); return value }
		amount, _ := opay.ReadAmount(text("payAmount"))
		return opay.Notification{OutOrderID: text("outOrderId"), OrderNum: text("orderNum"), Status: opay.Status(text("orderStatus")), PayAmount: amount}, true
	}
	sealed, err := s.client.CheckNotification(contentType, body)
	if err != nil {
		return opay.Notification{}, false
	}
	n, err := s.client.OpenNotification(sealed)
	return n, err == nil
}

// settle asks the exchange and books what it says. It reports whether that was a credit.
func (s *seller) settle(ctx context.Context, id, num string) bool {
	s.mu.Lock()
	o := s.sales[id]
	token := o.token
	open := o.state == "open"
	s.mu.Unlock()
	if s.looksThenCredits && open {
		s.meetAnother(o)
	}
	detail, err := s.client.Order(ctx, num, token)
	if refusal, ok := errors.AsType[*opay.Error](err); ok && refusal.Code == opay.CodeTokenInvalid && !s.keepsToken {
		detail, err = s.client.Order(ctx, num, "")
	}
	if err != nil {
		return false
	}
	if s.ignoresOrder {
		detail.AppOrderID = id
	}
	if detail.AppOrderID != id {
		return false
	}
	if s.looksThenCredits && open && detail.Status == opay.StatusPaid && detail.Amount == o.amount && detail.Coin == o.coin {
		s.mu.Lock()
		defer s.mu.Unlock()
		o.credited++
		o.state, o.paid[num] = "paid", true
		return true
	}
	return s.book(o, detail)
}

// meetAnother waits a moment for another look at the same order, so that the fault does not depend on the scheduler.
func (s *seller) meetAnother(o *sale) {
	s.mu.Lock()
	o.looking++
	s.mu.Unlock()
	for range 50 {
		s.mu.Lock()
		met := o.looking > 1
		s.mu.Unlock()
		if met {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.mu.Lock()
	o.looking--
	s.mu.Unlock()
}

// book moves an order by what the exchange says, and reports whether it was credited.
func (s *seller) book(o *sale, d opay.OrderDetail) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.Status != opay.StatusPaid {
		if (d.Status == opay.StatusClosed || d.Status == opay.StatusFailed) && o.state == "open" && len(o.nums) == 1 {
			o.state = "closed"
		}
		if s.staleUndoes && o.state == "paid" && d.Status == opay.StatusPending {
			o.state = "open"
		}
		return false
	}
	fits := (s.ignoresAmount || d.Amount == o.amount) && (s.ignoresCoin || d.Coin == o.coin)
	switch {
	case o.paid[d.OrderNum]:
	case !fits && s.forgetsMoney:
	case !fits, o.state == "closed" && !s.creditsClosed:
		o.state = "review"
	case o.state == "open", o.state == "closed", o.state == "paid" && s.creditsSecond:
		o.state, o.paid[d.OrderNum] = "paid", true
		o.credited++
		return true
	}
	return false
}

// askNow asks about all that is open, again and again.
func (s *seller) askNow(ctx context.Context) {
	for ctx.Err() == nil {
		type due struct{ id, num string }
		var list []due
		s.mu.Lock()
		for id, o := range s.sales {
			if o.state == "open" && o.nums[id] != "" {
				list = append(list, due{id, o.nums[id]})
			}
			if _, mine := o.nums[id]; mine && o.state == "open" && o.nums[id] == "" {
				list = append(list, due{id, ""})
			}
		}
		s.mu.Unlock()
		for _, one := range list {
			if one.num == "" {
				found, err := s.client.OrderByRef(ctx, one.id)
				if err != nil {
					continue
				}
				one.num = found.OrderNum
				s.mu.Lock()
				s.sales[one.id].nums[one.id] = one.num
				s.mu.Unlock()
			}
			if !s.neverAsks {
				s.settle(ctx, one.id, one.num)
			}
		}
		time.Sleep(askEvery)
	}
}

const askEvery = 40 * time.Millisecond
