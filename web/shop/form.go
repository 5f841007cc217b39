package shop

import (
	"net/mail"
	"net/url"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/payments"
)

// The limits of what is typed.
const (
	maxEmail     = 254 // RFC 5321 §4.5.3.1.3, without the angle brackets
	maxLocalPart = 64  // RFC 5321 §4.5.3.1.1
	maxLabel     = 63  // RFC 1035 §2.3.4
	maxName      = 100 // runes
	maxUID       = 20  // digits
)

// checkoutForm is what the checkout sends.
type checkoutForm struct {
	token string
	seen  string
	email string
	name  string

	address models.Address // without the name; the country and the region are "" where the form has none
	method  string         // of delivery
	coupon  *string        // nil: the form has no field for it
	refused refusedCoupon  // what the form's code is not looked at for (CheckoutPages.storeChoices)
	chose   bool           // the form chose something else than what its page showed (CheckoutPages.choose)

	paymentForm
}

// paymentForm says how to pay: the checkout and the order's page share it.
type paymentForm struct {
	coin   string
	uid    string
	quotes string // token of the quotes that the form showed
}

func readCheckout(form url.Values) checkoutForm {
	return checkoutForm{
		token:       form.Get("form_token"),
		seen:        form.Get("seen"),
		email:       strings.TrimSpace(form.Get("email")),
		name:        strings.TrimSpace(form.Get("name")),
		paymentForm: readPayment(form),
		address: models.Address{
			Country: form.Get("country"), Region: form.Get("region"), Line1: form.Get("line1"), Line2: form.Get("line2"),
			City: form.Get("city"), Postcode: form.Get("postcode"), Phone: form.Get("phone"),
		},
		method: form.Get("method"),
		coupon: fieldOf(form, "coupon"),
	}
}

// fieldOf returns the last value of a field, which is that of the pressed button if it has the same name; nil if there is none.
func fieldOf(form url.Values, name string) *string {
	values := form[name]
	if len(values) == 0 {
		return nil
	}
	text := strings.TrimSpace(values[len(values)-1])
	return &text
}

func readPayment(form url.Values) paymentForm {
	return paymentForm{coin: form.Get("coin"), uid: strings.TrimSpace(form.Get("payer_uid")), quotes: form.Get("quotes")}
}

// payer returns who pays: the UID that was typed, else the account that the visitor signed in to.
func (f paymentForm) payer(signedIn models.Payer) models.Payer {
	if f.uid != "" {
		return models.Payer{UserID: f.uid}
	}
	return signedIn
}

// coinProblem checks that the coin can pay the total now.
func (f paymentForm) coinProblem(offers payments.Offers) invalid.Problem {
	if f.coin == "" {
		return invalid.Missing
	}
	for _, o := range offers.List {
		if o.Coin.Symbol != f.coin {
			continue
		}
		if o.Problem == models.RateGood {
			return ""
		}
		return invalid.Paused
	}
	return invalid.Unknown
}

// payerProblem checks the UID, or that none is needed.
func (f paymentForm) payerProblem(signedIn models.Payer) invalid.Problem {
	switch {
	case f.uid == "" && !signedIn.Known():
		return invalid.Missing
	case f.uid != "" && !isUID(f.uid):
		return invalid.PayerUID
	}
	return ""
}

// isUID reports whether a text is 1 to 20 digits, as the platform's UIDs are.
func isUID(text string) bool {
	return text != "" && len(text) <= maxUID && consistsOf(text, digits)
}

const (
	digits       = "0123456789"
	lowerLetters = "abcdefghijklmnopqrstuvwxyz"
)

// consistsOf reports whether a text has only these characters.
func consistsOf(text, characters string) bool { return strings.Trim(text, characters) == "" }

// emailProblem checks an address that order mails will be sent to.
func emailProblem(text string) invalid.Problem {
	if text == "" {
		return invalid.Missing
	}
	if !isEmail(text) {
		return invalid.Email
	}
	return ""
}

// isEmail reports whether mail systems deliver to an address: ASCII, no comments, no quotes, no display name, a host name with a dot. It is
// stricter than RFC 5322 on purpose; net/mail accepts much that is always a mistake or an attempt to smuggle a header.
func isEmail(text string) bool {
	if len(text) > maxEmail || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),:;<>[\]`, r) }) {
		return false
	}
	address, err := mail.ParseAddress(text)
	if err != nil || address.Name != "" || address.Address != text {
		return false
	}
	local, host, _ := strings.Cut(text, "@")
	return len(local) <= maxLocalPart && isHostName(host)
}

func isHostName(host string) bool {
	labels := strings.Split(host, ".")
	if len(labels) < 2 {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' ||
			!consistsOf(label, lowerLetters+strings.ToUpper(lowerLetters)+digits+"-") {
			return false
		}
	}
	return true
}

// nameProblem checks a name, which may be missing.
func nameProblem(name string) invalid.Problem { return models.CheckShopper(name, maxName) }
