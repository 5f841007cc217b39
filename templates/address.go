package templates

import (
	"context"
	"strings"
)

// prefixKey is the key of the prefix in a context.
type prefixKey struct{}

// Mounted returns a context for the pages of a shop below a path of its host, such as "/shop"; "" means the root.
func Mounted(ctx context.Context, prefix string) context.Context {
	return context.WithValue(ctx, prefixKey{}, prefix)
}

// At returns an address as a page must write it. Every attribute that holds an address goes through it: the templates say "/cart", and the
// page of a shop below /shop says "/shop/cart". Other addresses are returned unchanged; see Under.
func At[T ~string](ctx context.Context, address T) T {
	prefix, _ := ctx.Value(prefixKey{}).(string)
	return T(Under(prefix, string(address)))
}

// Under returns an address of the shop, which begins with a slash, below a prefix. Every other address is returned unchanged: one of
// another host, a mailto: address, a query or a fragment alone, and "".
func Under(prefix, address string) string {
	if !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") {
		return address
	}
	return prefix + address
}
