package sandbox

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// CallbackState is the state of a callback.
type CallbackState string

// The states of a callback.
const (
	CallbackWaiting      CallbackState = "waiting"      // for its first or next try
	CallbackAcknowledged CallbackState = "acknowledged" // HTTP 200 and data "success" or code "0"
	CallbackGivenUp      CallbackState = "given_up"     // the schedule is exhausted
	CallbackLost         CallbackState = "lost"         // swallowed by a fault
)

// What a callback can be about, beside the kinds of faults.
const (
	aboutStatus = "status"
	aboutManual = "made by hand"
	aboutReplay = "replay of " // and the id of the callback
)

// Reasons why a try is not acknowledged, besides an HTTP status. The console has a text for each.
const (
	problemEncrypt = "the callback could not be encrypted"
	problemAddress = "the address is not http(s)"
	problemSilent  = "the address does not answer"
	problemLate    = "no answer within " // and the time
	problemCut     = "the answer broke off"
	problemObject  = "the answer is not a JSON object"
	problemCase    = "the answer has a name in another case"
	problemCode    = "the answer's code is not 0"
	problemData    = `the answer's data is not "success"`
	problemNothing = "the answer has neither data nor code"
)

// Callback is a notification to a merchant: the platform's own, or one that a fault or a person made up.
type Callback struct {
	ID        string        `json:"id"`
	OrderNum  string        `json:"orderNum"`
	AppID     string        `json:"appId"`
	URL       string        `json:"url"`
	About     string        `json:"about"` // "status", or what fault or person it comes from
	Plain     string        `json:"plain"` // the JSON that is sealed
	Forge     string        `json:"forge,omitempty"`
	Once      bool          `json:"once,omitempty"` // one try, whatever the answer
	State     CallbackState `json:"state"`
	CreatedAt time.Time     `json:"createdAt"`
	DueAt     time.Time     `json:"dueAt"`
	Tries     []Try         `json:"tries"`
	Body      string        `json:"body,omitempty"`   // the envelope of the last try, byte for byte
	Replay    bool          `json:"replay,omitempty"` // Body is sent again as it is
}

// Try is one delivery of a callback.
type Try struct {
	At         time.Time `json:"at"`
	HTTPStatus int       `json:"httpStatus"` // 0: no answer
	Answer     string    `json:"answer"`     // beginning of the answer's body
	Problem    string    `json:"problem"`    // why it does not count as acknowledged; empty if it does
}

// Notice is what Server.Notify sends. Empty members mean the truth.
type Notice struct {
	OutOrderID  string `json:"outOrderId"`
	OrderNum    string `json:"orderNum"`
	OrderStatus string `json:"orderStatus"`
	PayAmount   string `json:"payAmount"` // any text: "0", "-1" and "1e-8" are meant to be tried
	ReturnURL   string `json:"returnUrl"`
	Forge       string `json:"forge"` // a way of forging; empty: well signed
	Times       int    `json:"times"` // copies; 0: one

	javaWay string // of payAmount, which is decimal text then; empty: as it is
}

func (c *Callback) clone() Callback {
	d := *c
	d.Tries = slices.Clone(c.Tries)
	return d
}

// kept returns the callback for the state file and the journal: without the bytes of its last try, unless they will be sent again.
func (c *Callback) kept() Callback {
	d := c.clone()
	if !c.Replay || c.done() {
		d.Body = ""
	}
	return d
}

// done reports whether nothing more will be sent.
func (c *Callback) done() bool { return c.State != CallbackWaiting }

// noticeText returns the plaintext of a notification (platform/api.md §3.3). With loose, values are numbers where possible and there is an
// unknown member, as on some platforms.
func noticeText(n Notice, loose bool) string {
	number := func(text string) json.RawMessage {
		if loose && json.Valid([]byte(text)) && len(text) <= 15 {
			return json.RawMessage(text)
		}
		return quoteJSON(text)
	}
	amount := number(n.PayAmount)
	if n.javaWay != "" {
		amount = javaNumber(n.PayAmount, n.javaWay)
	}
	fields := []jsonField{
		{"outOrderId", quoteJSON(n.OutOrderID)},
		{"orderNum", number(n.OrderNum)},
		{"orderStatus", number(n.OrderStatus)},
		{"payAmount", amount},
		{"returnUrl", quoteJSON(n.ReturnURL)},
	}
	if loose {
		fields = append(fields, jsonField{"notifyType", quoteJSON("opay")})
	}
	return string(encodeObject(fields...))
}

