package admin

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/templates"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/visit"
)

// Moment returns a time in UTC as text; that of the zero time is "".
func Moment(p *i18n.Printer, t time.Time) templates.Moment { return MomentIn(p, t, time.UTC) }

// MomentIn returns a time in a zone as text; that of the zero time is "".
func MomentIn(p *i18n.Printer, t time.Time, zone *time.Location) templates.Moment {
	if t.IsZero() {
		return templates.Moment{}
	}
	return templates.Moment{Text: p.Stamp(t, zone), ISO: t.UTC().Format(time.RFC3339)}
}

// Coin returns an amount of a coin as exact text; "" without a coin.
func Coin(p *i18n.Printer, a models.Amount, symbol string) string {
	if symbol == "" {
		return ""
	}
	return p.Coin(a.String(), symbol)
}

// SignedCoin returns a difference of amounts as text with its sign.
func SignedCoin(p *i18n.Printer, a models.Amount, symbol string) string {
	if a.IsPositive() {
		return "+" + Coin(p, a, symbol)
	}
	return strings.Replace(Coin(p, a, symbol), "-", "−", 1)
}

// Duration returns a length of time in its two largest units, such as "3 min 20 s", or "<1 ms"; 0 and less is "".
func Duration(p *i18n.Printer, d time.Duration) string {
	unit := func(name string, n time.Duration) string {
		return p.T("admin.unit."+name, "N", strconv.FormatInt(int64(n), 10))
	}
	const day = 24 * time.Hour
	var parts []string
	switch {
	case d <= 0:
		return ""
	case d < time.Millisecond:
		parts = []string{p.T("admin.unit.ms", "N", "<1")}
	case d < time.Second:
		parts = []string{unit("ms", d/time.Millisecond)}
	case d < time.Minute:
		parts = []string{unit("s", d/time.Second)}
	case d < time.Hour:
		parts = []string{unit("min", d/time.Minute), unit("s", d%time.Minute/time.Second)}
	case d < day:
		parts = []string{unit("h", d/time.Hour), unit("min", d%time.Hour/time.Minute)}
	default:
		parts = []string{unit("d", d/day), unit("h", d%day/time.Hour)}
	}
	return strings.Join(parts, " ")
}

// Address returns a path with the parameters that are not empty.
func Address(path string, query url.Values) string {
	kept := url.Values{}
	for name, values := range query {
		if len(values) > 0 && values[0] != "" {
			kept.Set(name, values[0])
		}
	}
	if len(kept) == 0 {
		return path
	}
	return path + "?" + kept.Encode()
}

// Pager returns the addresses of the next and the first page of a list. name is the parameter of the position at which a page begins, next
// its value on the next page; "" is the last page.
func Pager(path string, query url.Values, name, next string) (nextURL, firstURL string) {
	was := query.Get(name)
	rest := url.Values{}
	for key, values := range query {
		if key != name {
			rest[key] = values
		}
	}
	if was != "" {
		firstURL = Address(path, rest)
	}
	if next != "" {
		rest.Set(name, next)
		nextURL = Address(path, rest)
	}
	return nextURL, firstURL
}

