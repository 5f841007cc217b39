package sandbox

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

const (
	maxBody       = opay.MaxRequestBytes
	maxSecondsLen = 10 // a time of up to 10 digits is in seconds, as in one public sample
)

// apiCall is a call of the platform's API.
type apiCall struct {
	name string
	do   callFunc
}

// apiCalls are the calls in the order in which the console shows them.
var apiCalls = []apiCall{
	{callCreate, createThirdOrder},
	{callOrderDetail, orderDetail},
	{callReference, getReferenceOrder},
	{callStatement, merchantBillingDay},
	{callCancel, cancelOrder},
	{callRefund, refundOrder},
	{callToken, exchangeCode},
	{callRefresh, refreshToken},
}

// api answers the platform's calls, and the public market call.
type api struct{ *Server }

func (a *api) routes(mux *http.ServeMux) {
	paths := a.cfg.calledAt()
	for _, call := range apiCalls {
		for _, path := range paths[call.name] {
			mux.Handle(path, a.serveCall(call.name, call.do))
		}
	}
	mux.HandleFunc("GET "+tickerPath, a.serveTicker)
}

// serveCall answers one call of the API: event, envelope, call, answer, and the faults that strike it.
func (a *api) serveCall(name string, fn callFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &callInProgress{api: a, log: Exchange{At: a.Now(), Name: name}}
		a.locked(func(k *core) {
			c.event = k.nextEvent()
			c.struck = k.strike(c.event, func(f Fault) bool { return f.concerns(name) })
		})
		c.log.Fault = kindsOf(c.struck)
		if c.skips() {
			c.answerUnserved(w, r)
			return
		}
		answer, err := c.carryOut(w, r, fn)
		c.answer(w, r, answer, err)
	}
}

// callInProgress is one call on its way through the sandbox.
type callInProgress struct {
	api    *api
	event  uint64
	struck []Fault
	log    Exchange
}

// faultSeparator stands between the kinds in Exchange.Fault.
const faultSeparator = ", "

func kindsOf(struck []Fault) string {
	kinds := make([]string, len(struck))
	for i, f := range struck {
		kinds[i] = string(f.Kind)
	}
	return strings.Join(kinds, faultSeparator)
}

// skips reports whether a fault prevents the call from taking effect.
func (c *callInProgress) skips() bool {
	for _, f := range c.struck {
		switch f.Kind { //nolint:exhaustive // the others let the call take effect
		case FaultUnreachable, FaultRefuse:
			return true
		case FaultServerError, FaultHTML:
			return !f.Accept
		}
	}
	return false
}

// carryOut opens the envelope, makes the call, and sends the callbacks that must arrive before the answer.
func (c *callInProgress) carryOut(w http.ResponseWriter, r *http.Request, fn callFunc) (answer reply, err error) {
	req, err := c.open(w, r)
	if err != nil {
		return reply{}, err
	}
	req.struck, req.base = c.struck, c.api.address(r)
	c.api.locked(func(k *core) {
		if answer, err = fn(k, req); err != nil {
			return
		}
		if _, other := find(c.struck, FaultOtherOrder); other && answer.about != nil {
			answer.fields = answer.describe(k.another(answer.about))
		}
	})
	for _, id := range answer.early {
		c.api.deliverOne(r.Context(), id)
	}
	return answer, err
}

// another returns another order of the same application.
func (k *core) another(o *Order) *Order {
	for _, other := range k.book.inTurn {
		if other != o && other.AppID == o.AppID {
			return other
		}
	}
	return k.stranger(o.AppID)
}

// open checks method, content type and what the form of the message says, and reads the data.
func (c *callInProgress) open(w http.ResponseWriter, r *http.Request) (request, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Method != http.MethodPost:
		return request{}, refuse(opay.CodeMethodUnsupported, "use POST")
	case err != nil || media != "application/json":
		return request{}, refuse(opay.CodeMethodUnsupported, "use Content-Type: application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return request{}, refuse(opay.CodeParameterError, "the body cannot be read or has more than "+strconv.Itoa(maxBody)+" bytes")
	}
	if c.api.cfg.flat() {
		return c.openFlat(body)
	}
	return c.openEnvelope(body)
}

// application returns the application with an AppKey, which a member of the request gave.
func (c *callInProgress) application(member, appID string) (*App, error) {
	app := c.api.cfg.app(appID)
	switch {
	case appID == "":
		return nil, refuse(opay.CodeAppKeyIllegal, member+" is missing")
	case app == nil && !appIDForm.MatchString(appID):
		return nil, refuse(opay.CodeAppKeyIllegal, member+" is malformed")
	case app == nil:
		return nil, refuse(opay.CodeAppKeyUnknown, "")
	}
	c.log.AppID = appID
	return app, nil
}

// openEnvelope checks application, time and signature, in this order, and reads the data.
func (c *callInProgress) openEnvelope(body []byte) (request, error) {
	message, err := opay.ParseRequest(body)
	if err != nil {
		return request{}, malformed(body)
	}
	app, err := c.application("app_id", message.AppID)
	if err != nil {
		return request{}, err
	}
	if !c.api.timely(message.Time) {
		return request{}, c.api.untimely()
	}
	plain, err := c.api.rings[message.AppID].Open(message.Envelope)
	if err != nil {
		return request{}, refuse(opay.CodeSignatureError, envelopeProblem(err))
	}
	c.log.Request = string(plain)
	data, err := opay.ParseObject(plain)
	if err != nil {
		return request{}, refuse(opay.CodeParameterError, "the decrypted data is not an acceptable JSON object")
	}
	return request{app: app, data: data}, c.api.cfg.checkMembers(data)
}

// envelopeProblem returns which step failed. The sandbox may tell developers, because its keys protect nothing.
func envelopeProblem(err error) string {
	switch {
	case errors.Is(err, opay.ErrShape):
		return "data or sign is not base64 of the right length"
	case errors.Is(err, opay.ErrSignature):
		return "sign was not made with the key that is registered for this app_id"
	default:
		return "data cannot be decrypted with the platform's key, or sign belongs to another text"
	}
}

// malformed returns the refusal of a body that is not a request.
func malformed(body []byte) error {
	o, err := opay.ParseObject(body)
	if err != nil {
		return refuse(opay.CodeParameterError, "the body is not a JSON object")
	}
	if appID, _ := o.Text("app_id"); appID == "" {
		return refuse(opay.CodeAppKeyIllegal, "app_id is missing")
	}
	for _, name := range []string{"data", "sign"} {
		if text, _ := o.Text(name); text == "" {
			return refuse(opay.CodeParameterError, name+" is missing")
		}
	}
	return refuse(opay.CodeIllegalTime, "time is missing or no number of milliseconds")
}

// timely reports whether the time of a request is within Config.TimeWindow. A profile that names a unit accepts no other.
func (a *api) timely(text string) bool {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return false
	}
	seconds := len(text) <= maxSecondsLen
	if unit := a.cfg.Profile.Time; unit == opay.TimeSeconds && !seconds || unit == opay.TimeMilliseconds && seconds {
		return false
	}
	at := time.UnixMilli(n)
	if seconds {
		at = time.Unix(n, 0)
	}
	return a.Now().Sub(at).Abs() <= a.cfg.TimeWindow
}

func (a *api) untimely() error {
	unit := ""
	if a.cfg.Profile.Time != "" {
		unit = ", in " + string(a.cfg.Profile.Time)
	}
	return refuse(opay.CodeIllegalTime, "time is not within "+a.cfg.TimeWindow.String()+" of the platform's clock"+unit)
}
