package conform_test

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/conform"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

const (
	app   = "conform_app"
	alice = "22033390"
)

var pairs = sync.OnceValue(func() (keys [2]*rsa.PrivateKey) {
	for i := range keys {
		key, err := opay.GenerateKeys(0)
		if err != nil {
			panic(err)
		}
		keys[i] = key
	}
	return keys
})

// clock is the time of the sandbox and of the run.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// bench is a sandbox and a run against it.
type bench struct {
	box    *sandbox.Server
	config conform.Config
}

// newBench returns a bench at 03:00 UTC, so that a day that begins at 08:00 is another one.
func newBench(t *testing.T, profile opay.Profile, change ...func(*sandbox.Config)) *bench {
	t.Helper()
	at := &clock{now: time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)}
	b := &bench{}
	sc := sandbox.Config{
		Profile: profile, Seed: 1, Clock: at.Now, Apps: []sandbox.App{{AppID: app}},
		Wait: func(ctx context.Context, d time.Duration) error { at.advance(d); b.box.Deliver(ctx); return nil },
	}
	listener := &conform.Listener{}
	notify := httptest.NewServer(listener)
	t.Cleanup(notify.Close)
	b.config = conform.Config{
		AppID: app, Payer: alice, Now: at.Now, Listener: listener, NotifyURL: notify.URL + "/notify", ReturnURL: "https://shop.example/return",
		Profile: opay.Profile{Signing: profile.Signing, Paths: profile.Paths},
	}
	if profile.Signing == opay.SigningMD5 {
		secret, err := opay.NewSecret("conform-0123456789abcdef")
		require.NoError(t, err)
		sc.Apps[0].Secret, b.config.Secret = secret, secret
	} else {
		keys := pairs()
		var err error
		b.config.Keys, err = opay.NewKeyring(keys[0], &keys[1].PublicKey)
		require.NoError(t, err)
		sc.Keys, sc.Apps[0].Key = keys[1], &keys[0].PublicKey
	}
	for _, fn := range change {
		fn(&sc)
	}
	var err error
	b.box, err = sandbox.New(sc)
	require.NoError(t, err)
	server := httptest.NewServer(b.box.Handler())
	t.Cleanup(server.Close)
	b.config.BaseURL = server.URL
	b.config.Pause = func(ctx context.Context, d time.Duration) error {
		at.advance(d)
		b.box.Deliver(ctx)
		return ctx.Err()
	}
	b.config.Spend = func(_ context.Context, orderNum, _ string) error {
		if o, ok := b.box.Order(orderNum); ok && o.Status == opay.StatusPaid {
			return nil
		}
		return b.box.Pay(orderNum)
	}
	return b
}

func (b *bench) run(t *testing.T) conform.Report {
	t.Helper()
	report, err := conform.Run(t.Context(), b.config)
	require.NoError(t, err)
	for _, o := range b.box.Orders() {
		assert.NotEqual(t, opay.StatusPending, o.Status, "order %s is left open", o.AppOrderID)
	}
	return report
}

// failed returns the ids of the checks that failed, in their order.
func failed(r conform.Report) []string {
	ids := []string{}
	for _, result := range r.Results {
		if result.Verdict == conform.Fail {
			ids = append(ids, result.ID)
		}
	}
	return ids
}

func result(t *testing.T, r conform.Report, id string) conform.Result {
	t.Helper()
	for _, one := range r.Results {
		if one.ID == id {
			return one
		}
	}
	require.Fail(t, "no such check", id)
	return conform.Result{}
}

// profiles are platforms that differ in what a profile can say.
func profiles() map[string]opay.Profile {
	paths := opay.Paths{
		CreateOrder: "/old/create", Order: "/old/detail", OrderByRef: "/old/reference", Statement: "/old/statement", Refund: "/old/refund", Cancel: "/old/cancel",
		Exchange: "/old/token", RefreshToken: "/old/refresh", Pay: "/old/pay", Login: "/old/login",
	}
	return map[string]opay.Profile{
		"the document's":         {},
		"milliseconds":           {Time: opay.TimeMilliseconds, Nonce: opay.NonceSend},
		"seconds, no nonce":      {Time: opay.TimeSeconds, Nonce: opay.NonceOmit},
		"pay link":               {PayLink: opay.PayLinkAnswer},
		"other paths":            {Paths: paths},
		"md5":                    {Signing: opay.SigningMD5},
		"md5, seconds, no nonce": {Signing: opay.SigningMD5, Time: opay.TimeSeconds, Nonce: opay.NonceOmit},
		"md5, milliseconds":      {Signing: opay.SigningMD5, Time: opay.TimeMilliseconds, Nonce: opay.NonceSend, PayLink: opay.PayLinkAnswer},
		"md5, other paths":       {Signing: opay.SigningMD5, Paths: paths},
	}
}

