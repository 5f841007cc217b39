package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/links"
	"github.com/coincart/coincart/models/once"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
)

// PaymentLink is an address at which anybody can pay.
type PaymentLink struct {
	Object      string     `json:"object" enum:"payment_link" doc:"Always payment_link."`
	ID          string     `json:"id"`
	URL         string     `json:"url" format:"uri" doc:"Where payers pay."`
	QRURL       string     `json:"qr_url" format:"uri" doc:"The same as QR code, SVG."`
	Kind        string     `json:"kind" enum:"fixed,chosen,product,invoice"`
	Status      string     `json:"status" enum:"on,off,expired,used_up,currency" doc:"Whether it can be paid; currency: the shop has another one now."`
	Title       string     `json:"title"`
	Text        string     `json:"text"`
	Currency    string     `json:"currency" example:"USD"`
	Amount      string     `json:"amount,omitempty" doc:"Decimal text: of a fixed amount or an invoice."`
	MinAmount   string     `json:"min_amount,omitempty" doc:"Decimal text: of a chosen amount."`
	MaxAmount   string     `json:"max_amount,omitempty" doc:"Decimal text: of a chosen amount; left out: no limit."`
	Suggestions []string   `json:"suggestions" doc:"Decimal text: amounts to choose from."`
	VariantID   string     `json:"variant_id,omitempty" doc:"Of a product."`
	Quantity    int        `json:"quantity,omitempty" doc:"Of a product."`
	Lines       []LinkLine `json:"lines" doc:"Of an invoice."`
	DueOn       string     `json:"due_on,omitempty" format:"date-time" doc:"Of an invoice, which can be paid afterwards too."`
	Email       string     `json:"email,omitempty" doc:"Of an invoice's customer."`
	Name        string     `json:"name,omitempty" doc:"Of an invoice's customer."`
	SendEmail   bool       `json:"send_email,omitempty" doc:"Of an invoice: it was emailed to the customer when it was made."`
	Reminders   bool       `json:"reminders,omitempty" doc:"Of an invoice: its customer is reminded by email."`
	Lang        string     `json:"lang,omitempty"`
	Reference   string     `json:"reference,omitempty" doc:"Of each checkout; left out: the last part of the address."`
	MaxUses     int        `json:"max_uses,omitempty" doc:"How many may pay; left out: any number."`
	Uses        int        `json:"uses" doc:"Checkouts that are being paid, are paid, or are under review."`
	ExpiresAt   string     `json:"expires_at,omitempty" format:"date-time"`
	Ask         LinkAsks   `json:"ask" doc:"What the payer is asked for."`
	Thanks      string     `json:"thanks,omitempty" doc:"Shown after paying."`
	ThanksURL   string     `json:"thanks_url,omitempty" doc:"Where the payer goes on."`
	SceneType   string     `json:"scene_type,omitempty"`
	CreatedAt   string     `json:"created_at" format:"date-time"`
}

// LinkAsks says what the payer of a link is asked for.
type LinkAsks struct {
	Name    string `json:"name,omitempty" enum:"optional,required" doc:"Left out: not asked."`
	Email   string `json:"email,omitempty" enum:"optional,required"`
	Note    string `json:"note,omitempty" enum:"optional,required"`
	Address string `json:"address,omitempty" enum:"optional,required"`
}

// LinkLine is one line of an invoice.
type LinkLine struct {
	Name      string `json:"name" minLength:"1" maxLength:"200"`
	Quantity  int    `json:"quantity" minimum:"1" maximum:"9999"`
	UnitPrice string `json:"unit_price" format:"decimal" maxLength:"40" doc:"Decimal text, in the shop's currency."`
}

// NewLink asks for a payment link.
type NewLink struct {
	Kind string `json:"kind" enum:"fixed,chosen,product,invoice"`
	Slug string `json:"slug,omitempty" maxLength:"80" example:"mug-fund" doc:"The last part of the address: 3 to 80 small letters, digits and dashes; left out: made of the title."`
	LinkMembers
}

