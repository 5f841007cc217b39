package models

import "net/netip"

// Network returns the part of a client's address that limits are counted by: the address, or for IPv6 the /64 network, because one client
// has many addresses there. "unknown" for what is no address.
func Network(remote string) string {
	ip, err := netip.ParseAddr(remote)
	if err != nil {
		return "unknown"
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		const bits = 64
		return netip.PrefixFrom(ip, bits).Masked().String()
	}
	return ip.String()
}
