package checkouts

import (
	"fmt"
	"maps"
	"net"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/payments"
)

// Limits of a checkout.
const (
	MaxLines        = 100
	MaxQuantity     = 9999
	MaxReference    = 64
	MaxLineName     = 200
	MaxLineText     = 200
	MaxSKU          = 100
	MaxURL          = 2000
	MaxName         = 200
	MinLifetime     = 5 * time.Minute
	DefaultLifetime = 30 * time.Minute
	MaxLifetime     = 24 * time.Hour
)

// CreateInput asks for a checkout, with texts as they came. Amounts are decimal text.
type CreateInput struct {
	Amount   string // in the shop's currency; with Lines it must be what they add up to, or empty
	Currency string // the shop's; empty: that one
	Lines    []LineInput
	Discount string
	Delivery string
	Tax      string

	Reference   string // required
	Email       string
	Name        string
	Lang        string
	SuccessURL  string
	CancelURL   string
	ExpiresIn   int // seconds; 0: DefaultLifetime
	Coins       []string
	PayerUserID string
	SceneType   string
	Metadata    map[string]string
}

// LineInput is one line of a checkout.
type LineInput struct {
	Name        string
	Description string
	SKU         string
	Quantity    int
	UnitPrice   string
	ImageURL    string
}

func (in CreateInput) lifetime() time.Duration {
	if in.ExpiresIn == 0 {
		return DefaultLifetime
	}
	return time.Duration(in.ExpiresIn) * time.Second
}

// InputError says what is wrong with the fields of a request. Fields are JSON pointers, such as /lines/0/quantity.
type InputError struct{ Problems invalid.Problems }

// Error names the fields and the problems, without values.
func (e *InputError) Error() string {
	list := make([]string, 0, len(e.Problems))
	for _, field := range slices.Sorted(maps.Keys(e.Problems)) {
		list = append(list, field+": "+string(e.Problems[field]))
	}
	return "invalid request: " + strings.Join(list, ", ")
}

// checker checks a request against the shop's settings, its coins and the key.
type checker struct {
	settings models.Settings
	coins    []models.Coin
	key      models.APIKey
	demo     bool
	problems invalid.Problems
}

// checkout returns the checkout that a request asks for. The error is an *InputError with all that is wrong.
func (c *checker) checkout(in CreateInput) (models.Checkout, error) {
	c.problems = invalid.Problems{}
	currency := c.settings.Currency()
	if in.Currency != "" && in.Currency != currency.Code {
		c.problems.Add("/currency", invalid.Unknown)
	}
	out := models.Checkout{
		Reference: c.line("/reference", in.Reference, MaxReference, true), Currency: currency.Code, Digits: currency.Digits,
		Discount: c.amount("/discount", in.Discount, currency.Digits), Delivery: c.amount("/delivery", in.Delivery, currency.Digits),
		Tax:   c.amount("/tax", in.Tax, currency.Digits),
		Lines: c.lines(in.Lines, currency.Digits), Email: c.email(in.Email), Name: c.line("/name", in.Name, MaxName, false), Lang: c.lang(in.Lang),
		PayerUserID: c.payer(in.PayerUserID), SceneType: c.ascii("/scene_type", in.SceneType, 64),
		SuccessURL: c.comeBack("/success_url", in.SuccessURL), CancelURL: c.comeBack("/cancel_url", in.CancelURL),
		Metadata: c.metadata(in.Metadata), Coins: c.chosenCoins(in.Coins),
	}
	out.Amount = c.total(in, out)
	if in.ExpiresIn != 0 && (in.lifetime() < MinLifetime || in.lifetime() > MaxLifetime) {
		c.problems.Add("/expires_in", invalid.Range)
	}
	if len(c.problems) > 0 {
		return models.Checkout{}, &InputError{c.problems}
	}
	return out, nil
}