// LinkMembers are what a payment link is made of, and what can be changed.
type LinkMembers struct {
	Title       *string    `json:"title,omitempty" maxLength:"200" doc:"What is paid, for payers. A product's own, if it is left out."`
	Text        *string    `json:"text,omitempty" maxLength:"2000"`
	Amount      *string    `json:"amount,omitempty" format:"decimal" maxLength:"40" doc:"fixed: decimal text, in the shop's currency."`
	MinAmount   *string    `json:"min_amount,omitempty" format:"decimal" maxLength:"40" doc:"chosen."`
	MaxAmount   *string    `json:"max_amount,omitempty" format:"decimal" maxLength:"40" doc:"chosen."`
	Suggestions []string   `json:"suggestions,omitempty" maxItems:"6" doc:"chosen: decimal text."`
	SKU         *string    `json:"sku,omitempty" maxLength:"100" doc:"product."`
	Quantity    *int       `json:"quantity,omitempty" minimum:"1" maximum:"9999" doc:"product."`
	Lines       []LinkLine `json:"lines,omitempty" maxItems:"50" doc:"invoice."`
	DueOn       *string    `json:"due_on,omitempty" format:"date-time" maxLength:"40" doc:"invoice."`
	Email       *string    `json:"email,omitempty" maxLength:"254" doc:"invoice: of the customer."`
	SendEmail   *bool      `json:"send_email,omitempty" doc:"invoice: email it to the customer when it is made. Left out: no."`
	Reminders   *bool      `json:"reminders,omitempty" doc:"invoice: remind the customer by email three days before due_on, on it, and seven days after it, until it is paid or off. Left out: no."`
	Name        *string    `json:"name,omitempty" maxLength:"200" doc:"invoice: of the customer."`
	Lang        *string    `json:"lang,omitempty" maxLength:"35" doc:"BCP 47, one of the shop's."`
	Reference   *string    `json:"reference,omitempty" maxLength:"64" doc:"Your own, of each checkout."`
	MaxUses     *int       `json:"max_uses,omitempty" minimum:"0" maximum:"1000000" doc:"0: any number."`
	ExpiresAt   *string    `json:"expires_at,omitempty" format:"date-time" maxLength:"40"`
	Ask         *LinkAsks  `json:"ask,omitempty"`
	Thanks      *string    `json:"thanks,omitempty" maxLength:"1000"`
	ThanksURL   *string    `json:"thanks_url,omitempty" maxLength:"2000" doc:"https, at an origin of the key."`
	SceneType   *string    `json:"scene_type,omitempty" maxLength:"64"`
}

// LinkChange changes a payment link. What is left out stays; its kind and its address always do.
type LinkChange struct {
	LinkMembers

	Status *string `json:"status,omitempty" enum:"on,off" doc:"off: nobody can pay; payments that are under way go on."`
}

type (
	createLinkInput struct{ Body NewLink }
	getLinkInput    struct {
		ID string `path:"id" maxLength:"64"`
	}
	changeLinkInput struct {
		ID   string `path:"id" maxLength:"64"`
		Body LinkChange
	}
	listLinksInput struct {
		Page

		Kind string `query:"kind" enum:"fixed,chosen,product,invoice" doc:"Only those of this kind."`
	}
	linkOutput  struct{ Body PaymentLink }
	linksOutput struct{ Body List[PaymentLink] }
)

// linkHandlers handles the requests of these routes.
type linkHandlers struct{ *API }

