package web_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
)

// fileOf is the rows of the file that a form of exports makes, as CSV.
func (s *shop) fileOf(c *clerk, fields ...string) [][]string {
	s.t.Helper()
	task := c.post("/admin/exports", append(fields, "format", "csv", "form_token", models.NewRef())...).is(http.StatusSeeOther).header.Get("Location")
	s.work()
	file := c.get(task + "/file").is(http.StatusOK)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.body, "\ufeff"))).ReadAll()
	require.NoError(s.t, err)
	return rows
}

// column is the cells of a column under its name.
func column(t *testing.T, rows [][]string, name string) []string {
	t.Helper()
	i := slices.Index(rows[0], name)
	require.GreaterOrEqual(t, i, 0, "%s in %v", name, rows[0])
	var cells []string
	for _, row := range rows[1:] {
		cells = append(cells, row[i])
	}
	return cells
}

// Every file for accounting is offered on the page of exports, and the pages of what is in them lead there.
func TestExports_ThePageOffersEveryFileOfASpan(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		paid, open := s.paidOrder("2"), s.openOrder()
		c, viewer := s.staffed(models.RoleFinance), s.staffed(models.RoleViewer)
		viewer.get("/admin/exports").is(http.StatusForbidden)
		now := s.clock.Now().UTC()
		today, first := now.Format(time.DateOnly), now.Format("2006-01")+"-01"
		p := c.get("/admin/exports").is(http.StatusOK)
		checkStaffPage(t, "/admin/exports", p)
		assert.Equal(t, []string{"payments", first, today}, []string{p.chosen("what"), p.field("/admin/exports", "from"), p.field("/admin/exports", "to")})
		for _, what := range []string{"payments", "refunds", "orders", "lines"} {
			p.has(`<option value="` + what + `"`)
		}

		span := []string{"from", today, "to", today}
		files := map[string][][]string{}
		for _, what := range []string{"payments", "refunds", "orders", "lines"} {
			files[what] = s.fileOf(c, append([]string{"what", what}, span...)...)
			c.post("/admin/exports", append(span, "what", what, "format", "xlsx", "form_token", models.NewRef())...).is(http.StatusSeeOther)
		}
		assert.Equal(t, []string{paid.NumberText}, column(t, files["payments"], "order number"))
		assert.Equal(t, []string{paid.Current().Amount.String()}, column(t, files["payments"], "amount paid"))
		assert.Empty(t, files["refunds"][1:])
		assert.Equal(t, []string{open.NumberText, paid.NumberText}, column(t, files["orders"], "order number"))
		assert.Equal(t, []string{"", paid.Current().Amount.String()}, column(t, files["orders"], "amount paid"), "nobody has paid the open order")
		assert.Equal(t, []string{"awaiting", "paid"}, column(t, files["orders"], "payment"))
		assert.Equal(t, []string{"1", "2"}, column(t, files["lines"], "quantity"))
		state := s.fileOf(c, "what", "lines", "state", "paid")
		assert.Equal(t, []string{paid.NumberText}, column(t, state, "order number"), "lines of the orders that the list shows")

		day := "/admin/statements/" + today
		for path, link := range map[string]string{
			"/admin/orders": "/admin/exports", "/admin/refunds": "/admin/exports?what=refunds", "/admin/statements": "/admin/exports?what=payments",
			day:                                     "/admin/exports?from=" + today + "&to=" + today + "&what=payments",
			"/admin?from=" + today + "&to=" + today: "/admin/exports?from=" + today + "&to=" + today + "&what=payments",
		} {
			assert.Contains(t, c.get(path).is(http.StatusOK).links(), link, path)
			assert.NotContains(t, viewer.get(path).is(http.StatusOK).links(), link, path)
			to, err := url.Parse(link)
			require.NoError(t, err)
			filled := c.get(link).is(http.StatusOK)
			if to.Query().Has("what") {
				assert.Equal(t, to.Query().Get("what"), filled.chosen("what"), link)
			}
		}
	})
}

