// Package links makes payment links and turns their forms into checkouts (docs: links.md). What is paid is an ordinary order, as of any checkout.
package links

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
)

// lifetime is the time in which pay can be pressed after a link's form.
const lifetime = 30 * time.Minute

// InputError says what is wrong with the fields of a link or of its form, by the names of models.PaymentLink.Check.
type InputError struct{ Problems invalid.Problems }

// Error names the fields and the problems, without values.
func (e *InputError) Error() string {
	list := make([]string, 0, len(e.Problems))
	for _, field := range slices.Sorted(maps.Keys(e.Problems)) {
		list = append(list, field+": "+string(e.Problems[field]))
	}
	return "invalid payment link: " + strings.Join(list, ", ")
}

// Line is one line of an invoice as a form has it.
type Line struct {
	Name      string
	Quantity  string
	UnitPrice string // decimal text
}

// Draft is a payment link as a form or a request has it. Amounts are decimal text in the shop's currency.
type Draft struct {
	Slug, Title, Text            string // an empty slug is made of the title
	Kind                         models.LinkKind
	Amount, MinAmount, MaxAmount string
	Suggestions                  []string
	SKU, Quantity                string
	Lines                        []Line
	DueOn                        time.Time
	Email, Name, Lang, Reference string
	SendEmail, Reminders         bool
	MaxUses                      string
	ExpiresAt                    time.Time
	AskName, AskEmail            models.LinkAsk
	AskNote, AskAddress          models.LinkAsk
	Thanks, ThanksURL, SceneType string
}

// Service is the use cases of payment links. It is safe for concurrent use and for any number of replicas.
type Service struct {
	store *store.Store
	clock models.Clock
	mails *mail.Outbox
	demo  bool
}

// New returns a service. demo: what is paid moves no real money.
func New(s *store.Store, mails *mail.Outbox, clock models.Clock, demo bool) *Service {
	return &Service{store: s, mails: mails, clock: clock.OrSystem(), demo: demo}
}

// Get reads a link by its id. store.ErrNotFound.
func (s *Service) Get(ctx context.Context, id string) (models.PaymentLink, error) {
	return s.store.PaymentLink(ctx, id)
}

// BySlug reads a link by the last part of its address. store.ErrNotFound.
func (s *Service) BySlug(ctx context.Context, slug string) (models.PaymentLink, error) {
	return s.store.PaymentLinkBySlug(ctx, slug)
}

// Create makes a link. Errors: *InputError.
func (s *Service) Create(ctx context.Context, by models.Actor, d Draft) (link models.PaymentLink, err error) {
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		link, err = s.CreateIn(ctx, tx, by, d, "")
		return err
	})
	return link, err
}

// CreateIn is Create in the caller's transaction. keyID is the API key that asks for it; empty: the staff.
func (s *Service) CreateIn(ctx context.Context, tx *store.Store, by models.Actor, d Draft, keyID string) (models.PaymentLink, error) {
	link, err := s.read(ctx, tx, d, models.PaymentLink{Enabled: true, KeyID: keyID})
	if err != nil {
		return link, err
	}
	err = tx.InsertPaymentLink(ctx, &link)
	if errors.Is(err, store.ErrDuplicate) {
		return link, &InputError{invalid.Problems{"slug": invalid.Taken}}
	}
	if err != nil {
		return link, err
	}
	if err := s.queueMails(ctx, tx, &link, link.SendEmail); err != nil {
		return link, err
	}
	return link, tx.Record(ctx, by, "link.create", subject(&link), nil, facts(&link))
}

// Change changes a link. version is the one that the form was made of. Its kind and its address stay. Errors: *InputError, store.ErrNotFound,
// store.ErrConflict.
func (s *Service) Change(ctx context.Context, by models.Actor, id string, version int, d Draft) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		_, err := s.ChangeIn(ctx, tx, by, id, version, d)
		return err
	})
}

// ChangeIn is Change in the caller's transaction.
func (s *Service) ChangeIn(ctx context.Context, tx *store.Store, by models.Actor, id string, version int, d Draft) (models.PaymentLink, error) {
	return s.change(ctx, tx, by, id, "link.change", func(link *models.PaymentLink) error {
		if link.Version != version {
			return store.ErrConflict
		}
		d.Slug, d.Kind = link.Slug, link.Kind
		wanted, err := s.read(ctx, tx, d, *link)
		*link = wanted
		return err
	})
}

// Edit changes what edit changes in the draft of a link that a key made, and switches it on or off; on nil: it stays as it is. Errors: those of edit,
// *InputError, store.ErrNotFound, store.ErrConflict.
func (s *Service) Edit(ctx context.Context, by models.Actor, id, keyID string, on *bool, edit func(*Draft) error) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		link, err := tx.PaymentLink(ctx, id)
		if err == nil && link.KeyID != keyID {
			err = store.ErrNotFound
		}
		if err != nil {
			return err
		}
		d, err := draftOf(ctx, tx, &link)
		if err != nil {
			return err
		}
		if err := edit(&d); err != nil {
			return err
		}
		if link, err = s.ChangeIn(ctx, tx, by, id, link.Version, d); err != nil || on == nil {
			return err
		}
		_, err = s.SwitchIn(ctx, tx, by, id, *on)
		return err
	})
}

