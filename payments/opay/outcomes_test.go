package opay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// Whatever is wrong with an answer, the outcome is unknown: never a refusal, never
// "not sent".
func TestOutcome_Unknown(t *testing.T) {
	p, client := newClient(t, func(c *opay.Config) { c.Timeout = 2 * time.Second }) // long enough for a busy machine
	good := func(plain string) opay.Envelope { return seal(t, p.keys, plain) }
	merchantKey, strangerKey := key(t, "merchant"), key(t, "stranger")
	foreign := seal(t, ring(t, strangerKey, merchantKey), `{"orderNum":"1"}`)
	body := func(r opay.Response) http.HandlerFunc { return plainAnswer(200, string(r.Encode())) }
	ok := good(`{"orderNum":"1"}`)
	other := good(`{"orderNum":"2"}`)
	full := string(opay.Response{Code: "0", Envelope: ok}.Encode())

	for name, answer := range map[string]http.HandlerFunc{
		"500":                  plainAnswer(500, full),
		"502 with HTML":        plainAnswer(502, "<html>Bad gateway</html>"),
		"503 with a code":      plainAnswer(503, `{"code":"10001","msg":"x"}`),
		"400 with a code":      plainAnswer(400, `{"code":"50005","msg":"x"}`),
		"404":                  plainAnswer(404, ""),
		"304":                  plainAnswer(304, ""),
		"200 with HTML":        plainAnswer(200, "<html>Please enable JavaScript</html>"),
		"empty":                plainAnswer(200, ""),
		"truncated":            plainAnswer(200, full[:len(full)/2]),
		"broken off":           brokenOff(full),
		"cut connection":       func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"trailing data":        plainAnswer(200, full+"x"),
		"no code":              plainAnswer(200, `{"msg":"ok"}`),
		"code in words":        plainAnswer(200, `{"code":"success"}`),
		"code null":            plainAnswer(200, `{"code":null}`),
		"code 0.5":             plainAnswer(200, change(full, `"0"`, `0.5`)),
		"code 0x0":             plainAnswer(200, change(full, `"0"`, `"0x0"`)),
		"code of ten digits":   plainAnswer(200, change(full, `"0"`, `1E9`)),
		"two codes":            plainAnswer(200, change(full, `{`, `{"code":"0",`)),
		"code and CODE":        plainAnswer(200, change(full, `{`, `{"CODE":"70001",`)),
		"a list":               plainAnswer(200, `[`+full+`]`),
		"no signature":         plainAnswer(200, `{"code":"0","msg":"ok","data":"`+ok.Data+`"}`),
		"stripped":             plainAnswer(200, `{"code":"0","msg":"ok"}`),
		"data in the clear":    plainAnswer(200, `{"code":"0","data":{"orderNum":"1"},"sign":"`+ok.Sign+`"}`),
		"a stranger's":         body(opay.Response{Code: "0", Envelope: foreign}),
		"signature of another": body(opay.Response{Code: "0", Envelope: opay.Envelope{Data: ok.Data, Sign: other.Sign}}),
		"data of another":      body(opay.Response{Code: "0", Envelope: opay.Envelope{Data: other.Data, Sign: ok.Sign}}),
		"our own request back": reflect(p),
		"signed words":         body(opay.Response{Code: "0", Envelope: good(`order 1`)}),
		"signed doubt":         body(opay.Response{Code: "0", Envelope: good(`{"orderNum":"1","orderNum":"2"}`)}),
		"too large":            plainAnswer(200, `{"code":"0","msg":"`+strings.Repeat("x", 1<<20)+`"}`),
		"redirect":             http.RedirectHandler("/elsewhere", http.StatusTemporaryRedirect).ServeHTTP,
		"slow":                 slow,
	} {
		t.Run(name, func(t *testing.T) {
			p.on(opay.PathCreateOrder, answer)
			p.on("/elsewhere", p.success(`{"orderNum":"1"}`))
			before := len(p.requests())
			num, err := client.CreateOrder(t.Context(), createRequest())
			isError(t, err, opay.ErrUnknownOutcome)
			isNotError(t, err, opay.ErrUnreachable, opay.ErrInvalidRequest)
			if _, refused := opay.CodeOf(err); refused {
				t.Errorf("taken for a refusal: %v", err)
			}
			equal(t, num, opay.CreatedOrder{}, "order")
			equal(t, len(p.requests())-before, 1, "requests: a create is never repeated, a redirect never followed")
			var failure *opay.TransportError
			if !errors.As(err, &failure) || failure.Op != "createThirdOrder" || !failure.Sent {
				t.Errorf("got %#v", failure)
			}
			noSecrets(t, err)
		})
	}
}

