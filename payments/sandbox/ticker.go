package sandbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// tickerPath is the path of the public market call. The platform's documents have none; exchanges of this kind use this form.
const tickerPath = "/sapi/v1/ticker"

// Ticker is a market of the exchange: the last price of a pair.
type Ticker struct {
	Symbol string      `json:"symbol"`          // lower case, coin and currency, such as btcusdt
	Price  string      `json:"price"`           // decimal text
	Fault  TickerFault `json:"fault,omitempty"` // how the call misbehaves for this pair; empty: it does not
	Delay  Duration    `json:"delay,omitempty"` // of TickerLate, at most two minutes; 0: 10 s
}

// TickerFault is one way in which the market call can misbehave.
type TickerFault string

// The faults of the market call.
const (
	TickerLate     TickerFault = "late"     // the answer waits for Ticker.Delay
	TickerWrong    TickerFault = "wrong"    // the price with a 1 written before it
	TickerStale    TickerFault = "stale"    // the price's time is an hour ago
	TickerFuture   TickerFault = "future"   // the price's time is in an hour
	TickerNegative TickerFault = "negative" // the price with a minus sign
	TickerZero     TickerFault = "zero"     // 0
	TickerExponent TickerFault = "exponent" // the price with an exponent, as Java prints it: allowed
	TickerNumber   TickerFault = "number"   // a JSON number instead of a text: allowed, some exchanges do
	TickerMissing  TickerFault = "missing"  // no price at all
	TickerHTML     TickerFault = "html"     // HTTP 200 with a page of HTML
	TickerHuge     TickerFault = "huge"     // eight megabytes
	TickerBroken   TickerFault = "broken"   // half of the JSON
	TickerError    TickerFault = "error"    // HTTP 503
	TickerAway     TickerFault = "away"     // HTTP 302 to another host
	TickerCut      TickerFault = "cut"      // the connection is cut without an answer
)

// TickerFaults returns the faults of the market call in the order of the console.
func TickerFaults() []TickerFault {
	return []TickerFault{
		TickerLate, TickerWrong, TickerStale, TickerFuture, TickerNegative, TickerZero, TickerExponent, TickerNumber, TickerMissing, TickerHTML,
		TickerHuge, TickerBroken, TickerError, TickerAway, TickerCut,
	}
}

// DemoTickers returns the default markets.
func DemoTickers() []Ticker {
	return []Ticker{
		{Symbol: "btcusdt", Price: "97250"},
		{Symbol: "btcusdc", Price: "97262.5"},
		{Symbol: "ethusdt", Price: "3420"},
		{Symbol: "usdcusdt", Price: "0.9998"},
	}
}

// ErrTicker is wrapped by every error about an invalid market.
var ErrTicker = errors.New("sandbox: impossible ticker")

var pairForm = regexp.MustCompile(`^[a-z0-9]{2,32}$`)

const (
	mostTickers  = 200
	lateByItself = 10 * time.Second
	hugeAnswer   = 8 << 20
)

// Check returns an error that wraps ErrTicker if the market is invalid.
func (t Ticker) Check() error {
	if !pairForm.MatchString(t.Symbol) {
		return fmt.Errorf("%w: %w", ErrTicker, &inputError{id: "symbol", text: "the symbol is 2 to 32 lower-case letters and digits"})
	}
	if _, err := opay.ParseAmount(t.Price); err != nil {
		return fmt.Errorf("%w: %w", ErrTicker, &inputError{id: "price", text: "the price is not a decimal number"})
	}
	if t.Fault != "" && !slices.Contains(TickerFaults(), t.Fault) {
		return fmt.Errorf("%w: %w", ErrTicker, &inputError{id: "kind", text: "unknown fault " + strconv.Quote(string(t.Fault))})
	}
	if t.Delay < 0 || time.Duration(t.Delay) > maxSlow {
		return fmt.Errorf("%w: %w", ErrTicker, &inputError{id: "too_long", text: "delay is not 0 to " + maxSlow.String(), most: maxSlow})
	}
	return nil
}

// markets holds the tickers. A restart resets them.
type markets struct {
	mu   sync.Mutex
	list []Ticker
}

// Tickers returns the markets by symbol.
func (m *markets) Tickers() []Ticker {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.list)
}

// Ticker returns a market by its symbol.
func (m *markets) Ticker(symbol string) (Ticker, bool) {
	return findFunc(m.Tickers(), func(t Ticker) bool { return t.Symbol == symbol })
}

