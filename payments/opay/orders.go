package opay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Status is the status of an order (platform/api.md §3.3).
type Status string

// The documented statuses.
const (
	StatusClosed  Status = "0"
	StatusPending Status = "1"
	StatusFailed  Status = "2"
	StatusPaid    Status = "3"
)

// statusNames are the documented statuses in English.
var statusNames = map[Status]string{StatusClosed: "closed", StatusPending: "pending", StatusFailed: "failed", StatusPaid: "paid"}

// String returns the status in English.
func (s Status) String() string {
	return cmp.Or(statusNames[s], "undocumented status")
}

// Known reports whether the status is documented.
func (s Status) Known() bool { return statusNames[s] != "" }

// Lengths of ids. The own ids are the first member of what is signed, so they must
// be unpredictable: 128 bits or more, such as those of crypto/rand.Text
// (reliability.md E6).
const (
	minOwnID = 16
	maxID    = 64
)

// maxStatusDigits limits a status before it is compared with the documented ones.
const maxStatusDigits = 9

// CreateOrderRequest describes an order to create (platform/api.md §3.1).
type CreateOrderRequest struct {
	// AppOrderID is the merchant's id of this attempt to pay: 16 to 64 of A-Z a-z
	// 0-9 _ -, unique for ever and unpredictable. crypto/rand.Text makes suitable
	// ones.
	AppOrderID string
	Payer      Payer
	// Amount must be above zero. It is sent unchanged.
	Amount Amount
	// Coin is sent in upper case.
	Coin string
	// SceneType is the number agreed with the platform, or empty.
	SceneType string
	// ReturnPage is the URL to which the browser returns: absolute, without query
	// and fragment.
	ReturnPage string
	// NotifyPage is the URL to which the platform posts the result: absolute,
	// without fragment.
	NotifyPage string
	// Goods is empty, or JSON text of [EncodeGoods]. It is sent byte for byte.
	Goods string
}

// CreatedOrder is the platform's answer to a new order.
type CreatedOrder struct {
	OrderNum string // the platform's number
	// PayLink is the part of the answer's pay address that [Client.PayURL] needs:
	// path and query on the platform's origin, without secrets. It is empty unless
	// the profile says [PayLinkAnswer].
	PayLink string
	// PayLinkProblem says why the answer's pay address is not used, for the log;
	// one of a fixed set of texts. Then [Client.PayURL] builds the address.
	PayLinkProblem string
}

// CreateOrder creates an order and returns the platform's number of it. The client
// never repeats it. After [ErrUnknownOutcome], and after an [*Error] with
// [CodeOrderExists], the order may exist: ask [Client.OrderByRef]. Do the same
// after a [Code.Retryable] code, such as the platform's own timeout.
func (c *Client) CreateOrder(ctx context.Context, r CreateOrderRequest) (CreatedOrder, error) {
	if err := r.check(); err != nil {
		return CreatedOrder{}, err
	}
	fields := []Field{{"appOrderId", r.AppOrderID}, r.Payer.id(), {"orderAmount", string(r.Amount)}}
	fields = appendSet(fields, "orderSceneType", r.SceneType)
	fields = append(fields,
		Field{"payCoinSymbol", strings.ToUpper(r.Coin)}, Field{"returnPage", r.ReturnPage}, Field{"notifyPage", r.NotifyPage})
	fields = appendSet(fields, "token", r.Payer.Token)
	fields = appendSet(fields, "goods", r.Goods)
	a, orderNum, err := c.create(ctx, call{
		op: "createThirdOrder", path: c.profile.Paths.CreateOrder, fields: fields, ownID: true, secrets: r.Payer.secrets(),
	}, r.AppOrderID)
	if err != nil {
		return CreatedOrder{}, err
	}
	created := CreatedOrder{OrderNum: orderNum}
	created.PayLink, created.PayLinkProblem = c.payLink(a.Object, orderNum)
	return created, nil
}

