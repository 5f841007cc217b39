package admin

import (
	"context"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/doctor"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

// Checks are what the pages about the shop's set-up ask.
type Checks struct {
	TryMail        func(context.Context, mail.Message) mail.Trial // nil: nobody can send a test mail
	Doctor         *doctor.Config                                 // nil: the store alone is looked at
	TrustedProxies []string
}

// reportAge is how old a report may be that is shown: looking costs the platform two calls.
const reportAge = 5 * time.Second

// healthLimit keeps the checks within a page's time.
const healthLimit = 5 * time.Second

// reports keeps the last report for a moment.
type reports struct {
	mu   sync.Mutex
	last doctor.Report
	at   time.Time
}

// showHealth shows what the doctor finds: GET /admin/health.
func (o *Office) showHealth(d *desk) error {
	report := o.report(d)
	view := pages.HealthView{Page: d.page(pages.SectionHealth), At: moment(d.Printer, report.At), Healthy: report.Healthy()}
	for _, f := range report.Findings {
		words := FindingWords(d.Printer, f)
		view.Findings = append(view.Findings, pages.Finding{
			Check: words.Check, Status: string(f.Status), Says: words.Says, Mend: words.Mend,
		})
	}
	return d.show("", pages.Health(view))
}

func (o *Office) report(d *desk) doctor.Report {
	config := doctor.Config{OpenStore: o.openStore, Clock: o.site.Clock}
	if o.checks.Doctor != nil {
		config = *o.checks.Doctor
	}
	config.Limit, config.ForwardedBy = healthLimit, d.strangeProxy()
	o.reports.mu.Lock()
	defer o.reports.mu.Unlock()
	age := o.site.Clock().Sub(o.reports.at)
	if age < 0 || age >= reportAge {
		o.reports.last = config.Run(d.Context())
		o.reports.at = o.site.Clock()
	}
	return o.reports.last
}

func (o *Office) openStore(context.Context) (db *store.Store, done func() error, err error) {
	return o.site.Store, func() error { return nil }, nil
}

// strangeProxy is the peer of a request that came with forwarded headers although no proxy is trusted; "" for none.
func (d *desk) strangeProxy() string {
	if len(d.office.checks.TrustedProxies) > 0 || d.Header("X-Forwarded-For") == "" {
		return ""
	}
	host, _, err := net.SplitHostPort(d.ClientIP())
	if err != nil {
		host = d.ClientIP()
	}
	return host
}

// Words are a finding in words.
type Words struct {
	Check string // what was looked at
	Says  string // what is the case
	Mend  string // what to do; "" for nothing
}

// FindingWords puts a finding into words, for the page and for the command line.
func FindingWords(p *i18n.Printer, f doctor.Finding) Words {
	values := f.In(p).Values
	w := Words{Check: p.T("doctor.check." + string(f.Check)), Says: p.T("doctor.says."+string(f.Code), values...)}
	if mend := "doctor.mend." + string(f.Code); p.T(mend) != mend {
		w.Mend = p.T(mend, values...)
	}
	w.Says = strings.TrimSpace(w.Says)
	return w
}
