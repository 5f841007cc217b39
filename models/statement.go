package models

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// StatementType is the platform's orderType of statement lines (platform/api.md §3.5).
type StatementType string

// The types.
const (
	StatementPayment  StatementType = "1"
	StatementTransfer StatementType = "11" // refund or grant
)

// Statement is one fetched daily statement: all types of one day of the platform, as it was at FetchedAt. A later fetch of the same day is
// a new row; the newest complete one counts.
type Statement struct {
	ID        string         `ascii:"36"`
	Day       string         `ascii:"10"` // yyyy-MM-dd, in Zone
	Zone      string         `ascii:"64"` // IANA name of the platform's zone, COINCART_PLATFORM_TIMEZONE
	State     StatementState `ascii:"16"`
	Lines     int            // lines that were stored, the unreadable ones included
	Count     int            // what the platform said that there are
	Pages     int            // pages that were read
	Hash      string         `ascii:"64"` // hex SHA-256 over the lines, sorted: two readings of the same records agree
	Problem   string         `text:"500"` // a Remark: why it is not complete
	FetchedBy string         `ascii:"36"` // staff id; empty: the schedule or the command line
	CreatedAt time.Time
	FetchedAt time.Time `gorm:"default:null"`
}

// StatementState is how far a fetch has come.
type StatementState string

// The states of a statement.
const (
	StatementFetching StatementState = "fetching"
	StatementComplete StatementState = "complete"
	StatementFailed   StatementState = "failed" // the pages shifted while reading, the count differs, or the platform did not answer
)

// StatementPage keeps one raw reply as proof: sealed, because it holds openIds (reliability.md E9), with the hash of what is inside.
type StatementPage struct {
	StatementID string `ascii:"36"`
	Page        int    // from 1
	Sealed      []byte // the raw page, sealed by the store; see Raw
	Raw         []byte `gorm:"-"`
	Hash        string `ascii:"64"` // hex SHA-256 of the raw page
	CreatedAt   time.Time
}

// StatementLine is one line of a statement. A line that could not be read is a row too, so that every record that the platform counts is
// there: Unreadable is set, Amount is 0, Type, AppOrderID and Coin are empty where they could not be read either, and the raw page has
// the line as it came.
type StatementLine struct {
	ID          string        `ascii:"36"`
	StatementID string        `ascii:"36"`
	Position    int           // from 1, over all pages
	Type        StatementType `ascii:"8"`
	AppOrderID  string        `ascii:"255"`
	Coin        string        `text:"64"` // upper case
	Amount      Amount
	UserID      string    `text:"128"`
	CreateTime  time.Time `gorm:"default:null"`
	PayTime     time.Time `gorm:"default:null"`
	Unreadable  string    `ascii:"32"` // the platform's name of the member that cannot be read, such as orderAmount; "line": the line as a whole; "": it was read
	LineText    string    `text:"500"` // of an unreadable line: what came, without accounts
	Digest      string    `ascii:"64"` // of an unreadable line: hex SHA-256 of the raw line, which distinguishes two of them
}

// BookDay is the shop's side of one day of the platform: open until everything is explained, then sealed.
type BookDay struct {
	Day         string       `gorm:"primaryKey" ascii:"10"` // yyyy-MM-dd
	Zone        string       `ascii:"64"`
	State       BookDayState `ascii:"16"`
	StatementID string       `ascii:"36"`    // the statement that the day was reconciled with last
	Report      string       `text:"medium"` // the last reconciliation's sums, JSON, see books.ReadReport; empty: never compared
	SealedHash  string       `ascii:"64"`    // Hash of the statement at sealing
	SealedBy    string       `ascii:"36"`
	CreatedAt   time.Time
	UpdatedAt   time.Time
	SealedAt    time.Time `gorm:"default:null"`
}

// BookDayState is what became of a day.
type BookDayState string

// The states of a day.
const (
	DayOpen   BookDayState = "open"
	DaySealed BookDayState = "sealed"
)

// DiscrepancyKind is how a statement line and the shop's records differ (reliability.md R16).
type DiscrepancyKind string