func (r CreateOrderRequest) check() error {
	if err := checkNewOrder(r.AppOrderID, r.Payer, r.Amount, r.Coin, r.SceneType); err != nil {
		return err
	}
	if err := checkPage("returnPage", r.ReturnPage); err != nil {
		return err
	}
	if strings.Contains(r.ReturnPage, "?") {
		return fmt.Errorf("%w: returnPage must have no query", ErrInvalidRequest)
	}
	if err := checkPage("notifyPage", r.NotifyPage); err != nil {
		return err
	}
	if r.Goods == "" {
		return nil
	}
	if _, err := ParseGoods(r.Goods); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalidRequest, err)
	}
	return nil
}

// RefundRequest describes a payment from the merchant to a user (platform/api.md
// §3.8). The platform does not connect it with an order: only the caller can
// prevent refunding too much.
type RefundRequest struct {
	AppOrderID string // the merchant's id of this refund, as in [CreateOrderRequest]
	Payer      Payer  // the recipient; Token is not used
	Amount     Amount // above zero
	Coin       string // sent in upper case
	SceneType  string // the number agreed with the platform, or empty
	AssetType  string // a number or empty; 201 is the normal balance
}

// Refund requests a refund and returns the platform's number of it. Repeats and
// errors are those of [Client.CreateOrder].
func (c *Client) Refund(ctx context.Context, r RefundRequest) (orderNum string, err error) {
	r.Payer.Token = ""
	if err := checkNewOrder(r.AppOrderID, r.Payer, r.Amount, r.Coin, r.SceneType); err != nil {
		return "", err
	}
	if r.AssetType != "" && !isDigits(r.AssetType, 12) {
		return "", fmt.Errorf("%w: assetType is not a number", ErrInvalidRequest)
	}
	fields := []Field{
		{"appOrderId", r.AppOrderID}, r.Payer.id(), {"orderAmount", string(r.Amount)}, {"payCoinSymbol", strings.ToUpper(r.Coin)},
	}
	fields = appendSet(fields, "orderSceneType", r.SceneType)
	fields = appendSet(fields, "assetType", r.AssetType)
	_, orderNum, err = c.create(ctx, call{
		op: "refundOrder", path: c.profile.Paths.Refund, fields: fields, ownID: true, secrets: r.Payer.secrets(),
	}, r.AppOrderID)
	return orderNum, err
}

// create makes a call that creates something and returns the answer with the number
// in it.
func (c *Client) create(ctx context.Context, q call, appOrderID string) (answer, string, error) {
	a, err := c.do(ctx, q)
	if err != nil {
		return answer{}, "", err
	}
	if err := a.Exact("orderNum", "appOrderId"); err != nil {
		return answer{}, "", badAnswer(q.op, "a name in the answer is in another case")
	}
	if ref, ok := a.id("appOrderId"); ok && ref != appOrderID {
		return answer{}, "", badAnswer(q.op, "the answer is for another order")
	}
	orderNum, ok := a.id("orderNum")
	if !ok || !isID(orderNum, maxID) {
		return answer{}, "", badAnswer(q.op, "the answer has no orderNum")
	}
	return a, orderNum, nil
}

// OrderDetail is what the platform knows of an order. It leaves out the payer's
// balances and security settings, which the answer also contains (platform/api.md
// §3.4).
type OrderDetail struct {
	AppOrderID string    // the merchant's id
	OrderNum   string    // the platform's number
	Status     Status    // a documented one
	Amount     Amount    // in the form of [ReadAmount]
	Coin       string    // upper case
	UserID     string    // the payer's UID, or empty
	CreatedAt  time.Time // UTC; zero if the answer has none
}

// Complete reports whether the detail has all that is needed to judge a payment.
// Some platforms answer [Client.OrderByRef] with OrderNum alone; then ask
// [Client.Order].
func (d OrderDetail) Complete() bool { return len(d.missing()) == 0 }

// missing returns the names of missing members without which a payment cannot be
// judged.
func (d OrderDetail) missing() []string {
	var names []string
	for _, m := range [][2]string{
		{"appOrderId", d.AppOrderID},
		{"orderNum", d.OrderNum},
		{"orderStatus", string(d.Status)},
		{"orderAmount", string(d.Amount)},
		{"payCoinSymbol", d.Coin},
	} {
		if m[1] == "" {
			names = append(names, m[0])
		}
	}
	return names
}