// trueNotice returns the true notification about an order with a status.
func trueNotice(o *Order, status opay.Status) Notice {
	return Notice{
		OutOrderID: o.AppOrderID, OrderNum: o.OrderNum, OrderStatus: string(status),
		PayAmount: string(o.Amount), ReturnURL: o.ReturnPage,
	}
}

// filled returns the notice with its empty members replaced by the true values of the order.
func (n Notice) filled(o *Order) Notice {
	t := trueNotice(o, o.Status)
	n.OutOrderID = cmp.Or(n.OutOrderID, t.OutOrderID)
	n.OrderNum = cmp.Or(n.OrderNum, t.OrderNum)
	n.OrderStatus = cmp.Or(n.OrderStatus, t.OrderStatus)
	n.PayAmount = cmp.Or(n.PayAmount, t.PayAmount)
	n.ReturnURL = cmp.Or(n.ReturnURL, t.ReturnURL)
	return n
}

// wrongAmount returns the order's amount falsified in one of the ways.
func wrongAmount(o *Order, digits int, way string) string {
	right := o.value()
	switch way {
	case AmountMinus:
		return right.Sub(ulp(digits)).String()
	case AmountZero:
		return "0"
	case AmountNegative:
		return "-" + string(o.Amount)
	case AmountExponent:
		return string(o.Amount) + "e0"
	default:
		return right.Add(ulp(digits)).String()
	}
}

// noticesFor queues the callbacks about the order's status, changed by the faults that struck.
func (k *core) noticesFor(o *Order, struck []Fault) {
	n := trueNotice(o, o.Status)
	due := k.now
	if late, ok := find(struck, FaultCallbackLate); ok {
		delay := time.Duration(late.Delay)
		if delay == 0 {
			delay = 5*time.Second + time.Duration(k.seed.below(55_000, "late", o.place()))*time.Millisecond
		}
		due = due.Add(delay)
	}
	if wrong, ok := find(struck, FaultCallbackWrongAmount); ok {
		coin, _ := k.cfg.coin(o.Coin)
		n.PayAmount = wrongAmount(o, coin.Precision, wrong.Way)
	}
	about, copies := aboutStatus, 1
	if way, java := k.javaWay(struck, FaultCallbackJavaAmount, o); java {
		// A wrong amount with a minus sign or an exponent is none that Java would print in another way.
		if _, err := parseDecimal(n.PayAmount); err == nil {
			about, n.javaWay = string(FaultCallbackJavaAmount), way
		}
	}
	if doubled, ok := find(struck, FaultCallbackDoubled); ok {
		about, copies = string(FaultCallbackDoubled), cmp.Or(doubled.Count, 2)
	}
	_, lost := find(struck, FaultCallbackLost)
	shuffled, isShuffled := find(struck, FaultCallbackShuffled)
	pendingLast := cmp.Or(shuffled.Way, ShufflePendingLast) == ShufflePendingLast
	if isShuffled && !pendingLast {
		status := opay.StatusClosed
		if shuffled.Way == ShuffleFailedFirst {
			status = opay.StatusFailed
		}
		k.enqueue(o, callbackOf(FaultCallbackShuffled, trueNotice(o, status), due))
	}
	text := noticeText(n, k.seed.below(4, "loose", o.place(), n.OrderStatus) == 0)
	for range copies {
		c := &Callback{About: about, Plain: text, DueAt: due}
		if lost {
			c.About, c.State = string(FaultCallbackLost), CallbackLost
		}
		k.enqueue(o, c)
	}
	if isShuffled && pendingLast {
		k.enqueue(o, callbackOf(FaultCallbackShuffled, trueNotice(o, opay.StatusPending), due))
	}
}

func callbackOf(kind FaultKind, n Notice, due time.Time) *Callback {
	return &Callback{About: string(kind), Plain: noticeText(n, false), DueAt: due}
}

// enqueue completes a callback and puts it in the queue.
func (k *core) enqueue(o *Order, c *Callback) {
	c.ID = "cb-" + strconv.FormatUint(k.count(&k.counters.CallbackSeq), 10)
	c.OrderNum, c.AppID, c.URL, c.CreatedAt = o.OrderNum, o.AppID, o.NotifyPage, k.now
	if c.DueAt.IsZero() {
		c.DueAt = k.now
	}
	c.State = cmp.Or(c.State, CallbackWaiting)
	k.callbacks = append(k.callbacks, c)
	k.changed().callback(c)
	k.dropCallbacks()
}

// maxCallbacks is the maximum number of callbacks that are kept. Beyond it, waiting ones are given up too, oldest first.
const maxCallbacks = 5000