func TestRun_TheSandboxPassesWithEveryProfile(t *testing.T) {
	t.Parallel()
	for name, profile := range profiles() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, profile)
			report := b.run(t)
			assert.Empty(t, failed(report), "%+v", report.Results)
			assert.True(t, report.Conforms())
			for _, one := range report.Results {
				skipped := one.Verdict == conform.Skipped
				known := one.ID == "base64.both" && b.config.Secret != nil || one.ID == "time.old" && report.Profile.Time == opay.TimeNone
				assert.Equal(t, known, skipped, "%+v", one)
			}
			found := report.Profile
			assert.NoError(t, found.Check())
			assert.Equal(t, profile.WithDefaults().Signing, found.WithDefaults().Signing)
			assert.Equal(t, profile.WithDefaults().PayLink, found.WithDefaults().PayLink)
			if profile.Time != "" {
				assert.Equal(t, profile.Time, found.Time)
			}
			if profile.Nonce == opay.NonceOmit {
				assert.Equal(t, opay.NonceOmit, found.Nonce)
			}

			// What is found is read again, and is the same platform.
			again, err := opay.ParseProfile(found.Encode())
			require.NoError(t, err)
			b.config.Profile = again
			assert.Empty(t, failed(b.run(t)))
		})
	}
}

func TestRun_CostsNothingWithoutSpend(t *testing.T) {
	t.Parallel()
	b := newBench(t, opay.Profile{}, func(c *sandbox.Config) { c.CancelPaths, c.Reference = sandbox.CancelLong, sandbox.ReferenceMissing })
	b.config.Spend, b.config.Listener = nil, nil
	report := b.run(t)
	assert.Empty(t, failed(report))
	assert.Equal(t, opay.PathCancelLong, report.Profile.Paths.Cancel)
	for _, id := range []string{"paid", "callback", "statement.line", "reference"} {
		assert.Equal(t, conform.Skipped, result(t, report, id).Verdict, id)
	}
	for _, o := range b.box.Orders() {
		assert.Equal(t, opay.StatusClosed, o.Status)
		assert.Equal(t, sandbox.TypePayment, o.Type)
	}
	assert.LessOrEqual(t, len(b.box.Traffic(1000)), 150)
}

// mutation is a fault of the sandbox with the checks that it makes fail.
type mutation struct {
	fault sandbox.Fault
	red   []string
}

func mutations() []mutation {
	on := func(kind sandbox.FaultKind, call string) sandbox.Fault { return sandbox.Fault{Kind: kind, Call: call} }
	way := func(kind sandbox.FaultKind, way string) sandbox.Fault { return sandbox.Fault{Kind: kind, Way: way} }
	const detail, create, cancel, reference, statement = "orderDetail", "createThirdOrder", "cancelOrder", "getReferenceOrder", "merchantBillingDay"
	list := []mutation{
		{on(sandbox.FaultUnsigned, detail), []string{"order"}},
		{on(sandbox.FaultWrongSignature, detail), []string{"order"}},
		{on(sandbox.FaultOtherOrder, detail), []string{"order"}},
		{on(sandbox.FaultUnsigned, create), []string{"create"}},
		{on(sandbox.FaultWrongSignature, create), []string{"create"}},
		{on(sandbox.FaultOtherOrder, reference), []string{"reference"}},
		{on(sandbox.FaultStale, detail), []string{"cancel.seen", "paid"}},
		{on(sandbox.FaultRefuse, detail), []string{"order.unknown"}},
		{on(sandbox.FaultRefuse, create), []string{"create"}},
		{on(sandbox.FaultRefuse, statement), []string{"statement"}},
		{on(sandbox.FaultSlow, detail), []string{"answers.soon"}},
		{on(sandbox.FaultJavaAmount, detail), []string{"order.amount_form"}},
		{on(sandbox.FaultStatementMissing, ""), []string{"statement.line"}},
		{on(sandbox.FaultStatementExtra, ""), []string{"statement.types", "statement.known"}},
		{on(sandbox.FaultStatementDouble, ""), []string{"statement.line"}},
		{on(sandbox.FaultStatementAmount, ""), []string{"statement.amount"}},
		{on(sandbox.FaultStatementShifted, ""), []string{"statement.day"}},
		{on(sandbox.FaultStatementUnreadable, ""), []string{"statement"}},
		{sandbox.Fault{Kind: sandbox.FaultCallbackLate, Delay: sandbox.Duration(20 * time.Second)}, []string{"callback.prompt"}},
		{on(sandbox.FaultCallbackDoubled, ""), []string{"callback.once"}},
		{way(sandbox.FaultCallbackShuffled, sandbox.ShufflePendingLast), []string{"callback.order"}},
		{on(sandbox.FaultCallbackLost, ""), []string{"paid.callback", "callback"}},
		{way(sandbox.FaultCallbackForged, sandbox.ForgeForeignKey), []string{"callback.genuine"}},
		{way(sandbox.FaultCallbackForged, sandbox.ForgeTampered), []string{"callback.genuine"}},
		{way(sandbox.FaultCallbackWrongAmount, sandbox.AmountPlus), []string{"callback.amount"}},
		{way(sandbox.FaultCallbackWrongAmount, sandbox.AmountZero), []string{"callback.amount"}},
		{way(sandbox.FaultCallbackJavaAmount, sandbox.JavaBigDecimal), []string{"callback.amount_form"}},
		{on(sandbox.FaultCallbackEarly, ""), []string{"callback.early"}},
		{on(sandbox.FaultUnderpaid, ""), []string{"paid.amount"}},
		{on(sandbox.FaultOverpaid, ""), []string{"paid.amount"}},
		{on(sandbox.FaultOtherCoin, ""), []string{"paid.amount", "statement.amount"}},
		{on(sandbox.FaultHexOrderNum, ""), []string{}}, // no fault of an exchange: numbers are texts
		// The payer pays at once, so that the order is neither pending nor cancelled.
		{on(sandbox.FaultCallbackEarlyPaid, ""), []string{"order", "cancel", "callback.early"}},
	}
	for _, kind := range []sandbox.FaultKind{
		sandbox.FaultAnswerLost, sandbox.FaultUnreachable, sandbox.FaultServerError, sandbox.FaultHTML, sandbox.FaultEmpty, sandbox.FaultTruncated,
	} {
		list = append(list, mutation{on(kind, detail), []string{"answers"}}, mutation{on(kind, create), []string{"create"}}, mutation{on(kind, statement), []string{"statement"}})
		if kind != sandbox.FaultServerError && kind != sandbox.FaultHTML && kind != sandbox.FaultUnreachable {
			continue
		}
		list = append(list, mutation{on(kind, cancel), []string{"cancel"}})
	}
	return list
}

