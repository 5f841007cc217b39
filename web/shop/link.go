package shop

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/links"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/templates"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// LinkPath returns the address of a payment link.
func LinkPath(slug string) string { return "/pay/" + slug }

// LinkPages show payment links. Looking at one makes nothing; its form makes a checkout, which is then paid on its own page.
type LinkPages struct {
	site  *visit.Site
	links *links.Service
}

// Link shows a payment link: GET /pay/{slug}?amount=&checkout=. The amount fills in the form of a link whose amount is chosen; checkout is
// the id that the script of a button wants to follow.
func (p *LinkPages) Link(v *visit.Visit) error {
	offer, err := p.offer(v)
	if err != nil {
		return err
	}
	return p.show(v, offer, http.StatusOK, links.StartInput{Amount: v.Query("amount"), CheckoutID: v.Query("checkout")}, nil)
}

// StartLink makes a checkout of a payment link: POST /pay/{slug} with amount or suggested, name, email, note, address.
func (p *LinkPages) StartLink(v *visit.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	offer, err := p.offer(v)
	if err != nil {
		return err
	}
	in := readStart(form)
	in.Lang = v.Printer.Lang()
	checkout, err := p.links.Start(v.Context(), offer.Link.Slug, in)
	wrong, refused := errors.AsType[*links.InputError](err)
	_, soldOut := errors.AsType[*store.OutOfStockError](err)
	switch {
	case refused:
		return p.show(v, offer, http.StatusUnprocessableEntity, in, wrong)
	case soldOut, errors.Is(err, store.ErrLinkClosed):
		if offer, err = p.offer(v); err != nil {
			return err
		}
		return p.show(v, offer, http.StatusConflict, in, nil)
	case err != nil:
		return err
	}
	return v.SeeOther(CheckoutPath(checkout.ID))
}

func readStart(form url.Values) links.StartInput {
	in := links.StartInput{Amount: form.Get("amount"), Name: form.Get("name"), Email: form.Get("email"), Note: form.Get("note"), Address: form.Get("address"), CheckoutID: form.Get("checkout")}
	if suggested := form.Get("suggested"); suggested != "" {
		in.Amount = suggested
	}
	return in
}

// Code draws the address of a payment link: GET /pay/{slug}/qr.svg.
func (p *LinkPages) Code(v *visit.Visit) error {
	offer, err := p.offer(v)
	if err != nil {
		return err
	}
	return drawCode(v, LinkPath(offer.Link.Slug))
}

func (p *LinkPages) offer(v *visit.Visit) (links.Offer, error) {
	offer, err := p.links.Offer(v.Context(), v.Param("slug"), v.Printer.Lang())
	if errors.Is(err, store.ErrNotFound) {
		return offer, visit.ErrNoCheckout
	}
	if err == nil {
		v.SpeakUnlessChosen(offer.Link.Lang)
	}
	return offer, err
}

func (p *LinkPages) show(v *visit.Visit, o links.Offer, status int, in links.StartInput, wrong *links.InputError) error {
	frame, err := v.Page()
	if err != nil {
		return err
	}
	frame.Hosted, frame.Path = true, LinkPath(o.Link.Slug)
	link, now := o.Link, p.site.Clock()
	view := pages.LinkView{
		Page: frame, Base: LinkPath(link.Slug), Closed: closedWord(o), Title: link.Title, Paragraph: paragraphs(link.Text),
		Amount: visit.MoneyOrNone(v.Printer, o.Currency, o.Amount), Currency: link.Currency,
		Name: asked(link.AskName, in.Name), Email: asked(link.AskEmail, in.Email), Note: asked(link.AskNote, in.Note), Address: asked(link.AskAddress, in.Address),
	}
	if link.Kind == models.LinkInvoice || link.Kind == models.LinkProduct {
		view.Lines = hostedLines(v, models.Checkout{Currency: link.Currency, Digits: link.Digits, Lines: o.Lines, Amount: o.Amount})
	}
	if models.IsCheckoutID(in.CheckoutID) {
		view.CheckoutID = in.CheckoutID
	}
	if !link.DueOn.IsZero() {
		view.Due, view.Overdue = dayOf(v, link.DueOn), now.After(link.DueOn.Add(24*time.Hour))
	}
	if link.Kind == models.LinkChosen {
		view.Chosen = pages.LinkField{Shown: true, Required: true, Value: in.Amount}
		view.Least, view.Most = visit.MoneyOrNone(v.Printer, o.Currency, link.MinAmount), visit.MoneyOrNone(v.Printer, o.Currency, link.MaxAmount)
		for _, s := range link.Suggestions {
			if amount, err := models.ParseAmount(s); err == nil {
				view.Suggestions = append(view.Suggestions, pages.LinkSuggestion{Value: s, Text: visit.Money(v.Printer, o.Currency, amount)})
			}
		}
	}
	if wrong != nil {
		for field, f := range map[string]*pages.LinkField{"amount": &view.Chosen, "name": &view.Name, "email": &view.Email, "note": &view.Note, "address": &view.Address} {
			f.Problem = wrong.Problems[field]
		}
	}
	return v.Show(status, pages.PayLink(view))
}

// closedWord names why a link takes no payment; "" if it does.
func closedWord(o links.Offer) string {
	switch {
	case o.State != models.LinkOn:
		return string(o.State)
	case o.SoldOut:
		return "sold_out"
	}
	return ""
}

func asked(ask models.LinkAsk, typed string) pages.LinkField {
	return pages.LinkField{Shown: ask != models.AskNot, Required: ask == models.AskRequired, Value: typed}
}

// dayOf returns a day for a person and for a machine.
func dayOf(v *visit.Visit, day time.Time) templates.Moment {
	return templates.Moment{Text: v.Printer.Date(day, time.UTC), ISO: day.UTC().Format(time.DateOnly)}
}
