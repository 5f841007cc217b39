package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/payments/opay"
)

// Allowed difference between the shop's clock and the platform's. The platform refuses requests with an illegal time (50010) without
// documenting the limit; a minute is too much in any case.
const (
	clockWarn = 10 * time.Second
	clockBad  = time.Minute
)

// connectWithin limits connecting to the platform (reliability.md R14).
const connectWithin = 2 * time.Second

// checkPlatform connects to the platform without a key, compares the clocks, and then makes calls that succeed only with the right AppKey
// and keys.
func (c Config) checkPlatform(ctx context.Context, wire *wire) []health.Finding {
	reached, clock := c.checkReachable(ctx)
	findings := []health.Finding{reached, clock}
	switch {
	case c.AppID == "":
		return append(findings, health.New(CheckCalls, health.Bad, CodeAppIDMissing))
	case wire == nil || reached.Status == health.Bad:
		return append(findings, health.New(CheckCalls, health.Unknown, CodeCallsNotAsked))
	}
	return append(findings, c.checkCalls(ctx, wire))
}

func (c Config) transport() http.RoundTripper {
	if c.Transport != nil {
		return c.Transport
	}
	dialer := &net.Dialer{Timeout: connectWithin}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSHandshakeTimeout: connectWithin,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, DisableKeepAlives: true,
	}
}

// checkReachable requests the platform's address and accepts any answer. The Date of the answer is the platform's clock, in whole seconds.
func (c Config) checkReachable(ctx context.Context) (reached, clock health.Finding) {
	clock = health.New(CheckClock, health.Unknown, CodeClockUnknown)
	bad := func(code health.Code) health.Finding {
		return health.New(CheckPlatform, health.Bad, code, "Address", c.PlatformURL)
	}
	if c.PlatformURL == "" {
		return bad(CodePlatformMissing), clock
	}
	u, err := url.Parse(c.PlatformURL)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !models.IsLoopback(u.Hostname())) {
		return health.New(CheckPlatform, health.Bad, CodePlatformBad), clock // people paste addresses with passwords, so it is not shown
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, c.PlatformURL, nil)
	if err != nil {
		return health.New(CheckPlatform, health.Bad, CodePlatformBad), clock
	}
	client := &http.Client{
		Transport: c.transport(), Timeout: c.Limit / 2,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	began, started := c.Clock(), time.Now()
	response, err := client.Do(request)
	if err != nil {
		return bad(unreachable(err)), clock
	}
	defer response.Body.Close()
	took := time.Since(started)
	reached = health.New(CheckPlatform, health.Good, CodePlatformGood,
		"Address", c.PlatformURL, "Milliseconds", strconv.FormatInt(took.Milliseconds(), 10), "Via", proxyHost(request),
	)
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		clock = judgeClock(began, date, took)
	}
	return reached, clock
}

// proxyHost returns the proxy of the environment that the request uses, or "".
func proxyHost(r *http.Request) string {
	proxy, err := http.ProxyFromEnvironment(r)
	if err != nil || proxy == nil {
		return ""
	}
	return proxy.Host
}

// unreachable returns the code of a failed request.
func unreachable(err error) health.Code {
	operation, _ := errors.AsType[*net.OpError](err)
	timeout, _ := errors.AsType[net.Error](err)
	switch {
	case is[*net.DNSError](err):
		return CodePlatformNoName
	case is[*tls.CertificateVerificationError](err), is[x509.UnknownAuthorityError](err), is[tls.RecordHeaderError](err):
		return CodePlatformTLS
	case operation != nil && operation.Op == "dial":
		return CodePlatformUnreachable
	case timeout != nil && timeout.Timeout():
		return CodePlatformSlow
	}
	return CodePlatformUnreachable
}

