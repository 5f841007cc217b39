package sandbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/payments/opay"
)

// controlBase is the path of the control API, which the package's documentation lists.
const controlBase = "/sandbox/api"

const (
	defaultList = 100
	mostListed  = 1000
)

// controlError is an answer of the control API other than success.
type controlError struct {
	status int
	text   string
}

func (e *controlError) Error() string { return e.text }

type controlFunc func(r *http.Request) (any, error)

// controlAPI is the JSON API for tests in any language.
type controlAPI struct{ *Server }

func (c *controlAPI) routes(mux *http.ServeMux) {
	handle := func(pattern string, fn controlFunc) { mux.HandleFunc(pattern, c.serve(fn)) }
	handle("GET "+controlBase+"/info", func(r *http.Request) (any, error) { return c.info(c.address(r)), nil })
	handle("GET "+controlBase+"/orders", c.orders)
	handle("GET "+controlBase+"/orders/{orderNum}", c.order)
	handle("POST "+controlBase+"/orders/{orderNum}/{action}", c.act)
	handle("GET "+controlBase+"/callbacks", func(r *http.Request) (any, error) {
		return newest(c.Callbacks(), limitOf(r)), nil
	})
	handle("POST "+controlBase+"/callbacks/{id}/replay", func(r *http.Request) (any, error) { return struct{}{}, c.Replay(r.PathValue("id")) })
	handle("POST "+controlBase+"/deliver", func(r *http.Request) (any, error) { return map[string]int{"tries": c.Deliver(r.Context())}, nil })
	handle("GET "+controlBase+"/traffic", func(r *http.Request) (any, error) { return c.Traffic(limitOf(r)), nil })
	handle("GET "+controlBase+"/faults", func(*http.Request) (any, error) { return c.Faults(), nil })
	handle("PUT "+controlBase+"/faults", withBody(c.faults))
	handle("DELETE "+controlBase+"/faults", func(*http.Request) (any, error) { return Faults{}, c.SetFaults(nil) })
	handle("GET "+controlBase+"/users", func(*http.Request) (any, error) { return c.Users(), nil })
	handle("PUT "+controlBase+"/users/{uid}", withBody(func(r *http.Request, change userChange) (any, error) {
		return c.changeUser(r.PathValue("uid"), change)
	}))
	handle("POST "+controlBase+"/login", withBody(c.login))
	handle("POST "+controlBase+"/tokens/expire", withBody(c.expireTokens))
	handle("GET "+controlBase+"/tickers", func(*http.Request) (any, error) { return c.Tickers(), nil })
	handle("PUT "+controlBase+"/tickers/{symbol}", c.ticker)
	mux.HandleFunc(controlBase+"/", c.serve(func(*http.Request) (any, error) {
		return nil, &controlError{http.StatusNotFound, "the control API has no such address or method; see /help"}
	}))
}

// serve runs a function of the control API and writes its result as JSON.
func (c *controlAPI) serve(fn controlFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		result, err := fn(r)
		status := http.StatusOK
		if err != nil {
			status = controlStatus(err)
			result = map[string]string{"error": strings.TrimPrefix(err.Error(), "sandbox: ")}
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.WriteHeader(status)
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(result); err != nil {
			c.cfg.Logger.DebugContext(r.Context(), "sandbox: an answer was not received", "path", r.URL.Path)
		}
	}
}

func controlStatus(err error) int {
	if own, ok := errors.AsType[*controlError](err); ok {
		return own.status
	}
	known, _ := knownError(err)
	return cmp.Or(known.status, http.StatusUnprocessableEntity)
}

// decode decodes a JSON body and refuses unknown members. An empty body leaves the value unchanged.
func decode(r *http.Request, to any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(to)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return &controlError{http.StatusBadRequest, "the body is not the JSON that is expected here: " + err.Error()}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return &controlError{http.StatusBadRequest, "something follows the JSON"}
	}
	return nil
}

// withBody decodes the body of a request for fn.
func withBody[T any](fn func(r *http.Request, body T) (any, error)) controlFunc {
	return func(r *http.Request) (any, error) {
		var body T
		if err := decode(r, &body); err != nil {
			return nil, err
		}
		return fn(r, body)
	}
}

func limitOf(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || n < 1 {
		return defaultList
	}
	return min(n, mostListed)
}

// newest returns the last elements of a list, newest first.
func newest[T any](all []T, limit int) []T {
	last := slices.Clone(all[max(0, len(all)-limit):])
	slices.Reverse(last)
	return last
}

