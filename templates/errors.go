package templates

import "cmp"

// ErrorView is a page about an error, with links to where to go from here. Build it with NewError.
type ErrorView struct {
	Page      Page
	Status    int // the HTTP status, shown small
	Heading   string
	Message   string
	RequestID string // shown so that a shopper can quote it; "" hides it
	Links     []Link // ways on; the first is the button
}

// ErrorKind is the kind of an error as a shopper is told. Its words are the messages "error.page." + kind + ".title" and ".text".
type ErrorKind string

// The kinds of error pages, with the status that each is meant for.
const (
	ErrorNotFound     ErrorKind = "not_found"     // 404, any page
	ErrorNoProduct    ErrorKind = "no_product"    // 404, a product that is not or no longer sold
	ErrorNoCategory   ErrorKind = "no_category"   // 404
	ErrorNoOrder      ErrorKind = "no_order"      // 404, a wrong or shortened order address
	ErrorNoCheckout   ErrorKind = "no_checkout"   // 404, a wrong or shortened address of a payment
	ErrorBadRequest   ErrorKind = "bad_request"   // 400, the request makes no sense
	ErrorForbidden    ErrorKind = "forbidden"     // 403, refused, such as a form sent from another site
	ErrorMethod       ErrorKind = "method"        // 405, an address that takes forms was opened, or the other way round
	ErrorGone         ErrorKind = "gone"          // 410, a link that worked once and is used up
	ErrorTooLarge     ErrorKind = "too_large"     // 413
	ErrorMediaType    ErrorKind = "media_type"    // 415, a body that is no form
	ErrorTooMany      ErrorKind = "too_many"      // 429
	ErrorInternal     ErrorKind = "internal"      // 500
	ErrorUnavailable  ErrorKind = "unavailable"   // 503, the shop itself cannot work now
	ErrorPlatformDown ErrorKind = "platform_down" // 503, the exchange cannot be reached, the shop is open
)

// NewError returns the view of an error page with its words and links. status is the response's.
func NewError(page Page, kind ErrorKind, status int, requestID string) ErrorView {
	p := page.Printer
	words := "error.page." + string(kind)
	v := ErrorView{Page: page, Status: status, Heading: p.T(words + ".title"), Message: p.T(words + ".text"), RequestID: requestID}
	home := Link{Text: p.T("error.link.home"), URL: "/"}
	cart := Link{Text: p.T("error.link.cart"), URL: "/cart"}
	if page.NoGoods { // there is nothing else here
		if (kind == ErrorTooMany || kind == ErrorInternal || kind == ErrorUnavailable || kind == ErrorPlatformDown) && page.Path != "" {
			v.Links = []Link{{Text: p.T("error.link.again"), URL: page.Path}}
		}
		return v
	}
	switch kind {
	case ErrorTooMany, ErrorInternal, ErrorUnavailable, ErrorPlatformDown:
		v.Links = []Link{{Text: p.T("error.link.again"), URL: cmp.Or(page.Path, "/")}, home, cart}
	case ErrorNoCheckout:
		v.Links = []Link{home}
	case ErrorForbidden, ErrorMethod, ErrorBadRequest, ErrorGone, ErrorTooLarge, ErrorMediaType:
		v.Links = []Link{home, cart}
	case ErrorNotFound, ErrorNoProduct, ErrorNoCategory, ErrorNoOrder:
		v.Links = []Link{home}
		for _, c := range page.Categories {
			v.Links = append(v.Links, Link{Text: c.Name, URL: "/categories/" + c.Slug})
		}
	}
	return v
}
