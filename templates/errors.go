package templates

// ErrorView is a page that says what went wrong and where to go from here. Build it with NewError.
type ErrorView struct {
	Page      Page
	Status    int // the HTTP status, shown small
	Heading   string
	Message   string
	RequestID string // shown so that a shopper can quote it; "" hides it
	Links     []Link // ways on; the first is the button
}

// ErrorKind is what went wrong, as far as a shopper is concerned.
type ErrorKind int

// The kinds of error pages, with the status that each is meant for.
const (
	ErrorNotFound     ErrorKind = iota // 404, any page
	ErrorNoProduct                     // 404, a product that is not or no longer sold
	ErrorNoCategory                    // 404
	ErrorNoOrder                       // 404, a wrong or shortened order address
	ErrorBadRequest                    // 400, the request makes no sense
	ErrorForbidden                     // 403, refused, such as a form sent from another site
	ErrorMethod                        // 405, an address that takes forms was opened, or the other way round
	ErrorGone                          // 410, a link that worked once and is used up
	ErrorTooLarge                      // 413
	ErrorMediaType                     // 415, a body that is no form
	ErrorTooMany                       // 429
	ErrorInternal                      // 500
	ErrorUnavailable                   // 503, the shop itself cannot work now
	ErrorPlatformDown                  // 503, the exchange cannot be reached, the shop is open
)

// NewError builds the error page's view with its words and ways on. status is what the response carries.
func NewError(page Page, kind ErrorKind, status int, requestID string) ErrorView {
	p := page.Printer
	heading, message := kind.words(page)
	v := ErrorView{Page: page, Status: status, Heading: heading, Message: message, RequestID: requestID}
	home := Link{Text: p.T("error.link.home"), URL: "/"}
	cart := Link{Text: p.T("error.link.cart"), URL: "/cart"}
	switch kind {
	case ErrorTooMany, ErrorInternal, ErrorUnavailable, ErrorPlatformDown:
		again := page.Path
		if again == "" {
			again = "/"
		}
		v.Links = []Link{{Text: p.T("error.link.again"), URL: again}, home, cart}
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

func (k ErrorKind) words(page Page) (heading, message string) {
	p := page.Printer
	switch k {
	case ErrorNotFound:
		return p.T("error.not_found.title"), p.T("error.not_found.text")
	case ErrorNoProduct:
		return p.T("error.no_product.title"), p.T("error.no_product.text")
	case ErrorNoCategory:
		return p.T("error.no_category.title"), p.T("error.no_category.text")
	case ErrorNoOrder:
		return p.T("error.no_order.title"), p.T("error.no_order.text")
	case ErrorBadRequest:
		return p.T("error.bad_request.title"), p.T("error.bad_request.text")
	case ErrorForbidden:
		return p.T("error.forbidden.title"), p.T("error.forbidden.text")
	case ErrorMethod:
		return p.T("error.method.title"), p.T("error.method.text")
	case ErrorGone:
		return p.T("error.gone.title"), p.T("error.gone.text")
	case ErrorTooLarge:
		return p.T("error.too_large.title"), p.T("error.too_large.text")
	case ErrorMediaType:
		return p.T("error.media_type.title"), p.T("error.media_type.text")
	case ErrorTooMany:
		return p.T("error.too_many.title"), p.T("error.too_many.text")
	case ErrorInternal:
		return p.T("error.internal.title"), p.T("error.internal.text")
	case ErrorUnavailable:
		return p.T("error.unavailable.title"), p.T("error.unavailable.text")
	case ErrorPlatformDown:
		return p.T("error.platform_down.title"), p.T("error.platform_down.text")
	}
	return p.T("error.internal.title"), p.T("error.internal.text")
}