func TestOutcome_Refused(t *testing.T) {
	p, client := newClient(t)
	r := createRequest()
	for name, answer := range map[string]http.HandlerFunc{
		"code as a string": plainAnswer(200, `{"code":"70004","msg":"illegal payer `+r.Payer.OpenID+` `+r.Payer.Token+"\\u0007\\n"+strings.Repeat("x", 500)+`"}`),
		"code as a number": plainAnswer(200, `{"code":70004,"data":null,"msg":null}`),
		"with data":        plainAnswer(200, `{"code":70004,"data":{"a":[1]},"extra":true}`),
		"HTTP 201":         plainAnswer(201, `{"code":70004}`),
	} {
		t.Run(name, func(t *testing.T) {
			p.on(opay.PathCreateOrder, answer)
			_, err := client.CreateOrder(t.Context(), r)
			var refusal *opay.Error
			if !errors.As(err, &refusal) {
				t.Fatalf("got %v", err)
			}
			isNotError(t, err, opay.ErrUnknownOutcome, opay.ErrUnreachable)
			equal(t, refusal.Code, opay.CodeIllegalPayer, "code")
			equal(t, refusal.Op, "createThirdOrder", "call")
			contains(t, err.Error(), "70004 illegal payer")
			noSecrets(t, err)
			lacks(t, refusal.Msg, r.Payer.OpenID, "Msg")
			lacks(t, refusal.Msg, r.Payer.Token, "Msg")
			if len([]rune(refusal.Msg)) > 200 || strings.ContainsAny(refusal.Msg, "\n\a") {
				t.Errorf("Msg is not fit to be shown: %q", refusal.Msg)
			}
		})
	}
}

func TestOutcome_UnreachableIsProved(t *testing.T) {
	merchant, _ := rings(t)
	plainHTTP := httptest.NewServer(http.NotFoundHandler()) // it does not speak TLS
	defer plainHTTP.Close()
	untrusted := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") }))
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0) // the failing handshakes are expected
	untrusted.StartTLS()
	defer untrusted.Close()

	for name, base := range map[string]string{
		"dial refused":    "http://127.0.0.1:1", // port 1 cannot be given to another server
		"no such host":    "https://no-such-host.invalid",
		"TLS to plain":    "https://" + plainHTTP.Listener.Addr().String(),
		"untrusted issue": untrusted.URL,
	} {
		t.Run(name, func(t *testing.T) {
			client, err := opay.New(opay.Config{BaseURL: base, AppID: appID, Keys: merchant, Retries: -1})
			noError(t, err)
			_, err = client.CreateOrder(t.Context(), createRequest())
			isError(t, err, opay.ErrUnreachable)
			isNotError(t, err, opay.ErrUnknownOutcome)
			_, err = client.Order(t.Context(), "1", "")
			isError(t, err, opay.ErrUnreachable)
			noSecrets(t, err)
		})
	}
}

