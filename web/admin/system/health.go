package system

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/payments/doctor"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// reportAge is the maximum age of a report that is shown again: a new one costs two calls of the platform.
const reportAge = 5 * time.Second

// healthLimit limits the time of the checks to that of a page.
const healthLimit = 5 * time.Second

// showHealth shows the doctor's findings: GET /admin/health.
func (h *handlers) showHealth(req *admin.Request) error {
	report := h.report(req)
	view := pages.HealthView{Page: req.Page(pages.SectionHealth), At: admin.Moment(req.Printer, report.At), Healthy: report.Healthy()}
	for _, f := range report.Findings {
		words := doctor.TextOf(f, req.Printer)
		view.Findings = append(view.Findings, pages.Finding{
			Check: words.Check, Status: string(f.Status), Says: words.Says, Mend: words.Mend,
		})
	}
	return req.Answer("", pages.Health(view))
}

func (h *handlers) report(req *admin.Request) doctor.Report {
	config := h.checks.Doctor
	config.Limit, config.ForwardedBy = healthLimit, h.untrustedProxy(req)
	h.reports.mu.Lock()
	defer h.reports.mu.Unlock()
	age := h.site.Clock().Sub(h.reports.at)
	if age < 0 || age >= reportAge {
		h.reports.last = config.Run(req.Context())
		h.reports.at = h.site.Clock()
	}
	return h.reports.last
}

// untrustedProxy returns the peer of a request that came with forwarded headers although no proxy is trusted; "" for none.
func (h *handlers) untrustedProxy(req *admin.Request) string {
	if len(h.checks.TrustedProxies) > 0 || req.Header("X-Forwarded-For") == "" {
		return ""
	}
	host, _, err := net.SplitHostPort(req.ClientIP())
	if err != nil {
		host = req.ClientIP()
	}
	return host
}

// Checks are the checks that the pages about the shop's set-up run.
type Checks struct {
	TryMail        func(context.Context, mail.Message) mail.Trial // nil: nobody can send a test mail
	Doctor         doctor.Config
	TrustedProxies []string
}

// reports caches the last report.
type reports struct {
	mu   sync.Mutex
	last doctor.Report
	at   time.Time
}
