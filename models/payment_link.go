package models

import (
	"crypto/rand"
	"net/url"
	"strings"
	"time"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/text"
)

// LinkKind is what a payment link asks for.
type LinkKind string

// The kinds of payment links.
const (
	LinkFixed   LinkKind = "fixed"   // Amount
	LinkChosen  LinkKind = "chosen"  // an amount that the payer chooses, from MinAmount to MaxAmount
	LinkProduct LinkKind = "product" // Quantity pieces of a variant, from the stock, at the price of the moment; handed over without a parcel
	LinkInvoice LinkKind = "invoice" // Lines, until DueOn, from one customer
)

// LinkKinds returns all kinds, for forms.
func LinkKinds() []LinkKind { return []LinkKind{LinkFixed, LinkChosen, LinkProduct, LinkInvoice} }

// LinkAsk says whether a payment link asks for something.
type LinkAsk string

// What a payment link does with a field.
const (
	AskNot      LinkAsk = ""         // it has no such field
	AskOptional LinkAsk = "optional" // the payer may leave it empty
	AskRequired LinkAsk = "required"
)

// LinkAsks returns all ways, for forms.
func LinkAsks() []LinkAsk { return []LinkAsk{AskNot, AskOptional, AskRequired} }

// Limits of a payment link, in characters unless said otherwise.
const (
	MaxLinkTitle   = 200
	MaxLinkText    = 2000
	MaxLinkThanks  = 1000
	MaxLinkURL     = 2000
	MaxLinkName    = 200
	MaxLinkEmail   = 254     // bytes
	MaxLinkNote    = 500     // of what a payer writes; see MaxMetadataValue
	MaxLinkUses    = 1 << 30 // of the limit
	MaxSuggestions = 6
	MaxLinkLines   = 50

	maxLinkReference = 64
	maxLinkScene     = 64 // bytes
	minSlug          = 3
)

// LinkNote and LinkAddress are the names under which a checkout's metadata keeps what the payer of a link wrote.
const (
	LinkNote    = "note"
	LinkAddress = "address"
)