// A transport that reports nothing proves nothing, whatever its error.
func TestOutcome_SilentTransportIsUnknown(t *testing.T) {
	merchant, _ := rings(t)
	for name, failure := range map[string]error{
		"dial error": &net.OpError{Op: "dial", Err: errors.New("refused")}, "EOF": io.EOF,
	} {
		client, err := opay.New(opay.Config{
			BaseURL: "https://platform.example", AppID: appID, Keys: merchant,
			HTTPClient: &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, failure })},
		})
		noError(t, err)
		_, err = client.CreateOrder(t.Context(), createRequest())
		if !errors.Is(err, opay.ErrUnknownOutcome) || errors.Is(err, opay.ErrUnreachable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A connection that is reset after it was made may have carried the request.
func TestOutcome_ResetConnectionIsUnknown(t *testing.T) {
	merchant, _ := rings(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	noError(t, err)
	defer func() { _ = listener.Close() }()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	client, err := opay.New(opay.Config{BaseURL: "http://" + listener.Addr().String(), AppID: appID, Keys: merchant})
	noError(t, err)
	_, err = client.CreateOrder(t.Context(), createRequest())
	isError(t, err, opay.ErrUnknownOutcome)
	isNotError(t, err, opay.ErrUnreachable)
}

func TestContext_CancelledBeforeIsNotSentAndDuringIsUnknown(t *testing.T) {
	p, client := newClient(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := client.CreateOrder(ctx, createRequest())
	isError(t, err, opay.ErrUnreachable, context.Canceled)
	equal(t, len(p.requests()), 0, "requests")

	ctx, cancel = context.WithCancel(t.Context())
	p.on(opay.PathCreateOrder, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		slow(w, r)
	})
	_, err = client.CreateOrder(ctx, createRequest())
	isError(t, err, opay.ErrUnknownOutcome, context.Canceled)

	ctx, cancel = context.WithTimeout(t.Context(), time.Second) // long enough for sending, even on a busy machine
	defer cancel()
	p.on(opay.PathOrder, slow)
	_, err = client.Order(ctx, "1", "")
	isError(t, err, opay.ErrUnknownOutcome, context.DeadlineExceeded)
}

func TestRetries_ReadsOnly(t *testing.T) {
	p, client := newClient(t, func(c *opay.Config) { c.Retries = 0 })
	for name, first := range map[string]http.HandlerFunc{
		"5xx": plainAnswer(503, ""), "HTML": plainAnswer(200, "<html>"), "cut": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"system exception": refusal(opay.CodeSystemException, ""), "too often": refusal(opay.CodeTooOften, ""), "429": plainAnswer(429, ""),
	} {
		t.Run(name, func(t *testing.T) {
			before := len(p.requests())
			p.on(opay.PathOrder, inTurn(first, first, p.success(detail)))
			_, err := client.Order(t.Context(), "10000000002", "")
			noError(t, err)
			equal(t, len(p.requests())-before, 3, "requests")

			before = len(p.requests())
			p.on(opay.PathOrder, inTurn(first, first, first, p.success(detail)))
			_, err = client.Order(t.Context(), "10000000002", "")
			if err == nil {
				t.Error("a third repeat was made")
			}
			equal(t, len(p.requests())-before, 3, "requests")
		})
	}
	for name, first := range map[string]http.HandlerFunc{
		"not found": refusal(opay.CodeOrderNotFound, ""), "404": plainAnswer(404, ""), "unsigned": plainAnswer(200, `{"code":0}`), "another order": p.success(change(detail, `"10000000002"`, `"7"`)),
	} {
		t.Run(name+" is final", func(t *testing.T) {
			before := len(p.requests())
			p.on(opay.PathOrder, first)
			_, err := client.Order(t.Context(), "10000000002", "")
			if err == nil {
				t.Error("no error")
			}
			equal(t, len(p.requests())-before, 1, "requests")
		})
	}
	t.Run("writes", func(t *testing.T) {
		before := len(p.requests())
		for _, path := range []string{opay.PathCreateOrder, opay.PathRefund, opay.PathCancel, opay.PathExchange, opay.PathRefreshToken} {
			p.on(path, plainAnswer(503, ""))
		}
		_, err := client.CreateOrder(t.Context(), createRequest())
		isError(t, err, opay.ErrUnknownOutcome)
		_, err = client.Refund(t.Context(), opay.RefundRequest{AppOrderID: ownID, Payer: opay.Payer{UserID: "1"}, Amount: "1", Coin: "BTC"})
		isError(t, err, opay.ErrUnknownOutcome)
		isError(t, client.Cancel(t.Context(), "1"), opay.ErrUnknownOutcome)
		_, err = client.Exchange(t.Context(), "code")
		isError(t, err, opay.ErrUnknownOutcome)
		_, err = client.RefreshToken(t.Context(), opay.Grant{OpenID: "o", Token: "t", RefreshToken: "r"})
		isError(t, err, opay.ErrUnknownOutcome)
		equal(t, len(p.requests())-before, 5, "requests")
	})
}

// A whole call with its repeats ends within the timeout, and the pauses grow.
// synctest provides the time.
func TestRetries_StayWithinTheTimeout(t *testing.T) {
	merchant, _ := rings(t)
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at []time.Duration
		client, err := opay.New(opay.Config{
			BaseURL: "https://platform.example", AppID: appID, Keys: merchant, Retries: 50,
			HTTPClient: &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				at = append(at, time.Since(start))
				return nil, io.ErrUnexpectedEOF
			})},
		})
		noError(t, err)
		_, err = client.Order(t.Context(), "1", "")
		isError(t, err, opay.ErrUnknownOutcome)
		if took := time.Since(start); took > opay.DefaultTimeout {
			t.Errorf("took %s", took)
		}
		if len(at) < 4 {
			t.Fatalf("only %d tries", len(at))
		}
		for i, least := range []time.Duration{50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond} {
			if pause := at[i+1] - at[i]; pause < least || pause > 3*least {
				t.Errorf("pause %d was %s", i+1, pause)
			}
		}
		if at[len(at)-1] > opay.DefaultTimeout {
			t.Errorf("the last try began after %s", at[len(at)-1])
		}
	})
}

