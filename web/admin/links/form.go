package links

import (
	"errors"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/links"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/embed"
)

// emptyLines is how many empty lines the form of an invoice has below those that are filled in.
const emptyLines = 4

// readDraft reads the form of a link. The problems are those of times, which a draft has no texts for.
func (h *handlers) readDraft(form url.Values) (links.Draft, invalid.Problems) {
	line := func(name string) string { return admin.Clip(strings.TrimSpace(form.Get(name))) }
	lines := func(name string) string {
		return admin.ClipTo(strings.ReplaceAll(form.Get(name), "\r\n", "\n"), models.MaxLinkText+1)
	}
	ask := func(name string) models.LinkAsk { return models.LinkAsk(line("ask_" + name)) }
	d := links.Draft{
		Slug: line("slug"), Title: line("title"), Text: lines("text"), Kind: models.LinkKind(line("kind")), Amount: line("amount"), MinAmount: line("min_amount"),
		MaxAmount: line("max_amount"), Suggestions: strings.Fields(line("suggestions")), SKU: line("sku"), Quantity: line("quantity"), Email: line("email"),
		Name: line("name"), Lang: line("lang"), Reference: line("reference"), MaxUses: line("max_uses"), Thanks: lines("thanks"),
		ThanksURL: admin.ClipTo(strings.TrimSpace(form.Get("thanks_url")), models.MaxLinkURL+1), SceneType: line("scene_type"),
		AskName: ask("name"), AskEmail: ask("email"), AskNote: ask("note"), AskAddress: ask("address"),
		SendEmail: form.Get("send_email") != "", Reminders: form.Get("reminders") != "",
	}
	for i, name := range form["line_name"] {
		l := links.Line{Name: admin.Clip(strings.TrimSpace(name)), Quantity: at(form["line_quantity"], i), UnitPrice: at(form["line_price"], i)}
		if l != (links.Line{}) && len(d.Lines) <= models.MaxLinkLines {
			d.Lines = append(d.Lines, l)
		}
	}
	problems := invalid.Problems{}
	expires, due := admin.Typed(line("expires")), admin.Typed(line("due"))
	d.ExpiresAt, d.DueOn = admin.ReadTime(&expires, h.site.Zone), admin.ReadTime(&due, time.UTC)
	problems.Add("expires", expires.Problem)
	problems.Add("due", due.Problem)
	return d, problems
}

func at(list []string, i int) string {
	if i >= len(list) {
		return ""
	}
	return admin.Clip(strings.TrimSpace(list[i]))
}

// draftOf returns a link as its form has it.
func (h *handlers) draftOf(req *admin.Request, l *models.PaymentLink) (links.Draft, error) {
	d := links.Draft{
		Slug: l.Slug, Title: l.Title, Text: l.Text, Kind: l.Kind, Amount: amount(l.Amount), MinAmount: amount(l.MinAmount), MaxAmount: amount(l.MaxAmount),
		Suggestions: l.Suggestions, DueOn: l.DueOn, Email: l.Email, Name: l.Name, Lang: l.Lang, Reference: l.Reference, ExpiresAt: l.ExpiresAt,
		AskName: l.AskName, AskEmail: l.AskEmail, AskNote: l.AskNote, AskAddress: l.AskAddress, Thanks: l.Thanks, ThanksURL: l.ThanksURL, SceneType: l.SceneType,
		SendEmail: l.SendEmail, Reminders: l.Reminders,
	}
	if l.MaxUses > 0 {
		d.MaxUses = strconv.Itoa(l.MaxUses)
	}
	for _, line := range l.Lines {
		d.Lines = append(d.Lines, links.Line{Name: line.Name, Quantity: strconv.Itoa(line.Quantity), UnitPrice: amount(line.UnitPrice)})
	}
	if l.Kind == models.LinkProduct {
		d.Quantity = strconv.Itoa(l.Quantity)
		v, _, err := h.site.Store.Variant(req.Context(), l.VariantID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return d, err
		}
		d.SKU = v.SKU
	}
	return d, nil
}

// amount returns decimal text; "" for 0.
func amount(a models.Amount) string {
	if a.IsZero() {
		return ""
	}
	return admin.AmountText(a)
}

// form fills in the form of a link.
func (h *handlers) form(d links.Draft, problems invalid.Problems) pages.LinkView {
	field := func(name, value string) pages.Field { return pages.Field{Value: value, Problem: problems[name]} }
	v := pages.LinkView{
		Kind: string(d.Kind), Title: field("title", d.Title), Text: field("text", d.Text), Slug: field("slug", d.Slug), Reference: field("reference", d.Reference),
		Amount: field("amount", d.Amount), MinAmount: field("min_amount", d.MinAmount), MaxAmount: field("max_amount", d.MaxAmount),
		Suggestions: field("suggestions", strings.Join(d.Suggestions, " ")), SKU: field("sku", d.SKU), Quantity: field("quantity", d.Quantity),
		Due: field("due", dayText(d.DueOn)), Email: field("email", d.Email), Name: field("name", d.Name), MaxUses: field("max_uses", d.MaxUses),
		Expires: admin.TimeField(d.ExpiresAt, h.site.Zone), Thanks: field("thanks", d.Thanks), ThanksURL: field("thanks_url", d.ThanksURL), Scene: field("scene_type", d.SceneType),
		SendEmail: d.SendEmail, Reminders: d.Reminders,
	}
	v.Expires.Problem = problems["expires"]
	for name, problem := range problems {
		if strings.HasPrefix(name, "lines") {
			v.LinesProblem.Problem = problem
		}
	}
	if d.Kind == models.LinkInvoice {
		for _, l := range d.Lines {
			v.Lines = append(v.Lines, pages.LinkLine{Name: l.Name, Quantity: l.Quantity, Price: l.UnitPrice})
		}
		v.Lines = append(v.Lines, make([]pages.LinkLine, emptyLines)...)
	}
	for _, a := range []struct {
		name string
		ask  models.LinkAsk
	}{{"ask_name", d.AskName}, {"ask_email", d.AskEmail}, {"ask_address", d.AskAddress}, {"ask_note", d.AskNote}} {
		v.Asks = append(v.Asks, pages.LinkAskField{Name: a.name, Choices: admin.Choices(models.LinkAsks(), string(a.ask), false)})
	}
	return v
}

func dayText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// buttons returns the HTML of a button for another website: one that works without scripts, and one that tells its page when it is paid.
func buttons(req *admin.Request, address string) (plain, script string) {
	words := html.EscapeString(req.Printer.T("admin.link.button.words"))
	plain = fmt.Sprintf("<link rel=\"stylesheet\" href=%q integrity=%q crossorigin=\"anonymous\">\n<a class=\"coincart-button\" href=%q>%s</a>",
		req.Absolute(embed.StylePath), embed.StyleIntegrity(), address, words)
	script = fmt.Sprintf("<script src=%q integrity=%q crossorigin=\"anonymous\" defer></script>", req.Absolute(embed.ScriptPath), embed.ScriptIntegrity())
	return plain, script
}