// Order returns the order with the platform's number orderNum (platform/api.md
// §3.4). token is the payer's, or empty. The detail is always complete. If the
// platform does not know the order, the error is an [*Error] with
// [CodeOrderNotFound].
func (c *Client) Order(ctx context.Context, orderNum, token string) (OrderDetail, error) {
	switch {
	case !isID(orderNum, maxID):
		return OrderDetail{}, fmt.Errorf("%w: orderNum is malformed", ErrInvalidRequest)
	case token != "" && !isToken(token, 4096):
		return OrderDetail{}, fmt.Errorf("%w: token is malformed", ErrInvalidRequest)
	}
	const op = "orderDetail"
	fields := appendSet([]Field{{"appKey", c.appID}, {"orderNum", orderNum}}, "token", token)
	a, err := c.do(ctx, call{op: op, path: c.profile.Paths.Order, fields: fields, secrets: []string{token}, read: true})
	if err != nil {
		return OrderDetail{}, err
	}
	d, err := c.orderDetail(op, a.Object)
	switch {
	case err != nil:
		return OrderDetail{}, err
	case d.OrderNum != orderNum:
		return OrderDetail{}, badAnswer(op, "the answer is for another order")
	case !d.Complete():
		return OrderDetail{}, badAnswer(op, "the answer lacks "+strings.Join(d.missing(), ", "))
	}
	return d, nil
}

// OrderByRef returns the order or refund with the merchant's id appOrderID
// (platform/api.md §3.9). Use it after [ErrUnknownOutcome]. The detail may have
// OrderNum only: see [OrderDetail.Complete]. If the platform does not offer the
// call, the error wraps [ErrNotOffered].
func (c *Client) OrderByRef(ctx context.Context, appOrderID string) (OrderDetail, error) {
	if !isID(appOrderID, maxID) {
		return OrderDetail{}, fmt.Errorf("%w: appOrderId is malformed", ErrInvalidRequest)
	}
	const op = "getReferenceOrder"
	a, err := c.do(ctx, call{
		op: op, path: c.profile.Paths.OrderByRef, fields: []Field{{"appKey", c.appID}, {"appOrderId", appOrderID}}, read: true,
	})
	if code, ok := CodeOf(err); isNotFound(err) || ok && code == CodeInvalidResource {
		return OrderDetail{}, fmt.Errorf("%w: %w", ErrNotOffered, err)
	}
	if err != nil {
		return OrderDetail{}, err
	}
	d, err := c.orderDetail(op, a.Object)
	if err != nil {
		return OrderDetail{}, err
	}
	if d.AppOrderID != "" && d.AppOrderID != appOrderID {
		return OrderDetail{}, badAnswer(op, "the answer is for another order")
	}
	return d, nil
}

// orderDetail parses the members that may be kept. orderNum is required; the others
// must be well-formed if they are present.
func (c *Client) orderDetail(op string, o Object) (OrderDetail, error) {
	if err := o.Exact("appOrderId", "orderNum", "orderStatus", "orderAmount", "payCoinSymbol", "userId", "ctime", "appKey"); err != nil {
		return OrderDetail{}, badAnswer(op, "a name in the answer is in another case")
	}
	if appKey, ok := o.id("appKey"); ok && appKey != c.appID {
		return OrderDetail{}, badAnswer(op, "the answer is for another application")
	}
	for _, name := range []string{"appOrderId", "orderNum", "orderStatus", "orderAmount", "payCoinSymbol"} {
		if _, ok := o.Text(name); !ok && !o.absent(name) {
			return OrderDetail{}, badAnswer(op, "the answer's "+name+" is neither text nor a number")
		}
	}
	var d OrderDetail
	d.AppOrderID, _ = o.id("appOrderId")
	d.OrderNum, _ = o.id("orderNum")
	if !isID(d.OrderNum, maxID) || d.AppOrderID != "" && !isToken(d.AppOrderID, 256) {
		return OrderDetail{}, badAnswer(op, "the answer's orderNum or appOrderId is malformed")
	}
	if _, ok := o.Text("orderStatus"); ok {
		status, _ := o.integer("orderStatus", maxStatusDigits)
		if d.Status = Status(status); !d.Status.Known() {
			return OrderDetail{}, badAnswer(op, "the answer's orderStatus is undocumented")
		}
	}
	if text, ok := o.Text("orderAmount"); ok {
		amount, err := ReadAmount(text)
		if err != nil {
			failure := badAnswer(op, "the answer's orderAmount cannot be read")
			failure.Err = err
			return OrderDetail{}, failure
		}
		d.Amount = amount
	}
	if text, ok := o.Text("payCoinSymbol"); ok {
		if !isCoin(text) {
			return OrderDetail{}, badAnswer(op, "the answer's payCoinSymbol is malformed")
		}
		d.Coin = strings.ToUpper(text)
	}
	if text, ok := o.id("userId"); ok && isToken(text, maxID) {
		d.UserID = text
	}
	d.CreatedAt = millis(o, "ctime")
	return d, nil
}

