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
	"github.com/coincart/coincart/models/store"
)

// Check is the subject of a check.
type Check string

// The checks, in the order in which they are shown.
const (
	CheckSettings   Check = "settings"
	CheckBase       Check = "base"
	CheckKeys       Check = "keys"
	CheckDatabase   Check = "database"
	CheckMigrations Check = "migrations"
	CheckTime       Check = "time" // the database's clock
	CheckPower      Check = "power"
	CheckPlatform   Check = "platform"
	CheckClock      Check = "clock"
	CheckCalls      Check = "calls"
	CheckCallbacks  Check = "callbacks"
	CheckWorkers    Check = "workers"
	CheckMail       Check = "mail"
	CheckProxies    Check = "proxies"
	CheckDisk       Check = "disk"
	CheckVersion    Check = "version"
)

// Checks returns all checks in their order.
func Checks() []Check {
	return []Check{
		CheckSettings, CheckBase, CheckKeys, CheckDatabase, CheckMigrations, CheckPower, CheckTime, CheckPlatform, CheckClock, CheckCalls, CheckCallbacks,
		CheckWorkers, CheckMail, CheckProxies, CheckDisk, CheckVersion,
	}
}

// Status is the result of a check.
type Status string

// The statuses.
const (
	Good    Status = "good"
	Warn    Status = "warn"    // the shop works, but needs attention
	Bad     Status = "bad"     // the shop cannot take payments
	Unknown Status = "unknown" // not checked, because of another finding
)

// Code identifies a finding. The message catalogue has its text under "doctor.says.", and under "doctor.mend." if there is something to do.
type Code string

// Finding is the result of one check.
type Finding struct {
	Check  Check
	Status Status
	Code   Code
	Values []string // pairs of name and value for the text
}

// Value returns the value with a name, or "" if there is none.
func (f Finding) Value(name string) string {
	for i := 0; i+1 < len(f.Values); i += 2 {
		if f.Values[i] == name {
			return f.Values[i+1]
		}
	}
	return ""
}

// Report holds the findings in the order of Checks.
type Report struct {
	At       time.Time
	Findings []Finding
}

// Healthy reports whether nothing keeps the shop from taking payments.
func (r Report) Healthy() bool {
	return !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Status == Bad })
}

// Config describes the shop to check. A field that is not known stays empty, and is reported.
type Config struct {
	BaseURL        string   // the shop's public address
	PlatformURL    string   // the platform's base URL
	AppID          string   // the shop's AppKey
	MerchantKey    string   // file name
	PlatformKeys   []string // file names
	Demo           bool     // the demo, whose addresses may be on this machine
	DataDir        string
	TrustedProxies []string
	Problems       []string // problems of other settings, in the reader's language
	Paths          Paths    // addresses that the platform needs

	Database string // address in the settings, without the password
	// OpenStore opens the database; done closes it. A running shop returns its own store.
	OpenStore func(context.Context) (db *store.Store, done func() error, err error)

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

	keys, ring := c.checkKeys()
	local := slices.Concat(c.checkSettings(), c.checkBase(), keys, []Finding{c.checkProxies(), c.checkDisk(), checkVersion()})

	var platform, database, workers []Finding
	var group sync.WaitGroup
	group.Go(func() { workers = c.checkWorkers(ctx) })
	group.Go(func() { platform = c.checkPlatform(ctx, ring) })
	group.Go(func() { database = c.checkStore(ctx) })
	group.Wait()

	report := Report{At: models.Instant(c.Clock()), Findings: slices.Concat(local, platform, workers, database)}
	order := Checks()
	slices.SortStableFunc(report.Findings, func(a, b Finding) int {
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
func (c Config) checkSettings() []Finding {
	findings := make([]Finding, len(c.Problems))
	for i, words := range c.Problems {
		findings[i] = Finding{CheckSettings, Bad, CodeSetting, []string{"Words", words}}
	}
	return findings
}
