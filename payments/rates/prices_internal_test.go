package rates

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func at(t time.Time) models.Clock { return func() time.Time { return t } }

func TestPrices_RefuseAddressesThatAreNotTheirs(t *testing.T) {
	for address, want := range map[string]struct{ shop, demo bool }{
		"https://prices.example/t?s={symbol}":                             {true, true},
		"https://8.8.8.8/t?s={symbol}":                                    {true, true},
		"{platform}/sapi/v1/ticker?symbol={symbol}":                       {true, true},
		"http://127.0.0.1:8081/other?symbol={symbol}":                     {true, true}, // the platform itself, written out
		"http://127.0.0.1:9/t?s={symbol}":                                 {false, true},
		"http://localhost:9/t?s={symbol}":                                 {false, true},
		"http://[::1]:9/t?s={symbol}":                                     {false, true},
		"https://127.0.0.1:9/t?s={symbol}":                                {false, true},
		"http://prices.example/t?s={symbol}":                              {false, false},
		"https://10.0.0.1/t?s={symbol}":                                   {false, false},
		"https://[fd00::1]/t?s={symbol}":                                  {false, false},
		"https://169.254.169.254/latest/meta-data{symbol}":                {false, false},
		"http://169.254.169.254/latest/{symbol}":                          {false, false},
		"https://user:pass@prices.example/{symbol}":                       {false, false},
		"https://prices.example/{symbol}#x":                               {false, false},
		"file:///etc/passwd{symbol}":                                      {false, false},
		"gopher://127.0.0.1:8081/{symbol}":                                {false, false},
		"https:///{symbol}":                                               {false, false},
		"//prices.example/{symbol}":                                       {false, false},
		"{symbol}":                                                        {false, false},
		"{platform}.evil.example/{symbol}":                                {false, false},
		"{platform}@evil.example/{symbol}":                                {false, false},
		"https://prices.example/without":                                  {false, false},
		"https://prices.example/" + strings.Repeat("x", 500) + "{symbol}": {false, false},
	} {
		for name, c := range map[string]struct {
			loopback, want bool
		}{"shop": {false, want.shop}, "demonstration": {true, want.demo}} {
			s := &Service{prices: newPrices("http://127.0.0.1:8081", c.loopback, time.Second, at(noon))}
			assert.Equal(t, c.want, s.CheckPriceURL(models.PriceSource{URL: address}), "%s: %s", name, address)
		}
	}
}

// A name that resolves to an internal address is refused when connecting, whatever was checked before.
func TestPrices_RefuseNamesThatLeadInside(t *testing.T) {
	asked := false
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(inside.Close)
	p := newPrices("https://exchange.example", false, time.Second, at(noon))
	_, port, _ := strings.Cut(strings.TrimPrefix(inside.URL, "https://"), ":")
	u, err := url.Parse("https://localhost:" + port + "/")
	require.NoError(t, err)
	_, _, problem := p.fetch(t.Context(), p.public, u)
	assert.Equal(t, models.FetchAddress, problem)
	assert.False(t, asked)
}

