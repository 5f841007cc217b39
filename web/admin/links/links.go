package links

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/links"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

const (
	linksPath = admin.Home + "/payment-links"
	perPage   = 50
)

// showLinks lists the payment links: GET /admin/payment-links?q=&after=.
func (h *handlers) showLinks(req *admin.Request) error {
	q := req.QueryValues("q", "after")
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	view := pages.LinksView{Search: pages.Field{Value: admin.Clip(q.Get("q"))}, Filtered: q.Get("q") != ""}
	rows, next, err := h.site.Store.PaymentLinkPage(req.Context(), store.LinkFilter{Search: q.Get("q")}, q.Get("after"), perPage)
	if view.Refusal, err = admin.FilterRefusal(err); err != nil {
		return err
	}
	for i := range rows {
		view.Rows = append(view.Rows, h.row(req, &rows[i], currency))
	}
	view.Next, view.First = admin.Pager(linksPath, q, "after", next)
	view.Page = req.Page(pages.SectionLinks)
	return req.Answer(view.Refusal, pages.Links(view))
}

func (h *handlers) row(req *admin.Request, l *models.PaymentLink, currency models.Currency) pages.LinkRow {
	r := pages.LinkRow{
		ID: l.ID, Slug: l.Slug, Title: l.Title, Kind: string(l.Kind), State: string(l.StateAt(h.site.Clock(), currency.Code)), Uses: strconv.Itoa(l.Uses),
		Amount:  visit.MoneyOrNone(req.Printer, models.Currency{Code: l.Currency, Digits: l.Digits}, l.Total()),
		Created: admin.Moment(req.Printer, l.CreatedAt), Expires: admin.Moment(req.Printer, l.ExpiresAt), Enabled: l.Enabled, URL: req.Absolute("/pay/" + l.Slug),
	}
	if l.MaxUses > 0 {
		r.Uses += " / " + strconv.Itoa(l.MaxUses)
	}
	return r
}

// newLink shows the form of a new link: GET /admin/payment-links/new?kind=.
func (h *handlers) newLink(req *admin.Request) error {
	kind := models.LinkKind(req.Query("kind"))
	if !knownKind(kind) {
		kind = models.LinkFixed
	}
	return h.linkPage(req, nil, links.Draft{Kind: kind, AskEmail: models.AskOptional, SendEmail: true, Reminders: true}, nil, "")
}

// showLink shows a link with its payments: GET /admin/payment-links/{id}?after=.
func (h *handlers) showLink(req *admin.Request) error {
	link, err := h.links.Get(req.Context(), req.ID())
	if err != nil {
		return admin.NoPage(err)
	}
	return h.stored(req, &link, "")
}

// stored shows a link as it is stored.
func (h *handlers) stored(req *admin.Request, link *models.PaymentLink, refusal pages.Refusal) error {
	d, err := h.draftOf(req, link)
	if err != nil {
		return err
	}
	return h.linkPage(req, link, d, nil, refusal)
}

// createLink makes a link: POST /admin/payment-links.
func (h *handlers) createLink(req *admin.Request, form url.Values) error {
	d, problems := h.readDraft(form)
	if !knownKind(d.Kind) {
		return visit.ErrBadForm
	}
	if len(problems) > 0 {
		return h.linkPage(req, nil, d, problems, "")
	}
	link, err := h.links.Create(req.Context(), req.Actor(), d)
	if wrong, ok := errors.AsType[*links.InputError](err); ok {
		return h.linkPage(req, nil, d, wrong.Problems, "")
	}
	if err != nil {
		return err
	}
	return req.Done(linksPath+"/"+link.ID, pages.NoticeLinkSaved)
}

// changeLink changes a link: POST /admin/payment-links/{id} with version.
func (h *handlers) changeLink(req *admin.Request, form url.Values) error {
	link, err := h.links.Get(req.Context(), req.ID())
	if err != nil {
		return admin.NoPage(err)
	}
	d, problems := h.readDraft(form)
	d.Kind, d.Slug = link.Kind, link.Slug
	if len(problems) > 0 {
		return h.linkPage(req, &link, d, problems, "")
	}
	err = h.links.Change(req.Context(), req.Actor(), link.ID, admin.Version(form.Get("version")), d)
	wrong, refused := errors.AsType[*links.InputError](err)
	switch {
	case refused:
		return h.linkPage(req, &link, d, wrong.Problems, "")
	case errors.Is(err, store.ErrConflict):
		return h.stored(req, &link, pages.RefusalStale)
	case err != nil:
		return err
	}
	return req.Done(linksPath+"/"+link.ID, pages.NoticeLinkSaved)
}

