package admin

import "github.com/coincart/coincart/templates"

// The notices of payment links.
const (
	NoticeLinkSaved NoticeKind = "link_saved"
	NoticeLinkOn    NoticeKind = "link_on"
	NoticeLinkOff   NoticeKind = "link_off"
	NoticeMailed    NoticeKind = "link_mailed"
)

// RefusalLinkMail says that an invoice cannot be mailed.
const RefusalLinkMail Refusal = "link_mail"

const linksPath = "/admin/payment-links"

// LinksView is the list of payment links.
type LinksView struct {
	Page        Page
	Rows        []LinkRow
	Search      Field
	Filtered    bool
	First, Next string
	Refusal     Refusal
}

// LinkRow is a payment link.
type LinkRow struct {
	ID, Slug, Title string
	Kind            string // "admin.link_kind." + Kind
	State           string // "admin.link_state." + State
	Amount          string // formatted; "": the payer chooses it, or it is the product's price
	Uses            string // such as "3 / 10"
	Created         templates.Moment
	Expires         templates.Moment
	Enabled         bool
	URL             string // absolute
}

func (r LinkRow) path() string { return linksPath + "/" + r.ID }

// LinkLine is a line of an invoice as its form has it.
type LinkLine struct{ Name, Quantity, Price string }

// LinkAskField is what a link asks its payer for.
type LinkAskField struct {
	Name    string   // ask_name …
	Choices []Choice // "admin.link_ask." + Value; "" is not asked
}

// LinkView is one payment link with its payments, or the form of a new one.
type LinkView struct {
	Page     Page
	New      bool
	Kind     string
	Kinds    []string // New: what to choose from
	Row      LinkRow
	Version  string
	Currency string

	Title, Text, Slug, Reference Field
	Amount, MinAmount, MaxAmount Field
	Suggestions, SKU, Quantity   Field
	Lines                        []LinkLine
	LinesProblem                 Field
	Due, Email, Name             Field
	CanRemind                    bool // invoices and reminders can be mailed: the form offers it
	SendEmail, Reminders         bool // an invoice: see admin.link.send_email and admin.link.reminders
	Mails                        []LinkMail
	MailAgain                    string   // id of the words of the button that mails the invoice; "": it cannot be mailed now
	FormToken                    string   // of that button
	Langs                        []Choice // "admin.link_lang." + Value
	MaxUses, Expires             Field
	Asks                         []LinkAskField
	Thanks, ThanksURL, Scene     Field
	Button, Script               string // HTML to copy
	Sums                         []LinkSum
	Payments                     []LinkPayment
	First, Next                  string
	Refusal                      Refusal
}

// Fields returns all fields that can have a problem.
func (v *LinkView) Fields() []*Field {
	return []*Field{
		&v.Title, &v.Text, &v.Slug, &v.Reference, &v.Amount, &v.MinAmount, &v.MaxAmount, &v.Suggestions, &v.SKU, &v.Quantity, &v.LinesProblem, &v.Due,
		&v.Email, &v.Name, &v.MaxUses, &v.Expires, &v.Thanks, &v.ThanksURL, &v.Scene,
	}
}

// LinkSum is what came at a link in one coin.
type LinkSum struct {
	Count                     int
	Worth, Received, Refunded string // formatted; Refunded "": nothing
}

// LinkPayment is a checkout that a link made.
type LinkPayment struct {
	OrderID string // "": nobody has pressed pay
	Status  string // "admin.checkout_state." + Status
	Amount  string
	At      templates.Moment
	Who     string // name and e-mail address
	Note    string
	Address string
}

// LinkMail is a mail about an invoice.
type LinkMail struct {
	Kind  string           // "admin.mail." + Kind
	State string           // "admin.link_mail." + State
	At    templates.Moment // when it was sent, or will be
}

// LinkCardView is a payment link to print on a card.
type LinkCardView struct {
	Page   Page
	Row    LinkRow
	Text   string
	Code   string // address of the QR code
	Amount string
}