func TestTimeout_BoundsTheWholeCall(t *testing.T) {
	merchant, _ := rings(t)
	synctest.Test(t, func(t *testing.T) {
		client, err := opay.New(opay.Config{
			BaseURL: "https://platform.example", AppID: appID, Keys: merchant,
			HTTPClient: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			})},
		})
		noError(t, err)
		start := time.Now()
		_, err = client.Order(t.Context(), "1", "")
		isError(t, err, opay.ErrUnknownOutcome, context.DeadlineExceeded)
		equal(t, time.Since(start), opay.DefaultTimeout, "time taken")
	})
}

func TestHTTP2_SuccessAndUnreachable(t *testing.T) {
	p, merchant := newPlatform(t)
	p.on(opay.PathOrder, p.success(detail))
	server := httptest.NewUnstartedServer(p)
	server.EnableHTTP2 = true
	server.StartTLS()
	hc := server.Client()
	client, err := opay.New(opay.Config{BaseURL: server.URL, AppID: appID, Keys: merchant, HTTPClient: hc, Retries: -1})
	noError(t, err)
	_, err = client.Order(t.Context(), "10000000002", "")
	noError(t, err)
	p.on(opay.PathOrder, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err = client.Order(t.Context(), "10000000002", "")
	isError(t, err, opay.ErrUnknownOutcome)
	server.CloseClientConnections()
	server.Close()
	transport, ok := hc.Transport.(*http.Transport)
	equal(t, ok, true, "the test server's transport")
	transport.CloseIdleConnections()
	_, err = client.Order(t.Context(), "10000000002", "")
	isError(t, err, opay.ErrUnreachable)
}

func TestNew_ChecksItsConfiguration(t *testing.T) {
	merchant, _ := rings(t)
	good := opay.Config{BaseURL: "https://service.example.com", AppID: appID, Keys: merchant}
	for name, spoil := range map[string]func(*opay.Config){
		"no address":       func(c *opay.Config) { c.BaseURL = "" },
		"plain http":       func(c *opay.Config) { c.BaseURL = "http://service.example.com" },
		"http, near miss":  func(c *opay.Config) { c.BaseURL = "http://127.0.0.1.example.com" },
		"http, other host": func(c *opay.Config) { c.BaseURL = "http://10.0.0.1" },
		"http, localhost.": func(c *opay.Config) { c.BaseURL = "http://localhost.example" },
		"other scheme":     func(c *opay.Config) { c.BaseURL = "ftp://127.0.0.1" },
		"no scheme":        func(c *opay.Config) { c.BaseURL = "service.example.com" },
		"a user":           func(c *opay.Config) { c.BaseURL = "https://a:b@service.example.com" },
		"a query":          func(c *opay.Config) { c.BaseURL = "https://service.example.com?x=1" },
		"a fragment":       func(c *opay.Config) { c.BaseURL = "https://service.example.com#x" },
		"no app id":        func(c *opay.Config) { c.AppID = "" },
		"app id, blank":    func(c *opay.Config) { c.AppID = "a b" },
		"no keys":          func(c *opay.Config) { c.Keys = nil },
		"negative time":    func(c *opay.Config) { c.Timeout = -1 },
		"pay path":         func(c *opay.Config) { c.Profile.Paths.Pay = "pay.html" },
		"pay path, host":   func(c *opay.Config) { c.Profile.Paths.Pay = "//evil.example/pay" },
		"cancel path":      func(c *opay.Config) { c.Profile.Paths.Cancel = "/cancel?x=1" },
	} {
		t.Run(name, func(t *testing.T) {
			c := good
			spoil(&c)
			_, err := opay.New(c)
			isError(t, err, opay.ErrInvalidRequest)
		})
	}
	for _, base := range []string{"https://service.example.com/", "https://x:8443/prefix", "http://localhost:8081", "http://127.0.0.1:8081", "http://[::1]:8081", "http://127.9.9.9"} {
		c := good
		c.BaseURL = base
		_, err := opay.New(c)
		noError(t, err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// slow answers when the client has given up.
func slow(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// brokenOff promises more bytes than it sends.
func brokenOff(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)+10))
		_, _ = io.WriteString(w, body)
	}
}

// reflect returns the merchant's own envelope.
func reflect(p *platform) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		write(w, opay.Response{Code: "0", Envelope: p.last().request.Envelope})
	}
}

func noSecrets(t *testing.T, err error) {
	t.Helper()
	r := createRequest()
	for _, text := range []string{err.Error(), fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err)} {
		for _, secret := range []string{r.Payer.OpenID, r.Payer.Token, r.Goods, "t0ken"} {
			lacks(t, text, secret, "an error")
		}
	}
}
