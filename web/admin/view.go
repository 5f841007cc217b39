package admin

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/templates"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/visit"
)

// moment writes a time in UTC; no time, no words.
func moment(p *i18n.Printer, t time.Time) templates.Moment { return momentIn(p, t, time.UTC) }

func momentIn(p *i18n.Printer, t time.Time, zone *time.Location) templates.Moment {
	if t.IsZero() {
		return templates.Moment{}
	}
	return templates.Moment{Text: p.Stamp(t, zone), ISO: t.UTC().Format(time.RFC3339)}
}

// coin writes an amount of a coin exactly; "" for no coin.
func coin(p *i18n.Printer, a models.Amount, symbol string) string {
	if symbol == "" {
		return ""
	}
	return p.Coin(a.String(), symbol)
}

// signed writes a difference of amounts with its sign.
func signed(p *i18n.Printer, a models.Amount, symbol string) string {
	if a.IsPositive() {
		return "+" + coin(p, a, symbol)
	}
	return strings.Replace(coin(p, a, symbol), "-", "−", 1)
}

// duration writes a length of time in its two largest units: "3 min 20 s". None is "".
func duration(p *i18n.Printer, d time.Duration) string {
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

// choices makes a list of choices; all puts the empty one, which is all of them, in front.
func choices[T ~string](list []T, chosen string, all bool) []pages.Choice {
	made := make([]pages.Choice, 0, len(list)+1)
	if all {
		made = append(made, pages.Choice{Selected: chosen == ""})
	}
	for _, one := range list {
		made = append(made, pages.Choice{Value: string(one), Selected: string(one) == chosen})
	}
	return made
}

// address is a path with the parameters that are not empty.
func address(path string, query url.Values) string {
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

// pager makes the addresses of the next and the first page of a list that is read from a place on.
func pager(path string, query url.Values, name, next string) (nextURL, firstURL string) {
	was := query.Get(name)
	rest := url.Values{}
	for key, values := range query {
		if key != name {
			rest[key] = values
		}
	}
	if was != "" {
		firstURL = address(path, rest)
	}
	if next != "" {
		rest.Set(name, next)
		nextURL = address(path, rest)
	}
	return nextURL, firstURL
}

// query reads the named parameters of the address.
func (d *desk) query(names ...string) url.Values {
	q := url.Values{}
	for _, name := range names {
		if value := d.Query(name); value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// filterProblem tells a filter that the store refuses from what is not the person's fault.
func filterProblem(err error) pages.Problem {
	switch {
	case errors.Is(err, store.ErrCursor):
		return pages.ProblemCursor
	case errors.Is(err, store.ErrFilter), errors.Is(err, store.ErrText):
		return pages.ProblemChoice
	}
	return pages.ProblemNone
}

// missing turns a row that is not there into a page that is not there.
func missing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return visit.ErrNoPage
	}
	return err
}

// names are the e-mail addresses of the staff by their ids.
type names map[string]string

func (d *desk) names() (names, []models.Staff, error) {
	people, err := d.office.accounts.People(d.Context())
	if err != nil {
		return nil, nil, err
	}
	list := make(names, len(people))
	for _, person := range people {
		list[person.ID] = person.Email
	}
	return list, people, nil
}

// of names a person; one who is not there any more keeps the id.
func (n names) of(id string) string {
	if name, ok := n[id]; ok {
		return name
	}
	return id
}

// tooLong reports that a text has more characters than a field takes.
func tooLong(text string, most int) bool { return len([]rune(text)) > most }

// textProblem puts a refused note or reason into words.
func textProblem(err error, text string) pages.Problem {
	switch {
	case !errors.Is(err, models.ErrNoteText):
		return pages.ProblemNone
	case strings.TrimSpace(text) == "":
		return pages.ProblemMissing
	}
	return pages.ProblemTooLong
}

// refsOf reads the references of the orders that rows are about.
func refsOf[T any](d *desk, rows []T, orderID func(T) string) (map[string]string, error) {
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
	return d.office.site.Store.OrderRefs(d.Context(), ids)
}
