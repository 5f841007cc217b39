package shop

import (
	"net/url"
	"strconv"
)

// Pager links the pages of a list. Build it with NewPager; the zero value shows nothing.
type Pager struct {
	Links    []PageLink
	Previous string // "" on the first page
	Next     string // "" on the last page
}

// PageLink is one page of a list, or a gap between two.
type PageLink struct {
	Number  int
	URL     string
	Current bool
	Gap     bool // "…", no link
}

// NewPager returns links to the pages around page n of count (both counted from 1) of the list at path. query is the rest of the address,
// such as the sort; its "page" is replaced. The first page has no "page", so that it has one address only.
func NewPager(path string, query url.Values, n, count int) Pager {
	if count < 2 {
		return Pager{}
	}
	n = min(max(n, 1), count)
	address := func(page int) string {
		q := url.Values{}
		for name, values := range query {
			if name != "page" && len(values) > 0 && values[0] != "" {
				q.Set(name, values[0])
			}
		}
		if page > 1 {
			q.Set("page", strconv.Itoa(page))
		}
		if len(q) == 0 {
			return path
		}
		return path + "?" + q.Encode()
	}
	var p Pager
	if n > 1 {
		p.Previous = address(n - 1)
	}
	if n < count {
		p.Next = address(n + 1)
	}
	last := 0
	for page := 1; page <= count; page++ {
		if page != 1 && page != count && (page < n-1 || page > n+1) {
			continue
		}
		if page > last+1 {
			p.Links = append(p.Links, PageLink{Gap: true})
		}
		p.Links = append(p.Links, PageLink{Number: page, URL: address(page), Current: page == n})
		last = page
	}
	return p
}