// The kinds of discrepancies.
const (
	AmountDiffers  DiscrepancyKind = "amount_differs"
	CoinDiffers    DiscrepancyKind = "coin_differs"
	TheirsNotOurs  DiscrepancyKind = "theirs_not_ours" // a line for which we have no paid attempt or refund
	OursNotTheirs  DiscrepancyKind = "ours_not_theirs" // paid here that day, no line there
	DuplicateLine  DiscrepancyKind = "duplicate"       // the same (type, appOrderId) again
	WrongDay       DiscrepancyKind = "wrong_day"       // matched, but the line's pay time does not lie in the day
	ChangedSealed  DiscrepancyKind = "changed_sealed"  // a later fetch differs from the sealed day
	UnreadableLine DiscrepancyKind = "unreadable"      // a line that cannot be read; what it says of money is not known
)

// Discrepancy is a difference that a person explains or corrects before the day is sealed.
type Discrepancy struct {
	ID         string           `ascii:"36"`
	Day        string           `ascii:"10"`
	Kind       DiscrepancyKind  `ascii:"32"`
	Key        string           `ascii:"300"` // type + ":" + appOrderId (+ "#n" for duplicates), or UnreadableKey; (day, kind, key) is unique
	Type       StatementType    `ascii:"8"`
	AppOrderID string           `ascii:"255"`
	OrderID    string           `ascii:"36"` // ours, where there is one
	Coin       string           `text:"64"`
	Theirs     Amount           // 0: no line
	Ours       Amount           // 0: not in the shop's records
	State      DiscrepancyState `ascii:"16"`
	OwnerID    string           `ascii:"36"`  // staff id: who works on it; empty: nobody
	Note       string           `text:"1000"` // the newest; empty: none
	Reason     string           `text:"1000"` // why it is accepted; empty unless it is
	AcceptedBy string           `ascii:"36"`  // staff id; empty: nobody, or the command line
	LineText   string           `text:"500"`  // of an unreadable line: what came, without accounts
	Version    int              // grows with each change that people see, see DiscrepancySeen
	CreatedAt  time.Time
	UpdatedAt  time.Time
	AcceptedAt time.Time `gorm:"default:null"`
}

// UnreadableKey returns the Key of the discrepancy of an unreadable line: its position, the member that is wrong, and what distinguishes it
// from another line in the same place, so that a reason accepted for one line never explains another.
func UnreadableKey(l StatementLine) string {
	return strconv.Itoa(l.Position) + ":" + l.Unreadable + ":" + l.Digest
}

// Unreadable returns which line of the statement cannot be read, from 1 over all pages, and which member of it is wrong ("line": the line as a
// whole). ok is false for a discrepancy of another kind.
func (d Discrepancy) Unreadable() (position int, member string, ok bool) {
	at, rest, _ := strings.Cut(d.Key, ":")
	member, _, _ = strings.Cut(rest, ":")
	position, err := strconv.Atoi(at)
	if d.Kind != UnreadableLine || err != nil {
		return 0, "", false
	}
	return position, member, true
}

// DiscrepancyState is what became of a discrepancy.
type DiscrepancyState string

// The states of a discrepancy.
const (
	DiscrepancyOpen     DiscrepancyState = "open"
	DiscrepancyAccepted DiscrepancyState = "accepted" // explained with a reason
	DiscrepancySettled  DiscrepancyState = "settled"  // corrected: the records agree now
)

// ErrDay means that a text is not a day that can have a statement.
var ErrDay = errors.New("not a day")

// ErrDayRange is the ErrDay of a day before FirstDay or after LastDay.
var ErrDayRange = fmt.Errorf("%w: want %s to %s", ErrDay, FirstDay, LastDay)

// The first and the last day that the shop knows.
const (
	FirstDay = "2009-01-01"
	LastDay  = "2200-12-31"
)

// ParseDay parses yyyy-MM-dd in a zone and returns the day's bounds in UTC: from its first instant to that of the next day. The error is
// ErrDay, that of a day out of range ErrDayRange.
func ParseDay(text string, zone *time.Location) (from, to time.Time, err error) {
	day, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil || day.Format(time.DateOnly) != text {
		return from, to, fmt.Errorf("%w: want yyyy-MM-dd", ErrDay)
	}
	if text < FirstDay || text > LastDay {
		return from, to, ErrDayRange
	}
	return day.UTC(), day.AddDate(0, 0, 1).UTC(), nil
}

// DayOf returns the day of an instant in a zone, yyyy-MM-dd.
func DayOf(at time.Time, zone *time.Location) string { return at.In(zone).Format(time.DateOnly) }

// PlatformPayment is a payment order that the platform calls paid.
type PlatformPayment struct {
	AppOrderID string
	OrderNum   string // empty: a statement does not tell it
	Coin       string // upper case
	Amount     Amount
}