// Cancel asks the platform to close a pending order (platform/api.md §3.6). A nil
// error means that the platform accepted. Only [Client.Order] tells whether the
// order is closed or was paid meanwhile. If the order is not pending, the error is
// an [*Error] with [CodeOrderStatusException].
func (c *Client) Cancel(ctx context.Context, orderNum string) error {
	if !isID(orderNum, maxID) {
		return fmt.Errorf("%w: orderNum is malformed", ErrInvalidRequest)
	}
	q := call{op: "cancelOrder", path: c.profile.Paths.Cancel, fields: []Field{{"orderNum", orderNum}}, unsigned: true}
	if q.path != "" {
		return c.cancel(ctx, q, orderNum)
	}
	if !c.cancelLong.Load() {
		q.path = PathCancel
		if err := c.cancel(ctx, q, orderNum); !isNotFound(err) {
			return err
		}
	}
	q.path = PathCancelLong
	err := c.cancel(ctx, q, orderNum)
	if err == nil || refused(err) {
		c.cancelLong.Store(true)
	}
	return err
}

func (c *Client) cancel(ctx context.Context, q call, orderNum string) error {
	a, err := c.do(ctx, q)
	if err != nil {
		return err
	}
	if num, ok := a.id("orderNum"); ok && num != orderNum {
		return badAnswer(q.op, "the answer is for another order")
	}
	return nil
}

// refused reports whether the platform itself refused the call, which proves that
// the path exists.
func refused(err error) bool {
	_, ok := CodeOf(err)
	return ok
}

func isNotFound(err error) bool {
	failure, ok := errors.AsType[*TransportError](err)
	return ok && failure.HTTPStatus == http.StatusNotFound
}

func checkNewOrder(appOrderID string, payer Payer, amount Amount, coin, sceneType string) error {
	if len(appOrderID) < minOwnID || !isID(appOrderID, maxID) {
		return fmt.Errorf("%w: appOrderId must be %d to %d of A-Z a-z 0-9 _ -", ErrInvalidRequest, minOwnID, maxID)
	}
	if err := payer.check(); err != nil {
		return err
	}
	if _, err := ParseAmount(string(amount)); err != nil {
		return fmt.Errorf("%w: orderAmount: %w", ErrInvalidRequest, err)
	}
	switch {
	case amount.IsZero():
		return fmt.Errorf("%w: orderAmount is zero", ErrInvalidRequest)
	case !isCoin(coin):
		return fmt.Errorf("%w: payCoinSymbol is malformed", ErrInvalidRequest)
	case sceneType != "" && !isDigits(sceneType, 18):
		return fmt.Errorf("%w: orderSceneType is not a number", ErrInvalidRequest)
	}
	return nil
}

func checkPage(name, page string) error {
	u, err := url.Parse(page)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil ||
		!isToken(page, 1024) || strings.Contains(page, "#") {
		return fmt.Errorf("%w: %s must be an absolute http(s) address without a fragment, of at most 1024 bytes", ErrInvalidRequest, name)
	}
	return nil
}

// isCoin accepts ASCII only, because upper-casing other letters could turn one
// symbol into another.
func isCoin(symbol string) bool { return isID(symbol, 32) }

func appendSet(fields []Field, name, text string) []Field {
	if text == "" {
		return fields
	}
	return append(fields, Field{name, text})
}

// millis returns a member in Unix milliseconds as a UTC time, or the zero time if
// there is none.
func millis(o Object, name string) time.Time {
	text, _ := o.integer(name, 15)
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