// QueryValues returns the named parameters of the address that are not empty.
func (r *Request) QueryValues(names ...string) url.Values {
	q := url.Values{}
	for _, name := range names {
		if value := r.Query(name); value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// FilterRefusal returns why the store refuses a filter; any other error is returned unchanged.
func FilterRefusal(err error) (pages.Refusal, error) {
	switch {
	case errors.Is(err, store.ErrCursor):
		return pages.RefusalCursor, nil
	case errors.Is(err, store.ErrFilter), errors.Is(err, store.ErrText):
		return pages.RefusalOf(invalid.Unknown), nil
	}
	return "", err
}

// NoPage returns visit.ErrNoPage for store.ErrNotFound, and any other error as it is.
func NoPage(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return visit.ErrNoPage
	}
	return err
}

// Names are the e-mail addresses of the staff, by their ids.
type Names map[string]string

// Names returns the staff, and their e-mail addresses by id.
func (r *Request) Names() (Names, []models.Staff, error) {
	people, err := r.office.accounts.People(r.Context())
	if err != nil {
		return nil, nil, err
	}
	list := make(Names, len(people))
	for _, person := range people {
		list[person.ID] = person.Email
	}
	return list, people, nil
}

// Of returns the e-mail address of a person, or the id of one who no longer exists.
func (n Names) Of(id string) string {
	if name, ok := n[id]; ok {
		return name
	}
	return id
}

// TooLong reports whether a text has more than most characters.
func TooLong(text string, most int) bool { return len([]rune(text)) > most }

// TextProblem returns what is wrong with a note or a reason that was refused with err.
func TextProblem(err error, text string) invalid.Problem {
	switch {
	case !errors.Is(err, models.ErrNoteText):
		return ""
	case strings.TrimSpace(text) == "":
		return invalid.Missing
	}
	return invalid.TooLong
}

// OrderNumbers returns the numbers of the orders that rows are about, by the orders' ids.
func OrderNumbers[T any](req *Request, rows []T, orderID func(T) string) (map[string]string, error) {
	var ids []string
	seen := map[string]bool{"": true}
	for _, row := range rows {
		if id := orderID(row); !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return map[string]string{}, nil
	}
	return req.office.site.Store.OrderNumbers(req.Context(), ids)
}

// FileSize returns a file's size as text with one digit after the point.
func FileSize(bytes int64) string {
	const step = 1000
	units := []string{"B", "kB", "MB", "GB"}
	unit, tenths := 0, bytes*10
	for tenths >= step*10 && unit < len(units)-1 {
		tenths, unit = tenths/step, unit+1
	}
	if unit == 0 {
		return strconv.FormatInt(bytes, 10) + " B"
	}
	return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10) + " " + units[unit]
}

// TaskRefresh is the interval at which the page of a running task reloads without scripts, in seconds.
const TaskRefresh = 3

// ReviewContext is what rows of reviews are made with.
type ReviewContext struct {
	Numbers map[string]string        // of the orders, by id
	Orders  map[string]*models.Order // with attempts, by id
	Names   Names
	Role    models.Role
	Now     time.Time
}

// ReviewRows returns reviews as rows, each with the decisions that the person may take.
func ReviewRows(p *i18n.Printer, reviews []models.Review, c ReviewContext) []pages.ReviewRow {
	rows := make([]pages.ReviewRow, len(reviews))
	for i, r := range reviews {
		rows[i] = pages.ReviewRow{
			ID: r.ID, Kind: string(r.Kind), Note: Remark(p, r.Note), OrderID: r.OrderID, Number: c.Numbers[r.OrderID], Subject: r.Subject, Open: r.Open,
			At: Moment(p, r.CreatedAt), Updated: Moment(p, r.UpdatedAt), Resolution: Remark(p, r.Resolution), Decision: string(r.Decision),
		}
		if r.DecidedBy != "" {
			rows[i].DecidedBy = c.Names.Of(r.DecidedBy)
		}
		if r.Open && r.WaitUntil.After(c.Now) {
			rows[i].WaitUntil = Moment(p, r.WaitUntil)
		}
		for _, d := range r.Decisions(c.Orders[r.OrderID]) {
			if c.Role.Can(d.Permission()) {
				rows[i].Decisions = append(rows[i].Decisions, decisionForm(p, r, d))
			}
		}
	}
	return rows
}

// decisionForm returns the form of a decision. The amount that can be accepted is the one that the remark of the case names.
func decisionForm(p *i18n.Printer, r models.Review, d models.Decision) pages.DecisionForm {
	form := pages.DecisionForm{Decision: string(d), Token: models.NewRef()}
	if d != models.DecideAcceptAmount {
		return form
	}
	_, values, _ := models.ReadRemark(r.Note)
	if amount, err := models.ParseAmount(values["amount"]); err == nil {
		form.Plain, form.Amount = amount.String(), Coin(p, amount, values["coin"])
	}
	return form
}
