package models

import (
	"net/url"
	"strings"
)

// Origin returns the origin of an address, such as https://shop.example.org or https://shop.example.org:8443: scheme and host in lower case, and
// the port unless it is the scheme's own.
func Origin(u *url.URL) string {
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	own := scheme == "https" && u.Port() == "443" || scheme == "http" && u.Port() == "80"
	if u.Port() != "" && !own {
		host += ":" + u.Port()
	}
	return scheme + "://" + host
}
