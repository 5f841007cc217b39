// Package doctor diagnoses a shop: it checks everything that the shop depends on, and explains what is wrong and how to fix it. The back
// office and the command line show the same findings. A check changes nothing.
package doctor

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
)

// The doctor's own checks.
const (
	CheckSettings   health.Check = "settings"
	CheckBase       health.Check = "base"
	CheckKeys       health.Check = "keys"
	CheckDatabase   health.Check = "database"
	CheckMigrations health.Check = "migrations"
	CheckTime       health.Check = "time" // the database's clock
	CheckPower      health.Check = "power"
	CheckEncryption health.Check = "encryption" // of the connection to the database
	CheckPlatform   health.Check = "platform"
	CheckClock      health.Check = "clock"
	CheckCalls      health.Check = "calls"
	CheckProxies    health.Check = "proxies"
	CheckDisk       health.Check = "disk"
	CheckVersion    health.Check = "version"
)

// Checks returns all checks in the order in which they are shown: the rooms' probes stand between what they depend on and the machine.
func (c Config) Checks() []health.Check {
	all := []health.Check{
		CheckSettings, CheckBase, CheckKeys, CheckDatabase, CheckMigrations, CheckPower, CheckEncryption, CheckTime, CheckPlatform, CheckClock, CheckCalls,
	}
	for _, probe := range c.Probes {
		all = append(all, probe.Check)
	}
	return append(all, CheckProxies, CheckDisk, CheckVersion)
}

// Report holds the findings in the order of Checks.
type Report struct {
	At       time.Time
	Findings []health.Finding
}

// Healthy reports whether nothing keeps the shop from taking payments.
func (r Report) Healthy() bool {
	return !slices.ContainsFunc(r.Findings, func(f health.Finding) bool { return f.Status == health.Bad })
}

// Config describes the shop to check. A field that is not known stays empty, and is reported.
type Config struct {
	BaseURL        string   // the shop's public address
	PlatformURL    string   // the platform's base URL
	AppID          string   // the shop's AppKey
	MerchantKey    string   // file name
	PlatformKeys   []string // file names
	Secrets        []string // file names, with md5 signing only
	Profile        opay.Profile
	Demo           bool // the demo, whose addresses may be on this machine
	DataDir        string
	TrustedProxies []string
	Problems       []string // problems of other settings, in the reader's language
	Paths          Paths    // addresses that the platform needs

	Database string // address in the settings, without the password
	// OpenStore opens the database; done closes it. A running shop returns its own store.
	OpenStore func(context.Context) (db *store.Store, done func() error, err error)

	Probes []health.Probe // the rooms' checks, read from the store

	Explain func(error) string // explains an error of the database; nil: its own text

	Workers func() []models.WorkerState // returns the state of this process's workers; nil: the shop does not run here
	Ready   string                      // address of /readyz of a shop that may run on this machine; empty: it is not asked

	ForwardedBy string // address of an untrusted peer that sends forwarded headers, as seen in the current request; empty: none

	Clock     models.Clock      // nil: models.SystemClock
	Transport http.RoundTripper // to the platform; nil: one that connects within two seconds
	Limit     time.Duration     // for all checks; 0: 8 seconds
}

// Paths are the paths of the shop that the platform uses.
type Paths struct{ Notify, Return, SignIn string }

const defaultLimit = 8 * time.Second

// Run makes all checks within the limit. Those of the platform and of the database run concurrently.
func (c Config) Run(ctx context.Context) Report {
	if c.Clock == nil {
		c.Clock = models.SystemClock
	}
	if c.Limit <= 0 {
		c.Limit = defaultLimit
	}
	ctx, cancel := context.WithTimeout(ctx, c.Limit)
	defer cancel()

	keys, wire := c.checkKeys()
	local := slices.Concat(c.checkSettings(), c.checkBase(), keys, []health.Finding{c.checkProxies(), c.checkDisk(), checkVersion()})

	var platform, database, workers []health.Finding
	var group sync.WaitGroup
	group.Go(func() { workers = c.checkWorkers(ctx) })
	group.Go(func() { platform = c.checkPlatform(ctx, wire) })
	group.Go(func() { database = c.checkStore(ctx) })
	group.Wait()

	report := Report{At: models.Instant(c.Clock()), Findings: slices.Concat(local, platform, workers, database)}
	order := c.Checks()
	slices.SortStableFunc(report.Findings, func(a, b health.Finding) int {
		return slices.Index(order, a.Check) - slices.Index(order, b.Check)
	})
	return report
}

// explain returns the explanation of an error of the database.
func (c Config) explain(err error) string {
	if c.Explain != nil {
		return c.Explain(err)
	}
	return err.Error()
}

// checkSettings reports the settings with which the shop refuses to start.
func (c Config) checkSettings() []health.Finding {
	findings := make([]health.Finding, len(c.Problems))
	for i, words := range c.Problems {
		findings[i] = health.New(CheckSettings, health.Bad, CodeSetting, "Words", words)
	}
	return findings
}