// draftOf returns the draft that a link could have been made of.
func draftOf(ctx context.Context, tx *store.Store, l *models.PaymentLink) (Draft, error) {
	d := Draft{
		Slug: l.Slug, Title: l.Title, Text: l.Text, Kind: l.Kind, Amount: textOf(l.Amount), MinAmount: textOf(l.MinAmount), MaxAmount: textOf(l.MaxAmount),
		Suggestions: l.Suggestions, Quantity: strconv.Itoa(max(1, l.Quantity)), DueOn: l.DueOn, Email: l.Email, Name: l.Name, Lang: l.Lang, Reference: l.Reference,
		MaxUses: strconv.Itoa(l.MaxUses), ExpiresAt: l.ExpiresAt, AskName: l.AskName, AskEmail: l.AskEmail, AskNote: l.AskNote, AskAddress: l.AskAddress,
		Thanks: l.Thanks, ThanksURL: l.ThanksURL, SceneType: l.SceneType, SendEmail: l.SendEmail, Reminders: l.Reminders,
	}
	for _, line := range l.Lines {
		d.Lines = append(d.Lines, Line{Name: line.Name, Quantity: strconv.Itoa(line.Quantity), UnitPrice: line.UnitPrice.String()})
	}
	if l.VariantID == "" {
		return d, nil
	}
	variant, _, err := tx.Variant(ctx, l.VariantID)
	if errors.Is(err, store.ErrNotFound) { // it is not sold any more: another SKU must be named
		return d, nil
	}
	d.SKU = variant.SKU
	return d, err
}

func textOf(a models.Amount) string {
	if a.IsZero() {
		return ""
	}
	return a.String()
}

// Switch switches a link on or off. Payments that are under way go on. Errors: store.ErrNotFound, store.ErrConflict.
func (s *Service) Switch(ctx context.Context, by models.Actor, id string, on bool) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		_, err := s.SwitchIn(ctx, tx, by, id, on)
		return err
	})
}

// SwitchIn is Switch in the caller's transaction.
func (s *Service) SwitchIn(ctx context.Context, tx *store.Store, by models.Actor, id string, on bool) (models.PaymentLink, error) {
	return s.change(ctx, tx, by, id, "link.switch", func(link *models.PaymentLink) error {
		link.Enabled = on
		return nil
	})
}

func (s *Service) change(
	ctx context.Context, tx *store.Store, by models.Actor, id, action string, set func(*models.PaymentLink) error,
) (models.PaymentLink, error) {
	link, err := tx.PaymentLink(ctx, id)
	if err != nil {
		return link, err
	}
	before := link
	if err := set(&link); err != nil {
		return link, err
	}
	if reflect.DeepEqual(before, link) {
		return link, nil
	}
	if err := tx.ChangePaymentLink(ctx, &link); err != nil {
		return link, err
	}
	if err := s.queueMails(ctx, tx, &link, false); err != nil {
		return link, err
	}
	was, is := models.ChangedFacts(facts(&before), facts(&link))
	if len(is) == 0 { // what the log does not record, such as the customer
		is = models.Facts{"slug": link.Slug}
	}
	return link, tx.Record(ctx, by, action, subject(&link), was, is)
}

func subject(l *models.PaymentLink) string { return "link:" + l.ID }

// facts are what the audit log records of a link: no names and addresses of customers.
func facts(l *models.PaymentLink) models.Facts {
	f := models.Facts{
		"slug": l.Slug, "kind": string(l.Kind), "title": models.FactText(l.Title), "text": models.FactText(l.Text), "currency": l.Currency,
		"enabled": strconv.FormatBool(l.Enabled), "max_uses": strconv.Itoa(l.MaxUses), "thanks": models.FactText(l.Thanks), "thanks_url": models.FactText(l.ThanksURL),
		"reference": models.FactText(l.Reference), "scene_type": l.SceneType,
		"ask": strings.Join([]string{"name=" + string(l.AskName), "email=" + string(l.AskEmail), "note=" + string(l.AskNote), "address=" + string(l.AskAddress)}, " "),
	}
	switch l.Kind {
	case models.LinkFixed:
		f["amount"] = l.Amount.String()
	case models.LinkChosen:
		f["minimum"], f["maximum"], f["suggestions"] = l.MinAmount.String(), l.MaxAmount.String(), strings.Join(l.Suggestions, " ")
	case models.LinkProduct:
		f["variant"], f["quantity"] = l.VariantID, strconv.Itoa(l.Quantity)
	case models.LinkInvoice:
		f["amount"], f["lines"] = l.Lines.Sum().String(), strconv.Itoa(len(l.Lines))
		f["send_email"], f["reminders"] = strconv.FormatBool(l.SendEmail), strconv.FormatBool(l.Reminders)
	}
	for name, t := range map[string]time.Time{"expires": l.ExpiresAt, "due": l.DueOn} {
		if !t.IsZero() {
			f[name] = t.UTC().Format(time.RFC3339)
		}
	}
	return f
}

