package models

import (
	"slices"
	"time"
)

// AlertKind names what staff can be told about by mail.
type AlertKind string

// The kinds of alerts.
const (
	AlertAttention AlertKind = "attention" // a review is open
	AlertRefund    AlertKind = "refund"    // a refund waits for a second person
	AlertLowStock  AlertKind = "low_stock" // little is left of a variant
	AlertCallbacks AlertKind = "callbacks" // payments come without the platform's callbacks
	AlertStatement AlertKind = "statement" // a discrepancy is open
)

// AlertDaily is the row of a person's summary of the day among the rows of alerts.
const AlertDaily AlertKind = "daily"

// AlertKinds returns the kinds of alerts in the order of pages and mails.
func AlertKinds() []AlertKind {
	return []AlertKind{AlertAttention, AlertRefund, AlertLowStock, AlertCallbacks, AlertStatement}
}

// Permission returns what a person must be allowed to do to be told.
func (k AlertKind) Permission() Permission {
	if k == AlertRefund {
		return MayRefund
	}
	return MayView
}

// AlertTiming says when a person is told about a kind of alert.
type AlertTiming string

// The timings.
const (
	AlertNow     AlertTiming = "now"
	AlertOnceDay AlertTiming = "daily" // with the summary of the day
	AlertNever   AlertTiming = "never"
)

// AlertTimings returns all timings, for forms.
func AlertTimings() []AlertTiming { return []AlertTiming{AlertNow, AlertOnceDay, AlertNever} }

// Bounds of mails to staff: an attack on the shop must not become one on their mailboxes.
const (
	// AlertPause is the shortest time between two mails to one person about one kind.
	AlertPause = 15 * time.Minute
	// AlertsCounted is the maximum number of alerts that one look adds for each kind.
	AlertsCounted = 500
)

// AlertTiming returns when a person with the role is told who has not chosen.
func (r Role) AlertTiming(kind AlertKind) AlertTiming {
	if !r.Can(kind.Permission()) {
		return AlertNever
	}
	money := kind == AlertAttention || kind == AlertRefund
	switch r {
	case RoleOwner:
		if money {
			return AlertNow
		}
		return AlertOnceDay
	case RoleFinance:
		if money {
			return AlertNow
		}
		if kind != AlertLowStock {
			return AlertOnceDay
		}
	case RoleOperator:
		if kind == AlertAttention || kind == AlertLowStock {
			return AlertOnceDay
		}
	case RoleViewer:
	}
	return AlertNever
}

// StaffAlert says when a person wants to be told about a kind of alert, and was told last.
type StaffAlert struct {
	StaffID   string      `ascii:"36" gorm:"primaryKey"`
	Kind      AlertKind   `ascii:"16" gorm:"primaryKey"` // or AlertDaily
	Timing    AlertTiming `ascii:"16"`                   // empty: Role.AlertTiming
	ToldUntil time.Time   `gorm:"default:null"`          // alerts up to this moment were told; zero: none
	MailedAt  time.Time   `gorm:"default:null"`          // zero: never
}

// TimingFor returns the timing of a person with the role: never for what the role may not see.
func (a StaffAlert) TimingFor(role Role, kind AlertKind) AlertTiming {
	switch {
	case !role.Can(kind.Permission()):
		return AlertNever
	case slices.Contains(AlertTimings(), a.Timing):
		return a.Timing
	}
	return role.AlertTiming(kind)
}

// AlertCount counts what a mail tells of one kind.
type AlertCount struct {
	Kind AlertKind `json:"kind"`
	New  int       `json:"new"`  // since the mail before
	Open int       `json:"open"` // with the new ones
}

// AlertCounts are the counts of a mail, in the order of AlertKinds. They are stored as JSON with the mail.
type AlertCounts []AlertCount
