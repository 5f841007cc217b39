package models

import "net/netip"

// Network returns the network that a client's address belongs to, for counting what clients do: an IPv4 address itself, and of an IPv6
// address the /64 network, because one client has many addresses. wide is the /48 network of an IPv6 address, which one customer of a
// provider may have as a whole, and "" for IPv4. An address that cannot be read is "unknown".
func Network(remote string) (narrow, wide string) {
	const client, customer = 64, 48
	ip, err := netip.ParseAddr(remote)
	if err != nil {
		return "unknown", ""
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String(), ""
	}
	return netip.PrefixFrom(ip, client).Masked().String(), netip.PrefixFrom(ip, customer).Masked().String()
}