// is reports whether err is or wraps an error of type E.
func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// judgeClock compares the shop's time before the request with the Date of the answer. Date has no fractions of a second and is written
// between request and answer; a difference that this explains does not count.
func judgeClock(began, date time.Time, took time.Duration) health.Finding {
	middle := date.Add(500 * time.Millisecond).Add(-took / 2)
	off := began.Sub(middle)
	by := max(0, off.Abs()-500*time.Millisecond-took/2)
	f := health.New(CheckClock, health.Good, CodeClockGood, "Seconds", strconv.FormatInt(int64(by.Round(time.Second)/time.Second), 10))
	if by < clockWarn {
		return f
	}
	f.Status, f.Code = health.Warn, CodeClockAhead
	if off < 0 {
		f.Code = CodeClockBehind
	}
	if by >= clockBad {
		f.Status = health.Bad
	}
	return f
}

// checkCalls asks for an order that cannot exist, which shows whether the platform accepts the shop, and then for a page of today's
// statement, whose signature shows whether the shop accepts the platform.
func (c Config) checkCalls(ctx context.Context, wire *wire) health.Finding {
	client, err := opay.New(opay.Config{
		BaseURL: c.PlatformURL, AppID: c.AppID, Profile: c.Profile, Keys: wire.keys, Secret: wire.secret, Now: c.Clock, Timeout: c.Limit / 2, Retries: -1,
		HTTPClient: &http.Client{Transport: c.transport()},
	})
	if err != nil {
		return health.New(CheckCalls, health.Bad, CodeAppIDWrong, "App", "?")
	}
	_, err = client.OrderByRef(ctx, models.NewRef())
	if code, _ := opay.CodeOf(err); err != nil && code != opay.CodeOrderNotFound && !errors.Is(err, opay.ErrNotOffered) {
		return c.judgeRefusal(err)
	}
	_, err = client.Statement(ctx, opay.StatementRequest{Page: 1, PageSize: 1})
	switch {
	case err == nil && c.MD5():
		return health.New(CheckCalls, health.Good, CodeCallsSecretGood, "App", c.AppID)
	case err == nil:
		return health.New(CheckCalls, health.Good, CodeCallsGood, "App", c.AppID)
	}
	f := c.judgeRefusal(err)
	if f.Code == CodeCallsRefused || f.Code == CodeCallsUnknown {
		f.Status = health.Warn // payments work; statements do not
	}
	return f
}

// judgeRefusal returns the finding for a failed call.
func (c Config) judgeRefusal(err error) health.Finding {
	code, refused := opay.CodeOf(err)
	values := []string{"App", c.AppID, "Code", string(code), "Text", code.Text()}
	bad := func(found health.Code) health.Finding { return health.New(CheckCalls, health.Bad, found, values...) }
	switch {
	case errors.Is(err, opay.ErrSignature), errors.Is(err, opay.ErrEnvelope):
		return bad(CodeCallsAnswer)
	case !refused:
		return bad(CodeCallsUnknown)
	case code == opay.CodeAppKeyIllegal, code == opay.CodeAppKeyUnknown:
		return bad(CodeAppIDWrong)
	case code == opay.CodeSignatureError && c.MD5():
		return bad(CodeCallsSecret)
	case code == opay.CodeSignatureError:
		return bad(CodeCallsSignature)
	case code == opay.CodeIllegalTime:
		return bad(CodeCallsTime)
	}
	return bad(CodeCallsRefused)
}

// checkBase checks the shop's own address and lists the addresses that the platform needs.
func (c Config) checkBase() []health.Finding {
	if c.BaseURL == "" {
		return []health.Finding{health.New(CheckBase, health.Bad, CodeBaseMissing)}
	}
	address, err := models.ParseBaseURL(c.BaseURL)
	if err != nil {
		return []health.Finding{health.New(CheckBase, health.Bad, CodeBaseBad)}
	}
	base := address.String()
	values := []string{
		"Address", base, "Notify", base + c.Paths.Notify, "Return", base + c.Paths.Return, "SignIn", base + c.Paths.SignIn,
		"Secure", "https://" + address.Host() + address.Path,
	}
	switch local := models.IsLoopback(address.Hostname()); {
	case !address.Secure() && !local:
		return []health.Finding{health.New(CheckBase, health.Bad, CodeBasePlain, values...)}
	case local && !c.Demo:
		return []health.Finding{health.New(CheckBase, health.Warn, CodeBaseLoopback, values...)}
	}
	return []health.Finding{health.New(CheckBase, health.Good, CodeBaseGood, values...)}
}