// read returns the link that a draft describes, on top of one that exists or is begun. The error is an *InputError with all that is wrong.
func (s *Service) read(ctx context.Context, tx *store.Store, d Draft, link models.PaymentLink) (models.PaymentLink, error) {
	settings, err := tx.LoadSettings(ctx)
	if err != nil {
		return link, fmt.Errorf("read the settings: %w", err)
	}
	currency := settings.Currency()
	r := reader{problems: invalid.Problems{}, digits: currency.Digits}
	link.Kind, link.Currency, link.Digits = d.Kind, currency.Code, currency.Digits
	link.Title, link.Text, link.Reference = strings.TrimSpace(d.Title), strings.TrimSpace(d.Text), strings.TrimSpace(d.Reference)
	link.Name, link.Email, link.Lang = strings.TrimSpace(d.Name), strings.TrimSpace(d.Email), d.Lang
	link.Thanks, link.ThanksURL, link.SceneType = strings.TrimSpace(d.Thanks), strings.TrimSpace(d.ThanksURL), strings.TrimSpace(d.SceneType)
	link.AskName, link.AskEmail, link.AskNote, link.AskAddress = d.AskName, d.AskEmail, d.AskNote, d.AskAddress
	link.MaxUses, link.ExpiresAt, link.DueOn = r.count("max_uses", d.MaxUses, 0), d.ExpiresAt, d.DueOn
	link.SendEmail, link.Reminders = d.SendEmail && d.Kind == models.LinkInvoice, d.Reminders && d.Kind == models.LinkInvoice
	if d.Lang != "" && !slices.Contains(settings.Languages(), d.Lang) {
		r.problems.Add("lang", invalid.Unknown)
	}
	if err := s.readKind(ctx, tx, d, &link, &r); err != nil {
		return link, err
	}
	if link.Slug = strings.ToLower(strings.TrimSpace(d.Slug)); link.Slug == "" {
		if link.Slug = text.AnySlug(link.Title); !models.IsLinkSlug(link.Slug) {
			link.Slug = models.NewSlug()
		} else {
			link.Slug = strings.Trim(link.Slug[:min(len(link.Slug), 60)], "-") + "-" + models.NewSlug()[:4]
		}
	}
	for field, problem := range link.Check() {
		r.problems.Add(field, problem)
	}
	if len(r.problems) > 0 {
		return link, &InputError{r.problems}
	}
	return link, nil
}

func (s *Service) readKind(ctx context.Context, tx *store.Store, d Draft, link *models.PaymentLink, r *reader) error {
	switch d.Kind {
	case models.LinkFixed:
		link.Amount = r.amount("amount", d.Amount)
	case models.LinkChosen:
		link.MinAmount, link.MaxAmount, link.Suggestions = r.amount("min_amount", d.MinAmount), r.amount("max_amount", d.MaxAmount), nil
		for _, suggestion := range d.Suggestions {
			if suggestion = strings.TrimSpace(suggestion); suggestion != "" {
				link.Suggestions = append(link.Suggestions, suggestion)
			}
		}
	case models.LinkProduct:
		link.Quantity, link.VariantID = r.count("quantity", d.Quantity, 1), ""
		v, product, err := variantBySKU(ctx, tx, strings.TrimSpace(d.SKU))
		if err != nil {
			return err
		}
		link.VariantID = v.ID
		if link.Title == "" {
			link.Title = product.Title
		}
	case models.LinkInvoice:
		link.Lines = nil
		for i, l := range d.Lines {
			at := "lines/" + strconv.Itoa(i) + "/"
			link.Lines = append(link.Lines, models.CheckoutLine{
				Name: strings.TrimSpace(l.Name), Quantity: r.count(at+"quantity", l.Quantity, 1), UnitPrice: r.amount(at+"unit_price", l.UnitPrice),
			})
		}
	}
	return nil
}

// variantBySKU finds a variant; one without an id if there is none.
func variantBySKU(ctx context.Context, tx *store.Store, sku string) (v models.Variant, p models.Product, err error) {
	if sku == "" {
		return v, p, nil
	}
	id, err := tx.VariantIDBySKU(ctx, sku)
	if err == nil {
		v, p, err = tx.Variant(ctx, id)
	}
	if errors.Is(err, store.ErrNotFound) {
		return models.Variant{}, p, nil
	}
	return v, p, err
}

// reader reads the fields of a draft and collects what is wrong.
type reader struct {
	problems invalid.Problems
	digits   int
}

func (r *reader) amount(field, value string) models.Amount {
	if value = strings.TrimSpace(value); value == "" {
		return models.Amount{}
	}
	a, err := models.ParseAmount(value)
	if err != nil {
		r.problems.Add(field, invalid.Number)
	}
	return a
}

func (r *reader) count(field, value string, otherwise int) int {
	if value = strings.TrimSpace(value); value == "" {
		return otherwise
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		r.problems.Add(field, invalid.Number)
	}
	return n
}
