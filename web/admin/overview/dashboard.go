package overview

import (
	"time"

	"github.com/coincart/coincart/models/invalid"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// longestSpan is the maximum number of days that the figures are shown for.
const longestSpan = 366

// span is a range of days of the platform's zone, both ends included.
type span struct {
	from, to string // as asked for, yyyy-MM-dd
	first    time.Time
	end      time.Time // the beginning of the day after the last
}

// presets returns the names of the named spans.
func presets() []string { return []string{"today", "7d", "30d", "90d"} }

// showDashboard shows the figures of today and of a span: GET /admin?span= or ?from=&to=.
func (h *handlers) showDashboard(req *admin.Request) error {
	zone, now := h.site.Zone, h.site.Clock()
	view := pages.DashboardView{From: pages.Field{Value: req.Query("from")}, To: pages.Field{Value: req.Query("to")}}
	chosen := req.Query("span")
	if chosen == "" && view.From.Value == "" && view.To.Value == "" {
		chosen = "7d"
	}
	view.Presets = admin.Choices(presets(), chosen, false)
	s, ok := presetSpan(chosen, now, zone)
	if chosen == "" {
		s, ok = readSpan(&view.From, &view.To, now, zone)
	}
	if !ok {
		if view.Refusal = pages.Worst("", view.From.Problem, view.To.Problem); chosen != "" {
			view.Refusal = pages.RefusalOf(invalid.Unknown)
		}
		s, _ = presetSpan("7d", now, zone)
	}
	if chosen != "" && ok {
		view.From.Value, view.To.Value = s.from, s.to
	}
	figures, err := h.site.Store.Dashboard(req.Context(), s.first, s.end, zone)
	if err != nil {
		return err
	}
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	if view.Attention, err = h.attention(req, figures.Now); err != nil {
		return err
	}
	view.Page = req.Page(pages.SectionDashboard)
	fillDashboard(&view, req.Printer, currency, figures, now)
	return req.Answer(view.Refusal, pages.Dashboard(view))
}

// presetSpan returns a named span that ends today.
func presetSpan(name string, now time.Time, zone *time.Location) (span, bool) {
	days := map[string]int{"today": 1, "7d": 7, "30d": 30, "90d": 90}[name]
	if days == 0 {
		return span{}, false
	}
	local := now.In(zone)
	last := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)
	first := last.AddDate(0, 0, 1-days)
	return span{from: first.Format(time.DateOnly), to: last.Format(time.DateOnly), first: first.UTC(), end: last.AddDate(0, 0, 1).UTC()}, true
}

// readSpan parses two days and marks what is wrong with each. A missing day is the same as the other.
func readSpan(from, to *pages.Field, now time.Time, zone *time.Location) (span, bool) {
	s := span{from: from.Value, to: to.Value}
	if s.from == "" {
		s.from = s.to
	}
	if s.to == "" {
		s.to = s.from
	}
	s.first, _, from.Problem = admin.ReadDay(s.from, now, zone)
	_, s.end, to.Problem = admin.ReadDay(s.to, now, zone)
	if from.Problem != "" || to.Problem != "" {
		return s, false
	}
	if !s.first.Before(s.end) || s.first.In(zone).AddDate(0, 0, longestSpan).Before(s.end) {
		to.Problem = invalid.Span
		return s, false
	}
	return s, true
}