func linkRoutes(a *API) {
	h := linkHandlers{a}
	const group, at = "Payment links", "/payment_links"
	read, write := Rule{Scope: models.ScopeLinksRead}, Rule{Scope: models.ScopeLinksWrite}
	input := []Code{CodeInvalidAmount, CodeURLNotAllowed}
	add(a, Route{
		Method: http.MethodPost, Path: at, Name: "createPaymentLink", Group: group, Summary: "Make an address at which anybody can pay", Rule: write,
		Status: http.StatusCreated, Kept: PaymentLink{}, Fails: input, Text: "Its page makes nothing; its button makes a checkout.",
	}, h.create)
	add(a, Route{
		Method: http.MethodGet, Path: at, Name: "listPaymentLinks", Group: group, Summary: "The key's payment links, newest first", Rule: read,
		Fails: []Code{CodeInvalidCursor},
	}, h.list)
	add(a, Route{Method: http.MethodGet, Path: at + "/{id}", Name: "getPaymentLink", Group: group, Summary: "A payment link", Rule: read}, h.get)
	add(a, Route{
		Method: http.MethodPatch, Path: at + "/{id}", Name: "changePaymentLink", Group: group, Summary: "Change a payment link, or switch it on or off", Rule: write,
		Fails: append([]Code{CodeChanged}, input...),
	}, h.change)
}

func (a linkHandlers) create(ctx context.Context, c *Call, in *createLinkInput) (*Kept, error) {
	draft := links.Draft{Slug: in.Body.Slug, Kind: models.LinkKind(in.Body.Kind)}
	if err := in.Body.onto(&draft, &c.Key); err != nil {
		return nil, err
	}
	settings, err := a.store.LoadSettings(ctx)
	if err != nil {
		return nil, err
	}
	return keep(once.Make(ctx, a.store, c.Once("", asItIs), func(tx *store.Store) (any, error) {
		link, err := a.services.Links.CreateIn(ctx, tx, c.Actor(), draft, c.Key.ID)
		return a.linkOf(&link, settings.Currency()), err
	}))
}

func (a linkHandlers) list(ctx context.Context, c *Call, in *listLinksInput) (*linksOutput, error) {
	rows, next, err := a.store.PaymentLinkPage(ctx, store.LinkFilter{KeyID: c.Key.ID, Kind: models.LinkKind(in.Kind)}, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	settings, err := a.store.LoadSettings(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]PaymentLink, len(rows))
	for i := range rows {
		list[i] = a.linkOf(&rows[i], settings.Currency())
	}
	return &linksOutput{listOf(list, next)}, nil
}

func (a linkHandlers) get(ctx context.Context, c *Call, in *getLinkInput) (*linkOutput, error) {
	link, err := ownLink(ctx, a.store, in.ID, c.Key.ID)
	if err != nil {
		return nil, err
	}
	settings, err := a.store.LoadSettings(ctx)
	if err != nil {
		return nil, err
	}
	return &linkOutput{a.linkOf(&link, settings.Currency())}, nil
}

func (a linkHandlers) change(ctx context.Context, c *Call, in *changeLinkInput) (*linkOutput, error) {
	var on *bool
	if in.Body.Status != nil {
		on = new(*in.Body.Status == "on")
	}
	err := a.services.Links.Edit(ctx, c.Actor(), in.ID, c.Key.ID, on, func(d *links.Draft) error { return in.Body.onto(d, &c.Key) })
	if errors.Is(err, store.ErrConflict) { // somebody changed it at this moment
		return nil, problem(CodeChanged)
	}
	if err != nil {
		return nil, err
	}
	return a.get(ctx, c, &getLinkInput{in.ID})
}

// ownLink reads a link that a key made. store.ErrNotFound.
func ownLink(ctx context.Context, s *store.Store, id, keyID string) (models.PaymentLink, error) {
	link, err := s.PaymentLink(ctx, id)
	if err == nil && link.KeyID != keyID {
		return link, store.ErrNotFound
	}
	return link, err
}