// A form that is refused is shown again with what was chosen, and with words at the field that is wrong.
func TestExports_ARefusedFormStaysWithWhatWasChosen(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	c := s.staffed(models.RoleFinance)
	now := s.clock.Now().UTC()
	today, tomorrow, before := now.Format(time.DateOnly), now.AddDate(0, 0, 1).Format(time.DateOnly), now.AddDate(0, 0, -1).Format(time.DateOnly)
	for _, x := range []struct{ what, from, to, field, problem string }{
		{"refunds", "1999-01-01", today, "from", "day_range"},
		{"payments", today, "2201-01-01", "to", "day_range"},
		{"payments", "2026-11-31", today, "from", "day"},
		{"refunds", "", today, "from", "day"},
		{"payments", today, tomorrow, "to", "day_future"},
		{"refunds", today, before, "to", "span"},
		{"orders", "1999-01-01", "", "from", "day_range"},
		{"lines", today, before, "to", "span"},
	} {
		p := c.post("/admin/exports", "what", x.what, "from", x.from, "to", x.to, "format", "csv", "form_token", models.NewRef()).is(http.StatusUnprocessableEntity)
		checkStaffPage(t, x.what, p)
		p.has(english.T("field.problem."+x.problem), `id="export-title"`)
		assert.True(t, p.invalid(x.field), x)
		assert.Equal(t, []string{x.what, x.from, x.to}, []string{p.chosen("what"), p.field("/admin/exports", "from"), p.field("/admin/exports", "to")})
		assert.Contains(t, []int{http.StatusOK, http.StatusUnprocessableEntity}, c.get("/admin/exports?what="+x.what+"&from="+x.from+"&to="+x.to).status)
	}
	c.get("/admin/exports?what=staff").is(http.StatusUnprocessableEntity).has(english.T("field.problem.unknown"))
	c.post("/admin/exports", "what", "payments", "from", today, "to", today, "format", "exe", "form_token", models.NewRef()).is(http.StatusUnprocessableEntity)
}

// dateFields are the names of the fields for a day in the page's forms.
func (p page) dateFields() []string {
	p.t.Helper()
	var names []string
	p.nodes(func(n *html.Node) {
		if n.Data == "input" && attribute(n, "type") == "date" && !slices.Contains(names, attribute(n, "name")) {
			names = append(names, attribute(n, "name"))
		}
	})
	return names
}

// Every field for a day says which days are possible when the day is not, instead of asking for a day.
func TestOffice_EveryFieldForADaySaysWhichDaysArePossible(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	owner := s.staffed(models.RoleOwner)
	s.openOrder()
	possible := english.T("field.problem.day_range")
	require.Contains(t, possible, models.FirstDay)
	require.Contains(t, possible, models.LastDay)
	fields := 0
	for _, r := range s.staffRoutes() {
		if r.Method != http.MethodGet || strings.Contains(r.Path, ":") {
			continue
		}
		p := owner.get(r.Path)
		if p.status != http.StatusOK {
			continue
		}
		for _, name := range p.dateFields() {
			fields++
			for _, day := range []string{"1999-01-01", "2201-01-01"} {
				asked := r.Path + "?" + name + "=" + day
				refused := owner.get(asked).is(http.StatusUnprocessableEntity).has(possible)
				assert.True(t, refused.invalid(name), asked)
				refused.lacks(english.T("field.problem.day"), english.T("field.problem.span"))
			}
		}
	}
	assert.GreaterOrEqual(t, fields, 11, "dashboard, orders, statements, exports, stock, audit log")
	owner.get("/admin/statements/1999-01-01").is(http.StatusUnprocessableEntity).has(possible)
	owner.post("/admin/statements", "day", "1999-01-01", "form_token", models.NewRef()).is(http.StatusUnprocessableEntity).has(possible)
}
