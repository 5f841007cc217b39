// Package fetch reaches public addresses only.
package fetch

import (
	"errors"
	"net/netip"
)

// Errors of asking.
var (
	// ErrPrivate says that an address is not a public one.
	ErrPrivate = errors.New("the address is not a public one")
	// ErrRedirected says that the answer leads to another host.
	ErrRedirected = errors.New("redirected to another host")
)

// reserved are networks that netip does not know to be something else than public (IANA's special-purpose registries, RFC 6890).
func reserved() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
		netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
		netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
		netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
		netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
		netip.MustParsePrefix("fec0::/10"),
	}
}

// Public reports that an address is a public one.
func Public(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.Zone() != "" {
		return false
	}
	for _, network := range reserved() {
		if network.Contains(ip) {
			return false
		}
	}
	return true
}
