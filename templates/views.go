// Package templates holds what every page shares: the frame around it, the error page, and the view structs that they take.
// The pages for shoppers are in templates/shop, the mails in templates/mail, the words in templates/i18n.
//
// A view is what a page shows and nothing more: text that is ready to be read (money and times are written by an i18n.Printer),
// booleans, counts and lists. Words of the page itself are not in the views, the components take them from the catalogue.
package templates

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/templates/i18n"
)

// Page is the frame around every page.
type Page struct {
	Printer        *i18n.Printer // the language of this visit; must be set
	ShopName       string
	Title          string // leave empty: each page component sets its own, see Titled
	Description    string // <meta name=description>; components set it where they know better
	Path           string // path and query of this page, where the language switch returns to; "/" after a POST that shows a page
	Query          string // value of the search field
	CartCount      int    // pieces in the cart
	Categories     []NavCategory
	NoIndex        bool   // search engines stay out; cart, checkout, order and error pages set it themselves
	RefreshSeconds int    // interval at which a waiting page asks again, with and without scripts; 0: never
	Canonical      string // absolute address without sort and language, for <link rel=canonical>; "" leaves it out
	Demo           bool   // a line in the footer says that this is a demonstration and no money moves
	Hosted         bool   // the page of a payment that another program or a link asks for: without the shop's navigation, search and cart
	NoGoods        bool   // the goods are sold elsewhere: there is no front page, catalogue and cart

	Languages []string // tags that the language switch offers; none: all
	Slogan    string   // beside the name in the footer; "" says what every shop says
	Contact   Contact
	Legal     []Link // the shop's legal pages, in the footer
}

// Contact is how shoppers reach the shop; what is empty is left out.
type Contact struct {
	Email   string
	Phone   string
	Address []string // lines
}

func (c Contact) known() bool { return c.Email != "" || c.Phone != "" || len(c.Address) > 0 }

// switchTo returns the languages that the switch offers: all but the page's.
func (p Page) switchTo() []i18n.Language {
	var list []i18n.Language
	for _, l := range i18n.Languages() {
		if l.Tag != p.Printer.Lang() && (len(p.Languages) == 0 || slices.Contains(p.Languages, l.Tag)) {
			list = append(list, l)
		}
	}
	return list
}

// slogan returns the text below the shop's name.
func (p Page) slogan() string {
	return cmp.Or(p.Slogan, p.Printer.T("footer.about"))
}

// Titled returns the page with its title set, as the page components do.
func (p Page) Titled(title string) Page {
	p.Title = title
	return p
}

// Private returns the page closed to search engines.
func (p Page) Private() Page {
	p.NoIndex = true
	return p
}

// Described returns the page with a description, unless it has one.
func (p Page) Described(text string) Page {
	if p.Description == "" {
		p.Description = text
	}
	return p
}

// DocumentTitle returns the title of the browser's tab: the page first, then the shop.
func (p Page) DocumentTitle() string {
	if p.Title == "" || p.Title == p.ShopName {
		return p.ShopName
	}
	return p.Title + " · " + p.ShopName
}

// NavCategory is one entry of the main navigation.
type NavCategory struct {
	Slug   string
	Name   string
	Active bool // the page belongs to it
}

// Moment is a point in time, as text for a person and for a machine.
type Moment struct {
	Text string // i18n.Printer.Time or Date
	ISO  string // RFC 3339 in UTC, for <time datetime>; with scripts the browser rewrites Text in the reader's own zone
}

// NewMoment returns a moment in UTC; the zero time has no text.
func NewMoment(p *i18n.Printer, t time.Time) Moment {
	if t.IsZero() {
		return Moment{}
	}
	return Moment{Text: p.Time(t, time.UTC), ISO: t.UTC().Format(time.RFC3339)}
}

// Link is an address with the text of its link.
type Link struct {
	Text string
	URL  string
}

// ReturnPath returns the address that the language switch comes back to: the page's path if it is the shop's own, else the fallback.
func ReturnPath(path, fallback string) string {
	if strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") {
		return path
	}
	return fallback
}
