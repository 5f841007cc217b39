package models

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// BaseURL is the shop's public address. Inside the program every address begins at the shop: "/cart". The path is added where an address
// leaves the program, and taken off where a request comes in.
type BaseURL struct {
	Origin string // scheme and host, such as "https://example.org"
	Path   string // "" at the root of the host, else such as "/shop", without a slash at the end
}

// String returns the whole address without a slash at the end, such as "https://example.org/shop".
func (b BaseURL) String() string { return b.Origin + b.Path }

// Secure reports whether the shop is under https.
func (b BaseURL) Secure() bool { return strings.HasPrefix(b.Origin, "https:") }

// Host returns the host, with its port where it has one.
func (b BaseURL) Host() string {
	_, host, _ := strings.Cut(b.Origin, "://")
	return host
}

// Hostname returns the host without its port.
func (b BaseURL) Hostname() string {
	u, err := url.Parse(b.Origin)
	if err != nil { // it was parsed before
		return ""
	}
	return u.Hostname()
}

// IsLoopback reports whether host is this machine.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// ErrBaseURL is what ParseBaseURL says of anything else. It does not repeat the text: people paste addresses with passwords.
var ErrBaseURL = errors.New("not an http(s) address of a host and a plain path, such as https://example.org/shop")

// ParseBaseURL parses the shop's public address: http or https, a host, and maybe a path of letters, digits and "-._~". Slashes at the end are
// dropped. A user, a query, a fragment, and a path with empty, "." or ".." segments or escapes are refused with ErrBaseURL, because cookies,
// routers and proxies do not agree on what they mean.
func ParseBaseURL(text string) (BaseURL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || strings.ContainsAny(u.Host, "; ,'") || u.User != nil || u.RawQuery != "" || u.ForceQuery ||
		u.Fragment != "" || (u.Scheme != "http" && u.Scheme != "https") {
		return BaseURL{}, ErrBaseURL
	}
	base := BaseURL{Origin: u.Scheme + "://" + u.Host, Path: strings.TrimRight(u.EscapedPath(), "/")}
	if base.Path == "" {
		return base, nil
	}
	for segment := range strings.SplitSeq(base.Path[1:], "/") {
		if segment == "" || segment == "." || segment == ".." || strings.Trim(segment, unreserved) != "" {
			return BaseURL{}, ErrBaseURL
		}
	}
	return base, nil
}

// unreserved are the characters that mean the same in every part of an address (RFC 3986 §2.3).
const unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
