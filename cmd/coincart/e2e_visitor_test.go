package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// visitor is a browser without scripts: it follows links and redirects, keeps cookies and sends forms as they stand on the page.
type visitor struct {
	t      testing.TB
	client *http.Client
	lang   string
	from   string   // sent as X-Forwarded-For where it is set
	hops   []string // every address that a redirect led to
}

func newVisitor(tb testing.TB, lang string) *visitor {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(tb, err)
	v := &visitor{t: tb, lang: lang}
	v.client = &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		v.hops = append(v.hops, r.URL.String())
		return nil
	}}
	return v
}

// webPage is what the visitor sees.
type webPage struct {
	visitor *visitor
	address *url.URL
	status  int
	text    string // the HTML
	root    *html.Node
}

func (v *visitor) get(address string) *webPage {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, address, nil)
	require.NoError(v.t, err)
	return v.do(request)
}

func (v *visitor) do(request *http.Request) *webPage {
	v.t.Helper()
	request.Header.Set("Accept-Language", v.lang)
	if v.from != "" {
		request.Header.Set("X-Forwarded-For", v.from)
	}
	response, err := v.client.Do(request)
	require.NoError(v.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(v.t, err)
	root, err := html.Parse(strings.NewReader(string(body)))
	require.NoError(v.t, err)
	return &webPage{visitor: v, address: response.Request.URL, status: response.StatusCode, text: string(body), root: root}
}

// follow follows the first link whose address ends like this.
func (p *webPage) follow(suffix string) *webPage {
	p.visitor.t.Helper()
	for n := range p.root.Descendants() {
		if href := attribute(n, "href"); n.Data == "a" && strings.HasSuffix(href, suffix) {
			target, err := p.address.Parse(href)
			require.NoError(p.visitor.t, err)
			return p.visitor.get(target.String())
		}
	}
	require.Fail(p.visitor.t, "no such link", "%s on %s (%d):\n%s", suffix, p.address, p.status, p.text)
	return nil
}

// submit sends the first form whose action ends like this, as a browser would: with what its fields hold, changed as given. A
// choice that is given must be on the page. A form is also found by the formaction of one of its buttons, which is then pressed.
func (p *webPage) submit(action string, changes map[string]string) *webPage {
	p.visitor.t.Helper()
	for n := range p.root.Descendants() {
		if n.Data != "form" {
			continue
		}
		values, address := fields(n), ""
		if strings.HasSuffix(attribute(n, "action"), action) {
			address = attribute(n, "action")
		}
		for button := range n.Descendants() {
			if own := attribute(button, "formaction"); address == "" && own != "" && strings.HasSuffix(own, action) {
				address = own
				values.Set(attribute(button, "name"), attribute(button, "value"))
			}
		}
		if address == "" {
			continue
		}
		for name, value := range changes {
			require.True(p.visitor.t, offers(n, name, value), "the form has no field %s=%s:\n%s", name, value, p.text)
			values.Set(name, value)
		}
		return p.send(address, values)
	}
	require.Fail(p.visitor.t, "no such form", "%s on %s (%d):\n%s", action, p.address, p.status, p.text)
	return nil
}

func (p *webPage) send(address string, values url.Values) *webPage {
	p.visitor.t.Helper()
	target, err := p.address.Parse(address)
	require.NoError(p.visitor.t, err)
	request, err := http.NewRequestWithContext(p.visitor.t.Context(), http.MethodPost, target.String(), strings.NewReader(values.Encode()))
	require.NoError(p.visitor.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.visitor.do(request)
}

// fields are what a form would send if nobody touched it.
func fields(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		if n.Data == "select" && attribute(n, "name") != "" && !has(n, "disabled") {
			values.Set(attribute(n, "name"), chosenOption(n))
		}
		if n.Data != "input" || attribute(n, "name") == "" || has(n, "disabled") {
			continue
		}
		switch attribute(n, "type") {
		case "radio", "checkbox":
			if has(n, "checked") {
				values.Add(attribute(n, "name"), attribute(n, "value"))
			}
		case "submit", "button":
		default:
			values.Add(attribute(n, "name"), attribute(n, "value"))
		}
	}
	return values
}

// chosenOption is the value of a list's chosen entry, the first one where none is.
func chosenOption(list *html.Node) string {
	value, first := "", true
	for n := range list.Descendants() {
		if n.Data != "option" {
			continue
		}
		if first || has(n, "selected") {
			value, first = attribute(n, "value"), false
		}
	}
	return value
}

// offers tells whether a form has a field that can hold the value.
func offers(form *html.Node, name, value string) bool {
	for n := range form.Descendants() {
		if attribute(n, "name") != name || has(n, "disabled") {
			continue
		}
		if n.Data == "select" {
			for o := range n.Descendants() {
				if o.Data == "option" && attribute(o, "value") == value {
					return true
				}
			}
			continue
		}
		fixed := n.Data == "button" || attribute(n, "type") == "radio" || attribute(n, "type") == "hidden"
		if !fixed || attribute(n, "value") == value {
			return true
		}
	}
	return false
}

// choices are the values of a form's radio buttons that can be chosen.
func (p *webPage) choices(name string) []string {
	var list []string
	for n := range p.root.Descendants() {
		if n.Data == "input" && attribute(n, "type") == "radio" && attribute(n, "name") == name && !has(n, "disabled") {
			list = append(list, attribute(n, "value"))
		}
	}
	return list
}

// shows tells whether the order's status has the class.
func (p *webPage) shows(class string) bool {
	for n := range p.root.Descendants() {
		if attribute(n, "id") == "order-status" && slices.Contains(strings.Fields(attribute(n, "class")), class) {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}
