package browsertest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// CheckAddresses renders every page of a gallery, in a context for a shop below a path, and reports the addresses that lead outside: see
// Outside.
func CheckAddresses(ctx context.Context, t *testing.T, prefix string, gallery Gallery) {
	t.Helper()
	for _, tag := range Tags() {
		for _, s := range gallery(tag) {
			var page strings.Builder
			require.NoError(t, s.Page.Render(ctx, &page))
			inside, outside := Outside(t, page.String(), prefix)
			assert.Positive(t, inside, "%s in %s: the search itself must work", s.Name, tag)
			assert.Empty(t, outside, "%s in %s", s.Name, tag)
		}
	}
}

// noAddress are the attributes whose value may begin with a slash and is no address: what people typed or read, and what forms send back.
func noAddress() []string {
	return []string{"value", "content", "placeholder", "title", "alt", "aria-label"}
}

// Outside returns the attributes of a page that hold an address on this host outside of the prefix, such as `a href="/cart"`, and counts those
// inside. Whatever begins with a slash counts as an address, whichever attribute holds it.
func Outside(t *testing.T, page, prefix string) (inside int, outside []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			if n.Type != html.ElementNode || slices.Contains(noAddress(), a.Key) {
				continue
			}
			addresses := []string{a.Val}
			if a.Key == "srcset" {
				addresses = strings.Split(a.Val, ",")
			}
			for _, address := range addresses {
				address = strings.TrimSpace(address)
				switch {
				case !strings.HasPrefix(address, "/"):
				case strings.HasPrefix(address, prefix+"/"):
					inside++
				default:
					outside = append(outside, n.Data+" "+a.Key+`="`+address+`"`)
				}
			}
		}
	}
	return inside, outside
}
