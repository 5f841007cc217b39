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

// Moment writes a time in UTC; no time, no words.
func Moment(p *i18n.Printer, t time.Time) templates.Moment { return MomentIn(p, t, time.UTC) }

// MomentIn writes a time in a zone; the zero time is "".
func MomentIn(p *i18n.Printer, t time.Time, zone *time.Location) templates.Moment {
	if t.IsZero() {
		return templates.Moment{}
	}
	return templates.Moment{Text: p.Stamp(t, zone), ISO: t.UTC().Format(time.RFC3339)}
}

// Coin writes an amount of a coin exactly; "" for no coin.
func Coin(p *i18n.Printer, a models.Amount, symbol string) string {
	if symbol == "" {
		return ""
	}
	return p.Coin(a.String(), symbol)
}

// SignedCoin writes a difference of amounts with its sign.
func SignedCoin(p *i18n.Printer, a models.Amount, symbol string) string {
	if a.IsPositive() {
		return "+" + Coin(p, a, symbol)
	}
	return strings.Replace(Coin(p, a, symbol), "-", "−", 1)
}

// Duration writes a length of time in its two largest units: "3 min 20 s". None is "".
func Duration(p *i18n.Printer, d time.Duration) string {
	unit := func(name string, n time.Duration) string {
		return p.T("admin.unit."+name, "N", strconv.FormatInt(int64(n), 10))
	}
	const day = 24 * time.Hour
	var parts []string
	switch {
	case d <= 0:
		return ""
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

// Address is a path with the parameters that are not empty.
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

// Pager makes the addresses of the next and the first page of a list that is read from a place on.
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

// QueryValues reads the named parameters of the address.
func (r *Request) QueryValues(names ...string) url.Values {
	q := url.Values{}
	for _, name := range names {
		if value := r.Query(name); value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// FilterRefusal tells a filter that the store refuses from what is not the person's fault.
func FilterRefusal(err error) pages.Refusal {
	switch {
	case errors.Is(err, store.ErrCursor):
		return pages.RefusalCursor
	case errors.Is(err, store.ErrFilter), errors.Is(err, store.ErrText):
		return pages.RefusalOf(invalid.Unknown)
	}
	return ""
}

// NoPage turns a row that is not there into a page that is not there.
func NoPage(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return visit.ErrNoPage
	}
	return err
}

// Names are the e-mail addresses of the staff by their ids.
type Names map[string]string

// Names reads the staff, and their names by id.
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

// Of names a person; one who is not there any more keeps the id.
func (n Names) Of(id string) string {
	if name, ok := n[id]; ok {
		return name
	}
	return id
}

// TooLong reports that a text has more characters than a field takes.
func TooLong(text string, most int) bool { return len([]rune(text)) > most }

// TextProblem puts a refused note or reason into words.
func TextProblem(err error, text string) invalid.Problem {
	switch {
	case !errors.Is(err, models.ErrNoteText):
		return ""
	case strings.TrimSpace(text) == "":
		return invalid.Missing
	}
	return invalid.TooLong
}

// OrderRefs reads the references of the orders that rows are about.
func OrderRefs[T any](req *Request, rows []T, orderID func(T) string) (map[string]string, error) {
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
	return req.office.site.Store.OrderRefs(req.Context(), ids)
}

// Percent writes a percentage; zero is "".
func Percent(a models.Amount) string {
	if a.IsZero() {
		return ""
	}
	return a.String() + "%"
}

// FileSize writes a file's size with one digit after the point.
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

// TaskRefresh is how often the page of a running task loads itself again without scripts, in seconds.
const TaskRefresh = 3

// ReviewRows are reviews as pages list them. refs are the references of their orders, by the orders' ids.
func ReviewRows(p *i18n.Printer, reviews []models.Review, refs map[string]string, mayClose bool) []pages.ReviewRow {
	rows := make([]pages.ReviewRow, len(reviews))
	for i, r := range reviews {
		rows[i] = pages.ReviewRow{
			ID: r.ID, Kind: string(r.Kind), Note: Remark(p, r.Note), OrderID: r.OrderID, Ref: refs[r.OrderID], Subject: r.Subject, Open: r.Open,
			At: Moment(p, r.CreatedAt), Updated: Moment(p, r.UpdatedAt), CanClose: r.Open && mayClose, Resolution: r.Resolution,
		}
	}
	return rows
}