// SetTicker changes a market or adds one. The error wraps ErrTicker.
func (m *markets) SetTicker(t Ticker) error {
	if err := t.Check(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	at, found := slices.BinarySearchFunc(m.list, t, func(a, b Ticker) int { return strings.Compare(a.Symbol, b.Symbol) })
	switch {
	case found:
		m.list[at] = t
	case len(m.list) >= mostTickers:
		most := strconv.Itoa(mostTickers)
		return fmt.Errorf("%w: %w", ErrTicker, &inputError{id: "markets", text: "more than " + most + " markets", value: most})
	default:
		m.list = slices.Insert(m.list, at, t)
	}
	return nil
}

// tickerAnswer is the answer of the market call, with its members in the order in which exchanges write them.
type tickerAnswer struct {
	High string `json:"high"`
	Vol  string `json:"vol"`
	Last any    `json:"last,omitempty"`
	Low  string `json:"low"`
	Rose string `json:"rose"`
	Time int64  `json:"time"`
}

// serveTicker answers GET /sapi/v1/ticker?symbol=btcusdt.
func (a *api) serveTicker(w http.ResponseWriter, r *http.Request) {
	t, ok := a.Ticker(r.URL.Query().Get("symbol"))
	if !ok {
		tickerJSON(w, http.StatusBadRequest, []byte(`{"code":"-1121","msg":"Invalid symbol."}`))
		return
	}
	switch t.Fault { //nolint:exhaustive // the others are about the price and its time
	case TickerLate:
		if err := a.cfg.Wait(r.Context(), cmp.Or(time.Duration(t.Delay), lateByItself)); err != nil {
			return
		}
	case TickerHTML:
		w.Header().Set("Content-Type", htmlType)
		_, _ = w.Write([]byte("<!doctype html><title>Maintenance</title><p>We will be back soon. BTC 97250."))
		return
	case TickerError:
		http.Error(w, "upstream", http.StatusServiceUnavailable)
		return
	case TickerAway:
		http.Redirect(w, r, "http://elsewhere.invalid"+tickerPath, http.StatusFound)
		return
	case TickerCut:
		panic(http.ErrAbortHandler)
	}
	body, err := json.Marshal(t.answer(a.Now()))
	if err != nil {
		http.Error(w, "the answer cannot be made", http.StatusInternalServerError)
		return
	}
	switch t.Fault { //nolint:exhaustive // the others are about something else
	case TickerBroken:
		body = body[:len(body)/2]
	case TickerHuge:
		body = append([]byte(`{"padding":"`+strings.Repeat("x", hugeAnswer)+`",`), body[1:]...)
	}
	tickerJSON(w, http.StatusOK, body)
}

func tickerJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// answer returns the answer of the call for the market.
func (t Ticker) answer(now time.Time) tickerAnswer {
	a := tickerAnswer{High: t.Price, Vol: "1302", Last: t.Price, Low: t.Price, Rose: "0", Time: now.UnixMilli()}
	switch t.Fault { //nolint:exhaustive // the others are about the answer as a whole
	case TickerWrong:
		a.Last = "1" + t.Price
	case TickerStale:
		a.Time = now.Add(-time.Hour).UnixMilli()
	case TickerFuture:
		a.Time = now.Add(time.Hour).UnixMilli()
	case TickerNegative:
		a.Last = "-" + t.Price
	case TickerZero:
		a.Last = "0"
	case TickerExponent:
		a.Last = json.Number(javaText(t.Price, true))
	case TickerNumber:
		a.Last = json.Number(t.Price)
	case TickerMissing:
		a.Last = nil
	}
	return a
}

func (c *controlAPI) ticker(r *http.Request) (any, error) {
	symbol := r.PathValue("symbol")
	t, ok := c.Ticker(symbol)
	if !ok {
		t = Ticker{Symbol: symbol}
	}
	t.Fault, t.Delay = "", 0 // absent members switch the fault off; the price stays
	if err := decode(r, &t); err != nil {
		return nil, err
	}
	if t.Symbol != symbol {
		return nil, &controlError{http.StatusUnprocessableEntity, "the symbol is that of the address"}
	}
	if err := c.SetTicker(t); err != nil {
		return nil, err
	}
	return t, nil
}

type tickersView struct {
	frame
	tickers []Ticker
	typed   Ticker // of the form that was refused
	address string
}

// newTicker returns the input of the form for a new market if it was refused.
func (v tickersView) newTicker() Ticker {
	if slices.ContainsFunc(v.tickers, func(t Ticker) bool { return t.Symbol == v.typed.Symbol }) {
		return Ticker{}
	}
	return v.typed
}

func (con *console) serveTickers(w http.ResponseWriter, r *http.Request) {
	con.showTickers(w, r, http.StatusOK, Ticker{}, nil)
}

func (con *console) showTickers(w http.ResponseWriter, r *http.Request, status int, typed Ticker, problem error) {
	con.render(w, r, status, tickersPage(tickersView{
		frame: con.frame(r, problem, "sandbox.markets.title"), tickers: con.Tickers(), typed: typed, address: con.address(r) + tickerPath + "?symbol=",
	}))
}

func (con *console) serveTickerForm(w http.ResponseWriter, r *http.Request) {
	t, err := readTicker(r.PostForm)
	if err == nil {
		err = con.SetTicker(t)
	}
	if err != nil {
		con.showTickers(w, r, http.StatusUnprocessableEntity, t, err)
		return
	}
	http.Redirect(w, r, "/markets", http.StatusSeeOther)
}

func readTicker(form url.Values) (t Ticker, err error) {
	t = Ticker{
		Symbol: strings.ToLower(strings.TrimSpace(form.Get("symbol"))), Price: strings.TrimSpace(form.Get("price")), Fault: TickerFault(form.Get("fault")),
	}
	t.Delay, err = readDelay(strings.TrimSpace(form.Get("delay")))
	return t, err
}

func (t Ticker) delayText() string {
	if t.Delay == 0 {
		return ""
	}
	return time.Duration(t.Delay).String()
}
