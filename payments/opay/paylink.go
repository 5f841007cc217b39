package opay

import (
	"fmt"
	"net/url"
	"strings"
)

// maxPayLink is the maximum length of a pay link, in bytes.
const maxPayLink = 1000

// payParameters are the parameters of the pay page that [Client.PayURL] sets.
var payParameters = []string{"appKey", "orderNum", "openId", "userId", "token"}

// payLink returns the path and the query of the pay address that the answer of
// createThirdOrder has, without the payParameters, some of which are secret.
// problem says why an address is not used, and is empty if there is none.
func (c *Client) payLink(o Object, orderNum string) (link, problem string) {
	if c.profile.PayLink != PayLinkAnswer {
		return "", ""
	}
	text, _ := o.Text("payUrl")
	if text == "" {
		text, _ = o.Text("h5Url")
	}
	if text == "" {
		return "", ""
	}
	u, err := c.base.Parse(text)
	if err != nil || !isToken(text, 4*maxPayLink) || strings.Contains(text, `\`) {
		return "", "the pay address of the answer is not an address"
	}
	if !sameOrigin(u, c.base) {
		return "", "the pay address of the answer is not on the platform's origin"
	}
	query, err := url.ParseQuery(u.RawQuery)
	switch {
	case err != nil || u.Fragment != "":
		return "", "the pay address of the answer has a fragment or a query that cannot be read"
	case query.Has("orderNum") && query.Get("orderNum") != orderNum:
		return "", "the pay address of the answer is for another order"
	}
	for _, name := range payParameters {
		query.Del(name)
	}
	link = u.EscapedPath()
	if len(query) > 0 {
		link += "?" + query.Encode()
	}
	if _, _, ok := splitPayLink(link); !ok {
		return "", "the pay address of the answer has an unusual path"
	}
	return link, ""
}

// splitPayLink splits a pay link into path and query.
func splitPayLink(link string) (path string, query url.Values, ok bool) {
	path, text, _ := strings.Cut(link, "?")
	query, err := url.ParseQuery(text)
	return path, query, err == nil && len(link) <= maxPayLink && isPath(path)
}

// sameOrigin reports whether an address has the scheme, host and port of base, and
// no user.
func sameOrigin(u, base *url.URL) bool {
	return u.User == nil && u.Opaque == "" && u.Scheme == base.Scheme && strings.EqualFold(u.Hostname(), base.Hostname()) && port(u) == port(base)
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// payAddress returns the pay page of the platform or, if the profile wants it, that
// of a pay link, with its query.
func (c *Client) payAddress(link string) (address string, query url.Values, err error) {
	if link == "" || c.profile.PayLink != PayLinkAnswer {
		return c.url(c.profile.Paths.Pay), url.Values{}, nil
	}
	path, query, ok := splitPayLink(link)
	if !ok {
		return "", nil, fmt.Errorf("%w: PayLink is malformed", ErrInvalidRequest)
	}
	return c.base.Scheme + "://" + c.base.Host + path, query, nil
}
