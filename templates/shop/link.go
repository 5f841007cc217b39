package shop

import (
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
)

// LinkView is the page of a payment link: GET /pay/{slug}. Its form is POST /pay/{slug} with amount, name, email, note and address, as far as the
// link asks for them.
type LinkView struct {
	Page       templates.Page
	Base       string // the link's address
	CheckoutID string // that another page wants to follow; "": none
	Closed     string // why nothing can be paid: off, expired, used_up, currency or sold_out; "": it can
	Title      string
	Paragraph  []string
	Amount     string // formatted; "": the payer chooses it
	Lines      []SummaryLine
	Due        templates.Moment // of an invoice; no text: none
	Overdue    bool

	Chosen      LinkField // of a link whose amount is chosen
	Currency    string
	Suggestions []LinkSuggestion
	Least, Most string // formatted; "": no limit

	Name, Email, Note, Address LinkField
}

// LinkField is a field that a payment link asks for.
type LinkField struct {
	Shown    bool
	Required bool
	Value    string
	Problem  invalid.Problem
}

// LinkSuggestion is an amount to choose.
type LinkSuggestion struct {
	Value string // decimal text
	Text  string
}

func (v LinkView) problems(p *i18n.Printer) (items []summaryItem) {
	for _, f := range []struct {
		id      string
		problem invalid.Problem
	}{{"amount", v.Chosen.Problem}, {"name", v.Name.Problem}, {"email", v.Email.Problem}, {"note", v.Note.Problem}, {"address", v.Address.Problem}} {
		if f.problem != "" {
			items = append(items, summaryItem{f.id, p.T("pay.problem", "Field", p.T("pay.field."+f.id), "Problem", linkProblem(p, f.id, f.problem))})
		}
	}
	return items
}

// linkProblem returns what is wrong with a field.
func linkProblem(p *i18n.Printer, id string, problem invalid.Problem) string {
	return p.ProblemOf(id, problem)
}

// fieldOf returns a field of one line as a form shows it.
func (v LinkView) fieldOf(p *i18n.Printer, id string, f LinkField) field {
	out := field{id: id, kind: "text", label: p.T("pay.field." + id), value: f.Value, complete: "off", length: "200", required: f.Required}
	switch id {
	case "email":
		out.kind, out.complete, out.length = "email", "email", "254"
	case "name":
		out.complete = "name"
	}
	if !f.Required {
		out.label = p.T("pay.optional", "Field", out.label)
	}
	if f.Problem != "" {
		out.problem = linkProblem(p, id, f.Problem)
	}
	return out
}