// total returns what is paid: the amount that was given, or what the lines add up to.
func (c *checker) total(in CreateInput, out models.Checkout) models.Amount {
	given := c.amount("/amount", in.Amount, out.Digits)
	switch {
	case len(in.Lines) == 0 && (in.Discount != "" || in.Delivery != "" || in.Tax != ""):
		c.problems.Add("/lines", invalid.Missing) // of what?
	case len(in.Lines) == 0 && in.Amount == "":
		c.problems.Add("/amount", invalid.Missing)
	case len(in.Lines) == 0:
		if !given.IsPositive() {
			c.problems.Add("/amount", invalid.Range)
		}
		return given
	}
	sum := out.Lines.Sum()
	if out.Discount.Cmp(sum) > 0 {
		c.problems.Add("/discount", invalid.Range)
		return given
	}
	sum = sum.Sub(out.Discount).Add(out.Delivery).Add(out.Tax)
	switch {
	case len(in.Lines) == 0:
	case in.Amount != "" && !sum.Equal(given):
		c.problems.Add("/amount", invalid.Mismatch)
	case !sum.IsPositive():
		c.problems.Add("/lines", invalid.Range)
	}
	return sum
}

// amount parses decimal text; an empty text is 0.
func (c *checker) amount(field, value string, digits int) models.Amount {
	if value == "" {
		return models.Amount{}
	}
	a, err := models.ParseAmount(value)
	switch {
	case err != nil:
		c.problems.Add(field, invalid.Number)
	case a.Digits() > digits:
		c.problems.Add(field, invalid.Digits)
	default:
		return a
	}
	return models.Amount{}
}

func (c *checker) lines(in []LineInput, digits int) models.CheckoutLines {
	if len(in) > MaxLines {
		c.problems.Add("/lines", invalid.TooLong)
		return nil
	}
	var list models.CheckoutLines
	for i, l := range in {
		at := fmt.Sprintf("/lines/%d/", i)
		if l.Quantity < 1 || l.Quantity > MaxQuantity {
			c.problems.Add(at+"quantity", invalid.Range)
		}
		if l.UnitPrice == "" {
			c.problems.Add(at+"unit_price", invalid.Missing)
		}
		if l.ImageURL != "" && (len(l.ImageURL) > MaxURL || !isHTTPS(l.ImageURL)) {
			c.problems.Add(at+"image_url", invalid.HTTPS)
		}
		list = append(list, models.CheckoutLine{
			Name: c.line(at+"name", l.Name, MaxLineName, true), Description: c.line(at+"description", l.Description, MaxLineText, false),
			SKU: c.line(at+"sku", l.SKU, MaxSKU, false), Quantity: l.Quantity, UnitPrice: c.amount(at+"unit_price", l.UnitPrice, digits), ImageURL: l.ImageURL,
		})
	}
	return list
}

// line checks a text of one line.
func (c *checker) line(field, value string, limit int, required bool) string {
	value = strings.TrimSpace(value)
	switch {
	case text.Blank(value) && required:
		c.problems.Add(field, invalid.Missing)
	case utf8.RuneCountInString(value) > limit:
		c.problems.Add(field, invalid.TooLong)
	case !text.Line(value):
		c.problems.Add(field, invalid.Characters)
	}
	return value
}

func (c *checker) ascii(field, value string, limit int) string {
	switch {
	case len(value) > limit:
		c.problems.Add(field, invalid.TooLong)
	case strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }):
		c.problems.Add(field, invalid.Characters)
	}
	return value
}

func (c *checker) email(value string) string {
	const maxBytes = 254
	if value == "" {
		return ""
	}
	if a, err := mail.ParseAddress(value); err != nil || a.Name != "" || a.Address != value || len(value) > maxBytes || !text.Line(value) {
		c.problems.Add("/email", invalid.Email)
	}
	return value
}

// lang checks a language: one of the shop's.
func (c *checker) lang(value string) string {
	if value != "" && !slices.Contains(c.settings.Languages(), value) {
		c.problems.Add("/lang", invalid.Unknown)
	}
	return value
}