// Each fault of the sandbox turns exactly its checks red.
func TestRun_EachFaultTurnsItsChecksRed(t *testing.T) {
	t.Parallel()
	seen := map[sandbox.FaultKind]bool{}
	for _, m := range mutations() {
		seen[m.fault.Kind] = true
		t.Run(strings.Join([]string{string(m.fault.Kind), m.fault.Call, m.fault.Way}, " "), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, opay.Profile{})
			require.NoError(t, b.box.SetFaults(sandbox.Faults{m.fault}))
			report, err := conform.Run(t.Context(), b.config)
			require.NoError(t, err)
			assert.Equal(t, m.red, failed(report), "%+v", report.Results)
			must := false
			for _, id := range m.red {
				must = must || result(t, report, id).Level == conform.Must
			}
			assert.Equal(t, !must, report.Conforms())
		})
	}
	for _, kind := range faultKinds(t) {
		assert.True(t, seen[kind], "no check notices %s", kind)
	}
}

// With md5 signing nobody can tell who has signed an answer: the suite sees neither fault, and the README of the shop warns of it.
func TestRun_WithMD5AnswersAreNotAuthenticated(t *testing.T) {
	t.Parallel()
	for _, kind := range []sandbox.FaultKind{sandbox.FaultUnsigned, sandbox.FaultWrongSignature} {
		b := newBench(t, opay.Profile{Signing: opay.SigningMD5})
		require.NoError(t, b.box.SetFaults(sandbox.Faults{{Kind: kind}}))
		assert.Empty(t, failed(b.run(t)))
	}
}

// faultKinds reads the kinds of faults from the source of package sandbox.
func faultKinds(t *testing.T) []sandbox.FaultKind {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../sandbox/faults.go", nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	var kinds []sandbox.FaultKind
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == "FaultKind" {
			value, ok := spec.Values[0].(*ast.BasicLit)
			require.True(t, ok)
			kinds = append(kinds, sandbox.FaultKind(strings.Trim(value.Value, `"`)))
		}
		return true
	})
	require.Greater(t, len(kinds), 25)
	return kinds
}

func TestRun_RefusesWhatCannotBegin(t *testing.T) {
	b := newBench(t, opay.Profile{})
	b.config.Payer = ""
	_, err := conform.Run(t.Context(), b.config)
	require.ErrorIs(t, err, conform.ErrConfig)
	b = newBench(t, opay.Profile{})
	b.config.BaseURL = "http://exchange.example"
	_, err = conform.Run(t.Context(), b.config)
	require.ErrorIs(t, err, conform.ErrConfig)
}

func TestReport_JSONAndMarkdown(t *testing.T) {
	b := newBench(t, opay.Profile{})
	require.NoError(t, b.box.SetFaults(sandbox.Faults{{Kind: sandbox.FaultStatementAmount}}))
	report := b.run(t)
	text, err := report.JSON()
	require.NoError(t, err)
	var read struct {
		Conforms bool
		Results  []conform.Result
		Profile  json.RawMessage
	}
	require.NoError(t, json.Unmarshal(text, &read))
	assert.False(t, read.Conforms)
	assert.Equal(t, report.Results, read.Results)
	_, err = opay.ParseProfile(read.Profile)
	require.NoError(t, err)
	page := report.Markdown()
	assert.Contains(t, page, "does not conform")
	assert.Contains(t, page, "| `statement.amount` | MUST | fail |")
	assert.Contains(t, page, "```json\n"+string(report.Profile.Encode())+"\n```")
	for _, one := range report.Results {
		assert.Contains(t, page, "`"+one.ID+"`")
	}
}