// onto puts what a request names into a draft. Errors: a *Problem, *links.InputError.
func (m *LinkMembers) onto(d *links.Draft, key *models.APIKey) error {
	for to, from := range map[*string]*string{
		&d.Title: m.Title, &d.Text: m.Text, &d.Amount: m.Amount, &d.MinAmount: m.MinAmount, &d.MaxAmount: m.MaxAmount, &d.SKU: m.SKU, &d.Email: m.Email,
		&d.Name: m.Name, &d.Lang: m.Lang, &d.Reference: m.Reference, &d.Thanks: m.Thanks, &d.ThanksURL: m.ThanksURL, &d.SceneType: m.SceneType,
	} {
		if from != nil {
			*to = *from
		}
	}
	for to, from := range map[*string]*int{&d.Quantity: m.Quantity, &d.MaxUses: m.MaxUses} {
		if from != nil {
			*to = strconv.Itoa(*from)
		}
	}
	for to, from := range map[*bool]*bool{&d.SendEmail: m.SendEmail, &d.Reminders: m.Reminders} {
		if from != nil {
			*to = *from
		}
	}
	if m.Suggestions != nil {
		d.Suggestions = m.Suggestions
	}
	if m.Lines != nil {
		d.Lines = nil
		for _, l := range m.Lines {
			d.Lines = append(d.Lines, links.Line{Name: l.Name, Quantity: strconv.Itoa(l.Quantity), UnitPrice: l.UnitPrice})
		}
	}
	if m.Ask != nil {
		d.AskName, d.AskEmail = models.LinkAsk(m.Ask.Name), models.LinkAsk(m.Ask.Email)
		d.AskNote, d.AskAddress = models.LinkAsk(m.Ask.Note), models.LinkAsk(m.Ask.Address)
	}
	for _, at := range []struct {
		param string
		to    *time.Time
		from  *string
	}{{"/due_on", &d.DueOn, m.DueOn}, {"/expires_at", &d.ExpiresAt, m.ExpiresAt}} {
		if at.from == nil {
			continue
		}
		var err error
		if *at.to, err = time.Parse(time.RFC3339, *at.from); err != nil {
			return faults([]Fault{fault(CodeInvalidValue, at.param)})
		}
	}
	return allowedThanks(m.ThanksURL, key)
}

// allowedThanks refuses an address on a foreign origin: payers are sent to the key's own only.
func allowedThanks(address *string, key *models.APIKey) error {
	if address == nil || *address == "" {
		return nil
	}
	u, err := url.Parse(*address)
	if err != nil || !slices.Contains(key.Origins, models.Origin(u)) {
		return &links.InputError{Problems: invalid.Problems{"thanks_url": invalid.Origin}}
	}
	return nil
}

func (a linkHandlers) linkOf(l *models.PaymentLink, currency models.Currency) PaymentLink {
	address := a.base.String() + "/pay/" + l.Slug
	fixed := func(amount models.Amount) string {
		if amount.IsZero() {
			return ""
		}
		return amount.Fixed(l.Digits)
	}
	out := PaymentLink{
		Object: "payment_link", ID: l.ID, URL: address, QRURL: address + "/qr.svg", Kind: string(l.Kind), Status: string(l.StateAt(a.clock(), currency.Code)),
		Title: l.Title, Text: l.Text, Currency: l.Currency, Amount: fixed(l.Total()), MinAmount: fixed(l.MinAmount), MaxAmount: fixed(l.MaxAmount),
		Suggestions: append([]string{}, l.Suggestions...), VariantID: l.VariantID, Quantity: l.Quantity, Lines: []LinkLine{}, DueOn: wire.Time(l.DueOn),
		Email: l.Email, Name: l.Name, Lang: l.Lang, Reference: l.Reference, MaxUses: l.MaxUses, Uses: l.Uses, ExpiresAt: wire.Time(l.ExpiresAt),
		Ask:    LinkAsks{string(l.AskName), string(l.AskEmail), string(l.AskNote), string(l.AskAddress)},
		Thanks: l.Thanks, ThanksURL: l.ThanksURL, SceneType: l.SceneType, SendEmail: l.SendEmail, Reminders: l.Reminders, CreatedAt: wire.Time(l.CreatedAt),
	}
	for _, line := range l.Lines {
		out.Lines = append(out.Lines, LinkLine{Name: line.Name, Quantity: line.Quantity, UnitPrice: line.UnitPrice.Fixed(l.Digits)})
	}
	return out
}