// dropCallbacks drops callbacks beyond maxCallbacks, finished ones first.
func (k *core) dropCallbacks() {
	excess := len(k.callbacks) - maxCallbacks
	if excess <= 0 {
		return
	}
	excess += maxCallbacks / 10
	dropped := &k.changed().DroppedCallbacks
	k.callbacks = slices.DeleteFunc(k.callbacks, func(c *Callback) bool {
		drop := excess > 0 && c.done()
		if drop {
			excess--
			*dropped = append(*dropped, c.ID)
		}
		return drop
	})
	if over := len(k.callbacks) - maxCallbacks; over > 0 {
		for _, c := range k.callbacks[:over] {
			c.State = CallbackGivenUp
			*dropped = append(*dropped, c.ID)
		}
		k.callbacks = slices.Clone(k.callbacks[over:])
	}
}

// seal returns the envelope of a callback: valid, or forged in one of the ways.
func (d *delivery) seal(c Callback, forge string) (e opay.Envelope, err error) {
	own := d.rings[c.AppID]
	ring := own
	if forge == ForgeForeignKey {
		if ring, err = d.foreignRing(c.AppID); err != nil {
			return e, err
		}
	}
	if e, err = ring.Seal([]byte(c.Plain)); err != nil {
		return e, fmt.Errorf("seal a message: %w", err)
	}
	switch forge {
	case ForgePlain:
		e.Data = base64.RawURLEncoding.EncodeToString([]byte(c.Plain))
	case ForgeUnsigned:
		e.Sign = ""
	case ForgeRandom:
		e.Sign = d.randomSignature(c.ID)
	case ForgeTampered:
		e.Sign, err = signatureOf(own, d.trueText(c.OrderNum))
	case ForgeSwapped:
		e.Sign, err = signatureOf(own, `{"orderNum":"`+c.OrderNum+`"}`)
	}
	return e, err
}

// signatureOf returns the signature of a text.
func signatureOf(ring *opay.Keyring, text string) (string, error) {
	e, err := ring.Seal([]byte(text))
	if err != nil {
		return "", fmt.Errorf("seal a message: %w", err)
	}
	return e.Sign, nil
}

// acknowledgedData is the data of an answer that acknowledges a callback.
const acknowledgedData = "success"

// acknowledged returns why a merchant's answer does not acknowledge a callback, or "". The answer must be HTTP 200 with a JSON object, of any
// content type. The platform's page requires only {"data":"success"}. An answer with a code, as text or number, is accepted too; then the code
// decides alone, and only 0 acknowledges (platform/api.md §3.3). "success" must be in lower case, so that no merchant passes here who fails
// there. A member that is null counts as absent, because Java writes null for what was not set.
func acknowledged(status int, body []byte) (problem string) {
	if status != http.StatusOK {
		return httpText(status)
	}
	o, err := opay.ParseObject(body)
	if err != nil {
		return problemObject
	}
	if o.Exact("code", "data") != nil {
		return problemCase
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return problemObject
	}
	given := func(name string) bool { return members[name] != nil && string(members[name]) != "null" }
	code, _ := o.Text("code")
	data, _ := o.Text("data")
	switch {
	case given("code") && strings.TrimSpace(code) == string(opay.CodeOK), !given("code") && data == acknowledgedData:
		return ""
	case given("code"):
		return problemCode
	case given("data"):
		return problemData
	default:
		return problemNothing
	}
}

// foreignRing returns a keyring that seals for the application with a key other than the platform's.
func (d *delivery) foreignRing(appID string) (*opay.Keyring, error) {
	key, err := d.foreign()
	if err != nil {
		return nil, fmt.Errorf("make a forger's key: %w", err)
	}
	ring, err := opay.NewKeyring(key, d.cfg.app(appID).Key)
	if err != nil {
		return nil, fmt.Errorf("make a forger's keys: %w", err)
	}
	return ring, nil
}

// randomSignature returns random bytes of the length of a signature, derived from the seed.
func (d *delivery) randomSignature(subject string) string {
	var b bytes.Buffer
	for i := 0; b.Len() < d.cfg.Keys.Size(); i++ {
		b.Write(seed(d.cfg.Seed).derive("random signature", subject, strconv.Itoa(i)))
	}
	return base64.RawURLEncoding.EncodeToString(b.Bytes()[:d.cfg.Keys.Size()])
}

// trueText returns the notification that the platform would send about the order now.
func (d *delivery) trueText(orderNum string) (text string) {
	d.locked(func(k *core) {
		if o, ok := k.book.byNum[orderNum]; ok {
			text = noticeText(trueNotice(o, o.Status), false)
		}
	})
	return cmp.Or(text, "{}")
}