func TestPrices_FollowRedirectsOnTheSameHostOnly(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"last":"1"}`)) }))
	t.Cleanup(other.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/here", http.StatusFound)
		case "/away":
			http.Redirect(w, r, other.URL, http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		default:
			_, _ = w.Write([]byte(`{"last":"97250"}`))
		}
	}))
	t.Cleanup(server.Close)
	p := newPrices("https://exchange.example", true, time.Second, at(noon))
	for path, want := range map[string]models.FetchProblem{"/moved": "", "/here": "", "/away": models.FetchRedirected, "/round": models.FetchRedirected} {
		r := p.read(t.Context(), models.PriceSource{URL: server.URL + path + "?s={symbol}", Path: "/last"}, "btcusdt")
		assert.Equal(t, want, r.Problem, path)
	}
}

func TestPointer(t *testing.T) {
	for text, want := range map[string][]string{
		"/last": {"last"}, "/data/0/last": {"data", "0", "last"}, "/a~1b/m~0n": {"a/b", "m~n"}, "/": {""}, "/~01": {"~1"},
	} {
		got, err := pointer(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "last", "$.last", "/a~2", "/a~", strings.Repeat("/x", maxPointerParts+1)} {
		assert.False(t, IsPricePath(text), text)
	}
}

func TestReadPrice_Table(t *testing.T) {
	source := func(path, timePath string) models.PriceSource {
		return models.PriceSource{Path: path, TimePath: timePath}
	}
	const ms = "1795348800000" // noon
	for _, c := range []struct {
		name, body string
		source     models.PriceSource
		rate       string
		at         time.Time
		problem    models.FetchProblem
	}{
		{"text", `{"last":"97250.10"}`, source("/last", ""), "97250.1", noon, ""},
		{"number", `{"last":97250.123456789012345678}`, source("/last", ""), "97250.123456789012345678", noon, ""},
		{"deep", `{"data":[{"t":{"a/b":"3"}}]}`, source("/data/0/t/a~1b", ""), "3", noon, ""},
		{"list", `["1","2"]`, source("/1", ""), "2", noon, ""},
		{"with its time", `{"last":"1","time":` + ms + `}`, source("/last", "/time"), "1", noon, ""},
		{"time as text, seconds", `{"last":"1","time":"1795348740"}`, source("/last", "/time"), "1", noon.Add(-time.Minute), ""},
		{"a clock that is a little ahead", `{"last":"1","time":1795348830000}`, source("/last", "/time"), "1", noon, ""},
		{"the future", `{"last":"1","time":1795352400000}`, source("/last", "/time"), "1", noon, models.FetchBadTime},
		{"no time", `{"last":"1"}`, source("/last", "/time"), "1", noon, models.FetchBadTime},
		{"odd time", `{"last":"1","time":"noon"}`, source("/last", "/time"), "1", noon, models.FetchBadTime},
		{"time with a fraction", `{"last":"1","time":1795348800.5}`, source("/last", "/time"), "1", noon, models.FetchBadTime},
		{"HTML", `<!doctype html><p>97250`, source("/last", ""), "0", noon, models.FetchNotJSON},
		{"nothing", ``, source("/last", ""), "0", noon, models.FetchNotJSON},
		{"half", `{"last":"97250"`, source("/last", ""), "0", noon, models.FetchNotJSON},
		{"two documents", `{"last":"97250"}{"last":"1"}`, source("/last", ""), "0", noon, models.FetchNotJSON},
		{"elsewhere", `{"price":"97250"}`, source("/last", ""), "0", noon, models.FetchNoPrice},
		{"null", `{"last":null}`, source("/last", ""), "0", noon, models.FetchNoPrice},
		{"an object", `{"last":{}}`, source("/last", ""), "0", noon, models.FetchNoPrice},
		{"true", `{"last":true}`, source("/last", ""), "0", noon, models.FetchNoPrice},
		{"beyond the list", `[1]`, source("/1", ""), "0", noon, models.FetchNoPrice},
		{"no index", `[1]`, source("/00", ""), "0", noon, models.FetchNoPrice},
		{"negative", `{"last":"-97250"}`, source("/last", ""), "0", noon, models.FetchNotPositive},
		{"negative number", `{"last":-1}`, source("/last", ""), "0", noon, models.FetchNotPositive},
		{"zero", `{"last":"0.00"}`, source("/last", ""), "0", noon, models.FetchNotPositive},
		{"exponent", `{"last":9.725e4}`, source("/last", ""), "97250", noon, ""},
		{"small, as Java prints it", `{"last":"9.5E-6"}`, source("/last", ""), "0.0000095", noon, ""},
		{"too small for its column", `{"last":1E-19}`, source("/last", ""), "0", noon, models.FetchNotDecimal},
		{"absurd exponent", `{"last":1E999999999}`, source("/last", ""), "0", noon, models.FetchNotDecimal},
		{"negative exponent number", `{"last":-1E2}`, source("/last", ""), "0", noon, models.FetchNotPositive},
		{"grouped", `{"last":"97,250"}`, source("/last", ""), "0", noon, models.FetchNotDecimal},
		{"19 digits", `{"last":"0.1234567890123456789"}`, source("/last", ""), "0", noon, models.FetchNotDecimal},
		{"NaN", `{"last":"NaN"}`, source("/last", ""), "0", noon, models.FetchNotDecimal},
		{"empty", `{"last":""}`, source("/last", ""), "0", noon, models.FetchNotDecimal},
		{"a path that is none", `{"last":"1"}`, source("last", ""), "0", noon, models.FetchNoPrice},
	} {
		got := readPrice([]byte(c.body), c.source, noon)
		assert.Equal(t, c.problem, got.Problem, c.name)
		assert.Equal(t, c.rate, got.Rate.String(), c.name)
		assert.Equal(t, c.at, got.At, c.name)
	}
}

func FuzzReadPrice(f *testing.F) {
	for _, body := range []string{`{"last":"97250","time":1795348800000}`, `[[["1"]]]`, `{"last":1e5}`, `{"a":{"b":[1,2]}}`, "\xff"} {
		f.Add([]byte(body), "/last", "/time")
		f.Add([]byte(body), "/0/0/0", "")
	}
	f.Fuzz(func(t *testing.T, body []byte, path, timePath string) {
		got := readPrice(body, models.PriceSource{Path: path, TimePath: timePath}, noon)
		if got.Problem == models.FetchGood && (!got.Rate.IsPositive() || got.At.After(noon)) {
			t.Fatalf("%s at %s", got.Rate, got.At)
		}
		if got.Problem == models.FetchGood && !IsPricePath(path) {
			t.Fatal("a price from nowhere")
		}
		if text, cut := beginning(body); len(text) > 4*shownBytes || cut != (len(body) > shownBytes) || bytes.Contains([]byte(text), []byte{0xff}) {
			t.Fatal("what is shown is no text")
		}
	})
}
