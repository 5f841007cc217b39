package web_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/templates"
)

// browser is one visitor: it keeps cookies and does not follow redirects by itself.
type browser struct {
	s      *shop
	client *http.Client
	header http.Header // sent with every request
}

func (s *shop) browser() *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(s.t, err)
	wire := &http.Transport{DisableCompression: true}
	s.t.Cleanup(wire.CloseIdleConnections)
	return &browser{s: s, header: http.Header{"Accept-Language": {"en"}}, client: &http.Client{
		Jar:           jar,
		Transport:     wire,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       30 * time.Second,
	}}
}

// page is an answer.
type page struct {
	t      *testing.T
	base   string // path of the shop's address
	status int
	header http.Header
	body   string
}

func (b *browser) do(method, path string, body io.Reader, header http.Header) page {
	b.s.t.Helper()
	address := path
	if strings.HasPrefix(path, "/") {
		address = b.s.url + path
	}
	r, err := http.NewRequestWithContext(b.s.t.Context(), method, address, body)
	require.NoError(b.s.t, err)
	for _, h := range []http.Header{b.header, header} {
		maps.Copy(r.Header, h)
	}
	answer, err := b.client.Do(r)
	require.NoError(b.s.t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(b.s.t, err)
	require.NoError(b.s.t, answer.Body.Close())
	return page{t: b.s.t, base: b.s.path(), status: answer.StatusCode, header: answer.Header, body: string(text)}
}

func (b *browser) get(path string) page {
	b.s.t.Helper()
	return b.do(http.MethodGet, path, nil, nil)
}

// fragment asks as the page's script does.
func (b *browser) fragment(path string) page {
	b.s.t.Helper()
	return b.do(http.MethodGet, path, nil, http.Header{"Hx-Request": {"true"}})
}

func (b *browser) post(path string, fields ...string) page {
	b.s.t.Helper()
	return b.send(path, nil, fields...)
}

func (b *browser) send(path string, header http.Header, fields ...string) page {
	b.s.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	all := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Sec-Fetch-Site": {"same-origin"}}
	maps.Copy(all, header)
	return b.do(http.MethodPost, path, strings.NewReader(form.Encode()), all)
}

// session is the value of the session's cookie.
func (b *browser) session() string {
	b.s.t.Helper()
	u, err := url.Parse(b.s.url)
	require.NoError(b.s.t, err)
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == "coincart-session" {
			return c.Value
		}
	}
	return ""
}

// buy puts blue mugs into the cart.
func (b *browser) buy(quantity string) {
	b.s.t.Helper()
	b.post("/cart/items", "variant", b.s.blue().ID, "quantity", quantity).redirects("/cart")
}

// form is the checkout's form as the page gives it, with what a shopper types.
func (b *browser) form(change ...string) []string {
	b.s.t.Helper()
	shown := b.get("/checkout").is(http.StatusOK)
	fields := []string{
		"form_token", shown.value("form_token"), "seen", shown.value("seen"), "quotes", shown.value("quotes"), "email", "ann@example.com", "name", "Ann Lee",
		"coin", "USDT", "payer_uid", alice,
	}
	return append(fields, change...)
}

// place orders so many mugs and returns the pay page's address with the order.
func (b *browser) place(quantity string) (payURL string, order models.Order) {
	b.s.t.Helper()
	b.buy(quantity)
	form := b.form()
	answer := b.post("/checkout", form...).is(http.StatusSeeOther)
	payURL = answer.header.Get("Location")
	require.True(b.s.t, strings.HasPrefix(payURL, b.s.exchange+"/platform/pay.html?"), payURL)
	order, err := b.s.db.OrderByFormToken(b.s.t.Context(), form[1])
	require.NoError(b.s.t, err)
	return payURL, order
}

func (p page) is(status int) page {
	p.t.Helper()
	require.Equal(p.t, status, p.status, p.excerpt())
	return p
}

func (p page) redirects(to string) page {
	p.t.Helper()
	p.is(http.StatusSeeOther)
	require.Equal(p.t, templates.Under(p.base, to), p.header.Get("Location"))
	return p
}

// has insists that the page's text holds all of these.
func (p page) has(texts ...string) page {
	p.t.Helper()
	for _, text := range texts {
		require.True(p.t, strings.Contains(p.body, text), "%q is missing in: %s", text, p.excerpt())
	}
	return p
}

func (p page) lacks(texts ...string) page {
	p.t.Helper()
	for _, text := range texts {
		require.False(p.t, strings.Contains(p.body, text), "%q is in: %s", text, p.excerpt())
	}
	return p
}

// excerpt is the words of the page's main part.
func (p page) excerpt() string {
	root, err := html.Parse(strings.NewReader(p.body))
	if err != nil {
		return p.body
	}
	var words strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && within(n, "main") {
			words.WriteString(strings.TrimSpace(n.Data) + " ")
		}
	}
	const most = 1500
	text := words.String()
	return text[:min(len(text), most)]
}

func within(n *html.Node, element string) bool {
	for a := n.Parent; a != nil; a = a.Parent {
		if a.Data == element {
			return true
		}
	}
	return false
}

// nodes visits every element of the page.
func (p page) nodes(visit func(*html.Node)) {
	p.t.Helper()
	root, err := html.Parse(strings.NewReader(p.body))
	require.NoError(p.t, err)
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			visit(n)
		}
	}
}

// value is what a field of the page's forms holds.
func (p page) value(name string) string {
	p.t.Helper()
	value, found := "", false
	p.nodes(func(n *html.Node) {
		if n.Data == "input" && attribute(n, "name") == name && !found {
			value, found = attribute(n, "value"), true
		}
	})
	require.True(p.t, found, "no field %s in %s", name, p.excerpt())
	return value
}

// chosen is the value of the radio button that is on.
func (p page) chosen(name string) string {
	p.t.Helper()
	value := ""
	p.nodes(func(n *html.Node) {
		if n.Data == "input" && attribute(n, "name") == name && hasAttribute(n, "checked") {
			value = attribute(n, "value")
		}
		if n.Data == "option" && hasAttribute(n, "selected") && attribute(n.Parent, "name") == name {
			value = attribute(n, "value")
		}
	})
	return value
}

// invalid reports that a field is marked as refused.
func (p page) invalid(name string) bool {
	p.t.Helper()
	bad := false
	p.nodes(func(n *html.Node) {
		if attribute(n, "name") == name && attribute(n, "aria-invalid") == "true" {
			bad = true
		}
	})
	return bad
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttribute(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}
