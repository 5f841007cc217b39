// Package health describes what the checks of a shop find. A room registers a Probe for what the shop's records tell about its work; package
// payments/doctor runs the probes beside its own checks, and has the words for all findings.
package health

import (
	"context"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Check is the subject of a check.
type Check string

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

// New returns a finding; values are pairs of name and value.
func New(check Check, status Status, code Code, values ...string) Finding {
	return Finding{Check: check, Status: status, Code: code, Values: values}
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

// Records is what a probe may read.
type Records struct {
	Store    *store.Store    // its schema is up to date
	Settings models.Settings // of the store
	Demo     bool            // the demo, which needs no mail server
}

// Probe checks one subject in the records of a shop, which may run elsewhere or not at all. It changes nothing.
type Probe struct {
	Check Check
	Read  func(context.Context, Records) (Finding, error) // the error is the database's
}

// FormatTime formats a time for the values of a finding, in the same way in every language: "2026-11-22 14:35:07 UTC".
func FormatTime(t time.Time) string { return t.UTC().Format(time.DateTime + " MST") }
