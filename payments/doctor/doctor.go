// Package doctor looks at everything that a shop needs and says what is wrong and how to fix it: the page of the back office and
// the command line show the same findings. It changes nothing.
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

// Check is one of the things that are looked at.
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

// Checks lists all checks in their order.
func Checks() []Check {
	return []Check{
		CheckSettings, CheckBase, CheckKeys, CheckDatabase, CheckMigrations, CheckPower, CheckTime, CheckPlatform, CheckClock, CheckCalls, CheckCallbacks,
		CheckWorkers, CheckMail, CheckProxies, CheckDisk, CheckVersion,
	}
}

// Status is how a finding stands.
type Status string

// The states.
const (
	Good    Status = "good"
	Warn    Status = "warn"    // the shop runs, but look at it
	Bad     Status = "bad"     // the shop cannot take payments like this
	Unknown Status = "unknown" // it could not be looked at, because of another finding
)

// Code names what was found. Its words are in the message catalogue: "doctor.says." and, where there is something to do,
// "doctor.mend.".
type Code string

// Finding is what one check found.
type Finding struct {
	Check  Check
	Status Status
	Code   Code
	Values []string // pairs of name and value for the words
}

// Value is one of the finding's values; "" where it has none of this name.
func (f Finding) Value(name string) string {
	for i := 0; i+1 < len(f.Values); i += 2 {
		if f.Values[i] == name {
			return f.Values[i+1]
		}
	}
	return ""
}

// Report is what was found, in the order of Checks.
type Report struct {
	At       time.Time
	Findings []Finding
}

// Healthy reports that nothing keeps the shop from taking payments.
func (r Report) Healthy() bool {
	return !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Status == Bad })
}

// Config says what to look at. What is not known is left empty, and reported as such.
type Config struct {
	BaseURL        string   // the shop's public address
	PlatformURL    string   // the platform's base address
	AppID          string   // our AppKey
	MerchantKey    string   // file
	PlatformKeys   []string // files
	Demo           bool     // the demonstration: its addresses may be this machine's
	DataDir        string
	TrustedProxies []string
	Problems       []string // other settings that the shop refuses at start, in words of the reader's language
	Paths          Paths    // addresses that the platform is given

	Database string // what the settings name, without a password
	// OpenStore opens the database; the store is closed by done. A running shop gives its own.
	OpenStore func(context.Context) (db *store.Store, done func() error, err error)

	Explain func(error) string // puts an error of the database into words; nil: as the error says it

	Workers func() []models.WorkerState // how the workers of this process stand; nil: the shop does not run here
	Ready   string                      // address of /readyz of a shop that may run beside this process; "": nobody is asked

	ForwardedBy string // address of a peer that is no trusted proxy and sends forwarded headers, as the present request shows; "": none

	Clock     models.Clock      // the machine's; nil: the system's
	Transport http.RoundTripper // to the platform; nil: a plain one that connects within two seconds
	Limit     time.Duration     // for everything; 0: 8 seconds
}

// Paths are the shop's addresses that the platform uses.
type Paths struct{ Notify, Return, SignIn string }

const defaultLimit = 8 * time.Second

// Run makes all checks, those of the platform beside those of the database, within the limit.
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
	local := append(c.checkSettings(), c.checkBase()...)
	local = append(local, keys...)
	local = append(local, c.checkProxies(), c.checkDisk(), checkVersion())

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

// explain puts an error of the database into words.
func (c Config) explain(err error) string {
	if c.Explain != nil {
		return c.Explain(err)
	}
	return err.Error()
}

// checkSettings passes on what the start of the shop refuses.
func (c Config) checkSettings() []Finding {
	findings := make([]Finding, len(c.Problems))
	for i, words := range c.Problems {
		findings[i] = Finding{CheckSettings, Bad, CodeSetting, []string{"Words", words}}
	}
	return findings
}
