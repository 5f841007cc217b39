package templates

import (
	"context"
	"strings"
)

// prefixKey is the key of a context's prefix.
type prefixKey struct{}

// Mounted returns a context for pages of a shop below a path of its host, such as "/shop"; "" is a shop at the root.
func Mounted(ctx context.Context, prefix string) context.Context {
	return context.WithValue(ctx, prefixKey{}, prefix)
}

// At returns an address as a page must write it. Every attribute that holds an address goes through it: the templates say "/cart", and the page of a
// shop below /shop says "/shop/cart". What does not begin at the shop stays as it is: see Under.
func At[T ~string](ctx context.Context, address T) T {
	prefix, _ := ctx.Value(prefixKey{}).(string)
	return T(Under(prefix, string(address)))
}

// Under puts an address of the shop's own, which begins with a slash, below a prefix. Every other one is left alone: that of another host, a
// mailto: one, a mere query or fragment, and none.
func Under(prefix, address string) string {
	if !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") {
		return address
	}
	return prefix + address
}