// PaymentLink is an address at which anybody can pay. Its page makes nothing; its button makes a Checkout.
type PaymentLink struct {
	ID       string   `ascii:"36"`
	Slug     string   `ascii:"80"` // of its address; unique; never changes
	Kind     LinkKind `ascii:"16"`
	KeyID    string   `ascii:"36"` // the API key that made it; empty: the staff
	Title    string   `text:"200"` // what is paid, for payers
	Text     string   `text:"2000"`
	Currency string   `text:"32"` // of all amounts; the link is closed while the shop has another one
	Digits   int      // fraction digits of Currency

	Amount      Amount        // LinkFixed
	MinAmount   Amount        // LinkChosen
	MaxAmount   Amount        // LinkChosen; 0: no limit
	Suggestions TextList      `text:"500"` // LinkChosen: amounts to choose from, decimal text
	VariantID   string        `ascii:"36"` // LinkProduct
	Quantity    int           // LinkProduct
	Lines       CheckoutLines `text:"medium"` // LinkInvoice

	DueOn     time.Time `gorm:"default:null"` // LinkInvoice: when it is due; it can be paid afterwards
	Email     string    `text:"254"`          // LinkInvoice: of the customer, who gets the mails of the order; empty: nobody does
	Name      string    `text:"200"`          // LinkInvoice: of the customer
	Lang      string    `ascii:"35"`          // BCP 47, of its page and its mails; empty: the browser's, and the shop's first
	Reference string    `text:"64"`           // the merchant's own, of each checkout; empty: the slug

	MaxUses    int       // how many may pay; 0: any number
	Uses       int       // checkouts that are being paid, are paid or are under review; kept by the store
	ExpiresAt  time.Time `gorm:"default:null"` // from then on it is closed; zero: never
	AskName    LinkAsk   `ascii:"16"`
	AskEmail   LinkAsk   `ascii:"16"`
	AskNote    LinkAsk   `ascii:"16"`
	AskAddress LinkAsk   `ascii:"16"`
	Thanks     string    `text:"1000"` // shown after paying
	ThanksURL  string    `text:"2000"` // where the payer goes on after paying; https; empty: nowhere
	SceneType  string    `text:"64"`   // the platform's orderSceneType; empty: the shop's
	SendEmail  bool      // LinkInvoice: it is mailed to Email when it is made
	Reminders  bool      // LinkInvoice: Email is reminded before, on and after DueOn, until it is paid or switched off
	Enabled    bool
	Version    int // optimistic lock
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// NewSlug returns a random slug: 50 bits as 10 small letters and digits.
func NewSlug() string {
	const length = 10
	return strings.ToLower(rand.Text()[:length])
}

// IsLinkSlug reports whether a text has the form of a link's slug: 3 to 80 small ASCII letters, digits and single dashes between them.
func IsLinkSlug(slug string) bool { return len(slug) >= minSlug && text.IsSlug(slug) }

// LinkState is whether a link can be paid.
type LinkState string

// The states of a link.
const (
	LinkOn      LinkState = "on"
	LinkOff     LinkState = "off"      // switched off
	LinkExpired LinkState = "expired"  // its time is over
	LinkUsedUp  LinkState = "used_up"  // as many have paid as may
	LinkInOther LinkState = "currency" // its amounts are in a currency that is not the shop's any more
)

// StateAt returns the state at a time in a shop with this currency.
func (l *PaymentLink) StateAt(now time.Time, currency string) LinkState {
	switch {
	case !l.Enabled:
		return LinkOff
	case !l.ExpiresAt.IsZero() && !now.Before(l.ExpiresAt):
		return LinkExpired
	case l.MaxUses > 0 && l.Uses >= l.MaxUses:
		return LinkUsedUp
	case l.Currency != currency:
		return LinkInOther
	}
	return LinkOn
}

// Total returns what a link of a fixed amount or an invoice asks for; 0 for the others, whose amount is not known before.
func (l *PaymentLink) Total() Amount {
	switch l.Kind {
	case LinkFixed:
		return l.Amount
	case LinkInvoice:
		return l.Lines.Sum()
	case LinkChosen, LinkProduct:
	}
	return Amount{}
}

// Check returns what is wrong with a link, before it is stored. Fields are named as the API names them, such as amount or lines/0/name.
func (l *PaymentLink) Check() invalid.Problems {
	p := invalid.Problems{}
	if !IsLinkSlug(l.Slug) {
		p.Add("slug", invalid.Characters)
	}
	p.Add("title", checkLine(l.Title, MaxLinkTitle, true))
	p.Add("text", checkLines(l.Text, MaxLinkText))
	p.Add("thanks", checkLines(l.Thanks, MaxLinkThanks))
	p.Add("thanks_url", checkHTTPS(l.ThanksURL))
	p.Add("reference", checkLine(l.Reference, maxLinkReference, false))
	if strings.ContainsFunc(l.SceneType, func(r rune) bool { return r <= ' ' || r > '~' }) || len(l.SceneType) > maxLinkScene {
		p.Add("scene_type", invalid.Characters)
	}
	switch {
	case l.MaxUses < 0:
		p.Add("max_uses", invalid.Negative)
	case l.MaxUses > MaxLinkUses:
		p.Add("max_uses", invalid.Range)
	}
	for field, ask := range map[string]LinkAsk{"ask_name": l.AskName, "ask_email": l.AskEmail, "ask_note": l.AskNote, "ask_address": l.AskAddress} {
		if ask != AskNot && ask != AskOptional && ask != AskRequired {
			p.Add(field, invalid.Unknown)
		}
	}
	l.checkKind(p)
	return p
}

func (l *PaymentLink) checkKind(p invalid.Problems) {
	switch l.Kind {
	case LinkFixed:
		p.Add("amount", checkPositive(l.Amount, l.Digits))
	case LinkChosen:
		l.checkChosen(p)
	case LinkProduct:
		if l.VariantID == "" {
			p.Add("sku", invalid.Unknown)
		}
		if l.Quantity < 1 || l.Quantity > MaxQuantity {
			p.Add("quantity", invalid.Range)
		}
	case LinkInvoice:
		l.checkInvoice(p)
	default:
		p.Add("kind", invalid.Unknown)
	}
}

func (l *PaymentLink) checkChosen(p invalid.Problems) {
	p.Add("min_amount", checkMoney(l.MinAmount, l.Digits))
	p.Add("max_amount", checkMoney(l.MaxAmount, l.Digits))
	if !l.MaxAmount.IsZero() && l.MaxAmount.Cmp(l.MinAmount) < 0 {
		p.Add("max_amount", invalid.Range)
	}
	if len(l.Suggestions) > MaxSuggestions {
		p.Add("suggestions", invalid.TooLong)
	}
	for _, s := range l.Suggestions {
		amount, err := ParseAmount(s)
		if err != nil {
			p.Add("suggestions", invalid.Number)
			continue
		}
		p.Add("suggestions", l.checkChosenAmount(amount))
	}
}

// checkChosenAmount returns what is wrong with the amount that a payer chose.
func (l *PaymentLink) checkChosenAmount(a Amount) invalid.Problem {
	if problem := checkPositive(a, l.Digits); problem != "" {
		return problem
	}
	if a.Cmp(l.MinAmount) < 0 || !l.MaxAmount.IsZero() && a.Cmp(l.MaxAmount) > 0 {
		return invalid.Range
	}
	return ""
}

// CheckChosen returns what is wrong with a typed amount, and the amount.
func (l *PaymentLink) CheckChosen(typed string) (Amount, invalid.Problem) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return Amount{}, invalid.Missing
	}
	a, err := ParseAmount(typed)
	if err != nil {
		return Amount{}, invalid.Number
	}
	return a, l.checkChosenAmount(a)
}

func (l *PaymentLink) checkInvoice(p invalid.Problems) {
	if len(l.Lines) == 0 {
		p.Add("lines", invalid.Missing)
	}
	if len(l.Lines) > MaxLinkLines {
		p.Add("lines", invalid.TooLong)
	}
	for _, line := range l.Lines {
		p.Add("lines", checkLine(line.Name, MaxLinkTitle, true))
		p.Add("lines", checkMoney(line.UnitPrice, l.Digits))
		if line.Quantity < 1 || line.Quantity > MaxQuantity {
			p.Add("lines", invalid.Range)
		}
	}
	if len(l.Lines) > 0 && p["lines"] == "" {
		p.Add("lines", checkPositive(l.Lines.Sum(), l.Digits))
	}
	p.Add("name", checkLine(l.Name, MaxLinkName, false))
	if l.Email != "" {
		_, problem := normalEmail(l.Email)
		p.Add("email", problem)
	}
}

// checkPositive checks an amount of which something must be left to pay.
func checkPositive(a Amount, digits int) invalid.Problem {
	if problem := checkMoney(a, digits); problem != "" {
		return problem
	}
	if !a.IsPositive() {
		return invalid.Range
	}
	return ""
}

// checkHTTPS checks an address that browsers are sent to, which may be missing.
func checkHTTPS(address string) invalid.Problem {
	if address == "" {
		return ""
	}
	u, err := url.Parse(address)
	switch {
	case len(address) > MaxLinkURL:
		return invalid.TooLong
	case err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Opaque != "",
		strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }):
		return invalid.HTTPS
	}
	return ""
}