// Info tells a developer, or their test, how to reach the sandbox.
type Info struct {
	BaseURL     string            `json:"baseUrl"`
	Signing     string            `json:"signing"`     // rsa or md5
	PlatformKey string            `json:"platformKey"` // the platform's public key, PEM; empty with md5 signing
	Now         string            `json:"now"`         // the sandbox's clock, RFC 3339
	Apps        []InfoApp         `json:"apps"`
	Users       []User            `json:"users"`
	Coins       []Coin            `json:"coins"`
	Paths       map[string]string `json:"paths"` // name of the call or page to its first address
}

// InfoApp is an application in Info.
type InfoApp struct {
	AppID      string            `json:"appId"`
	Name       string            `json:"name"`
	KeyPrint   string            `json:"keyFingerprint"` // of the merchant's registered public key; empty with md5 signing
	OpenIDs    map[string]string `json:"openIds"`        // UID to openId
	Balances   map[string]string `json:"balances"`
	RedirectTo []string          `json:"addresses"`
}

// info describes the sandbox. base is its address.
func (op *operator) info(base string) Info {
	info := Info{
		BaseURL: base, Signing: string(op.cfg.Profile.WithDefaults().Signing), PlatformKey: op.publicKey, Now: op.Now().Format("2006-01-02T15:04:05.000Z07:00"), Users: op.Users(),
		Coins: op.cfg.Coins, Paths: map[string]string{"pay": op.cfg.paths().Pay, "login": op.cfg.paths().Login},
	}
	for name, paths := range op.cfg.calledAt() {
		info.Paths[name] = paths[0]
	}
	op.locked(func(k *core) {
		for _, app := range op.cfg.Apps {
			a := InfoApp{
				AppID: app.AppID, Name: app.Name, OpenIDs: map[string]string{},
				Balances: k.ledger.texts(merchantAccount(app.AppID)), RedirectTo: app.Addresses,
			}
			if app.Key != nil {
				a.KeyPrint = opay.Fingerprint(app.Key)
			}
			for _, u := range k.sortedUsers() {
				a.OpenIDs[u.UID] = k.openID(app.AppID, u.UID)
			}
			info.Apps = append(info.Apps, a)
		}
	})
	return info
}

func (c *controlAPI) orders(r *http.Request) (any, error) {
	query := r.URL.Query()
	id, status := query.Get("appOrderId"), opay.Status(query.Get("status"))
	wanted := slices.DeleteFunc(c.Orders(), func(o Order) bool {
		return id != "" && id != o.AppOrderID || status != "" && status != o.Status
	})
	if before := query.Get("before"); before != "" { // the next page of a list that is read to its end
		if i := slices.IndexFunc(wanted, func(o Order) bool { return o.OrderNum == before }); i >= 0 {
			wanted = wanted[:i]
		}
	}
	return newest(wanted, limitOf(r)), nil
}

func (c *controlAPI) order(r *http.Request) (any, error) {
	o, ok := c.Order(r.PathValue("orderNum"))
	if !ok {
		return nil, ErrOrderNotFound
	}
	return o, nil
}

// act carries out an action on an order and returns the order.
func (c *controlAPI) act(r *http.Request) (any, error) {
	var n Notice
	orderNum, action := r.PathValue("orderNum"), r.PathValue("action")
	if action == "notify" {
		if err := decode(r, &n); err != nil {
			return nil, err
		}
	}
	if err := c.operator.act(orderNum, action, n); err != nil {
		return nil, err
	}
	return c.order(r)
}

func (c *controlAPI) faults(_ *http.Request, faults Faults) (any, error) {
	if err := c.SetFaults(faults); err != nil {
		return nil, err
	}
	return c.Faults(), nil
}

type loginBody struct {
	AppKey string `json:"appKey"`
	UserID string `json:"userId"`
}

func (c *controlAPI) login(_ *http.Request, body loginBody) (any, error) {
	code, err := c.Login(body.AppKey, body.UserID)
	return map[string]string{"code": code}, err
}

type expireBody struct {
	RefreshTokens bool `json:"refreshTokens"`
}

// expireTokens ends the time of all tokens, with {"refreshTokens":true} of the refresh tokens too.
func (c *controlAPI) expireTokens(_ *http.Request, body expireBody) (any, error) {
	lapsed, err := c.ExpireTokens(body.RefreshTokens)
	return map[string]int{"lapsed": lapsed}, err
}