// switchLink switches a link on or off: POST /admin/payment-links/{id}/switch with to.
func (h *handlers) switchLink(req *admin.Request, form url.Values) error {
	to := form.Get("to")
	if to != "on" && to != "off" {
		return visit.ErrBadForm
	}
	err := h.links.Switch(req.Context(), req.Actor(), req.ID(), to == "on")
	if errors.Is(err, store.ErrConflict) {
		return req.Refused(linksPath+"/"+req.ID(), pages.RefusalStale)
	}
	if err != nil {
		return admin.NoPage(err)
	}
	if to == "on" {
		return req.Done(linksPath+"/"+req.ID(), pages.NoticeLinkOn)
	}
	return req.Done(linksPath+"/"+req.ID(), pages.NoticeLinkOff)
}

// showCard shows a link as a card to print: GET /admin/payment-links/{id}/card.
func (h *handlers) showCard(req *admin.Request) error {
	link, err := h.links.Get(req.Context(), req.ID())
	if err != nil {
		return admin.NoPage(err)
	}
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	row := h.row(req, &link, currency)
	return req.Answer("", pages.LinkCard(pages.LinkCardView{
		Page: req.PageAt(pages.SectionLinks, linksPath+"/"+link.ID+"/card"), Row: row, Amount: row.Amount, Code: "/pay/" + link.Slug + "/qr.svg",
	}))
}

func knownKind(kind models.LinkKind) bool { return slices.Contains(models.LinkKinds(), kind) }

// linkPage shows the form of a link as filled in, and the payments of a stored one. link is nil for a new one.
func (h *handlers) linkPage(req *admin.Request, link *models.PaymentLink, d links.Draft, problems invalid.Problems, refusal pages.Refusal) error {
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	view := h.form(d, problems)
	view.Currency, view.Refusal, view.New, view.CanRemind = currency.Code, refusal, link == nil, h.links.Mails()
	if len(problems) > 0 {
		view.Refusal = pages.RefusalFields
	}
	path := linksPath + "/new?kind=" + string(d.Kind)
	if link == nil {
		for _, kind := range models.LinkKinds() {
			view.Kinds = append(view.Kinds, string(kind))
		}
	} else {
		path = linksPath + "/" + link.ID
		view.Row, view.Version = h.row(req, link, currency), strconv.Itoa(link.Version)
		view.Button, view.Script = buttons(req, view.Row.URL)
		if err := errors.Join(h.payments(req, &view, link), h.mails(req, &view, link)); err != nil {
			return err
		}
	}
	settings, err := h.site.Settings(req.Context())
	if err != nil {
		return err
	}
	view.Langs = append([]pages.Choice{{Selected: d.Lang == ""}}, admin.Choices(settings.Languages(), d.Lang, false)...)
	view.Page = req.PageAt(pages.SectionLinks, path)
	return req.Answer(view.Refusal, pages.Link(view))
}

func (h *handlers) payments(req *admin.Request, view *pages.LinkView, link *models.PaymentLink) error {
	p := req.Printer
	sums, err := h.site.Store.LinkSums(req.Context(), link.ID)
	if err != nil {
		return err
	}
	for _, s := range sums {
		sum := pages.LinkSum{Count: s.Count, Worth: p.Money(s.Worth.String(), s.Currency, s.Digits), Received: p.Coin(s.Received.String(), s.Coin)}
		if s.Refunded.IsPositive() {
			sum.Refunded = p.Coin(s.Refunded.String(), s.Coin)
		}
		view.Sums = append(view.Sums, sum)
	}
	q := req.QueryValues("after")
	rows, next, err := h.site.Store.CheckoutPage(req.Context(), store.CheckoutFilter{LinkID: link.ID}, q.Get("after"), perPage)
	bad, err := admin.FilterRefusal(err)
	if err != nil {
		return err
	}
	if bad != "" {
		view.Refusal = bad
	}
	for _, c := range rows {
		view.Payments = append(view.Payments, pages.LinkPayment{
			OrderID: c.OrderID, Status: string(c.Status), Amount: p.Money(c.Amount.String(), c.Currency, c.Digits), At: admin.Moment(p, c.CreatedAt),
			Who: strings.TrimSpace(c.Name + " " + c.Email), Note: c.Metadata[models.LinkNote], Address: c.Metadata[models.LinkAddress],
		})
	}
	view.Next, view.First = admin.Pager(linksPath+"/"+link.ID, q, "after", next)
	return nil
}