func (c *checker) payer(value string) string {
	const maxDigits = 20
	if value != "" && (len(value) > maxDigits || strings.Trim(value, "0123456789") != "") {
		c.problems.Add("/payer/user_id", invalid.PayerUID)
	}
	return value
}

func (c *checker) chosenCoins(in []string) models.TextList {
	var list models.TextList
	for i, symbol := range in {
		known := slices.ContainsFunc(c.coins, func(coin models.Coin) bool { return coin.Symbol == symbol && coin.Enabled })
		switch {
		case !known:
			c.problems.Add(fmt.Sprintf("/coins/%d", i), invalid.Unknown)
		case slices.Contains(list, symbol):
			c.problems.Add(fmt.Sprintf("/coins/%d", i), invalid.Twice)
		}
		list = append(list, symbol)
	}
	return list
}

func (c *checker) metadata(in map[string]string) models.Metadata {
	if len(in) > models.MaxMetadata {
		c.problems.Add("/metadata", invalid.TooLong)
		return nil
	}
	for name, value := range in {
		field := "/metadata/" + pointerPart(name)
		switch {
		case name == "" || utf8.RuneCountInString(name) > models.MaxMetadataName || !text.Line(name):
			c.problems.Add("/metadata", invalid.Characters)
		case utf8.RuneCountInString(value) > models.MaxMetadataValue:
			c.problems.Add(field, invalid.TooLong)
		case !text.Lines(value):
			c.problems.Add(field, invalid.Characters)
		}
	}
	return models.Metadata(maps.Clone(in))
}

// pointerPart escapes a name for a JSON pointer (RFC 6901).
func pointerPart(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

// comeBack checks an address that payers are sent to: its origin must be one of the key's.
func (c *checker) comeBack(field, value string) string {
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	switch {
	case len(value) > MaxURL:
		c.problems.Add(field, invalid.TooLong)
	case err != nil || u.Host == "" || u.User != nil || u.Opaque != "" || !printable(value) || !c.secure(u):
		c.problems.Add(field, invalid.HTTPS)
	case !slices.Contains(c.key.Origins, models.Origin(u)):
		c.problems.Add(field, invalid.Origin)
	}
	return value
}

// secure reports whether an address is https, or on this machine in a demonstration.
func (c *checker) secure(u *url.URL) bool {
	if u.Scheme == "https" {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return c.demo && u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

func isHTTPS(value string) bool {
	u, err := url.Parse(value)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && printable(value)
}

func printable(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' })
}

// refundInput returns what a refund asks for. The error is an *InputError.
func refundInput(in RefundInput, digits int) (out payments.RefundInput, err error) {
	problems := invalid.Problems{}
	out.Reason = in.Reason
	parse := func(field, value string) models.Amount {
		if value == "" {
			return models.Amount{}
		}
		a, err := models.ParseAmount(value)
		switch {
		case err != nil:
			problems.Add(field, invalid.Number)
		case !a.IsPositive():
			problems.Add(field, invalid.Range)
		}
		return a
	}
	out.Amount, out.Worth = parse("/amount", in.Amount), parse("/currency_amount", in.CurrencyAmount)
	if out.Worth.Digits() > digits {
		problems.Add("/currency_amount", invalid.Digits)
	}
	if in.Amount != "" && in.CurrencyAmount != "" {
		problems.Add("/currency_amount", invalid.Twice)
	}
	out.All = in.Amount == "" && in.CurrencyAmount == ""
	if text.Blank(in.Reason) {
		problems.Add("/reason", invalid.Missing)
	}
	if len(problems) > 0 {
		return out, &InputError{problems}
	}
	return out, nil
}

func refundAmountError(in RefundInput) error {
	field := "/amount"
	if in.CurrencyAmount != "" {
		field = "/currency_amount"
	}
	return &InputError{invalid.Problems{field: invalid.Amount}}
}

func reasonError() error { return &InputError{invalid.Problems{"/reason": invalid.Characters}} }
