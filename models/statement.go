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
	ID        string
	Day       string // yyyy-MM-dd, in Zone
	Zone      string // IANA name of the platform's zone, COINCART_PLATFORM_TIMEZONE
	State     StatementState
	Lines     int    // lines that were stored, the unreadable ones included
	Count     int    // what the platform said that there are
	Pages     int    // pages that were read
	Hash      string // hex SHA-256 over the lines, sorted: two readings of the same records agree
	Problem   string // a Remark: why it is not complete
	FetchedBy string // staff id; empty: the schedule or the command line
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
	StatementID string
	Page        int    // from 1
	Sealed      []byte // the raw page, sealed by the store; see Raw
	Raw         []byte `gorm:"-"`
	Hash        string // hex SHA-256 of the raw page
	CreatedAt   time.Time
}

// StatementLine is one line of a statement. A line that could not be read is a row too, so that every record that the platform counts is
// there: Unreadable is set, Amount is 0, Type, AppOrderID and Coin are empty where they could not be read either, and the raw page has
// the line as it came.
type StatementLine struct {
	ID          string
	StatementID string
	Position    int // from 1, over all pages
	Type        StatementType
	AppOrderID  string
	Coin        string // upper case
	Amount      Amount
	UserID      string
	CreateTime  time.Time `gorm:"default:null"`
	PayTime     time.Time `gorm:"default:null"`
	Unreadable  string    // the platform's name of the member that cannot be read, such as orderAmount; "line": the line as a whole; "": it was read
	Digest      string    // of an unreadable line: hex SHA-256 of what came, which tells two of them apart
}

// BookDay is the shop's side of one day of the platform: open until everything is explained, then sealed.
type BookDay struct {
	Day         string `gorm:"primaryKey"` // yyyy-MM-dd
	Zone        string
	State       BookDayState
	StatementID string // the statement that the day was reconciled with last
	Report      string // the last reconciliation's sums, JSON, see payments.ReadReport; empty: never compared
	SealedHash  string // Hash of the statement at sealing
	SealedBy    string
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

// DiscrepancyKind is how a statement line and our books differ (reliability.md R16).
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

// Discrepancy is one difference that a person explains or mends before the day is sealed.
type Discrepancy struct {
	ID         string
	Day        string
	Kind       DiscrepancyKind
	Key        string // type + ":" + appOrderId (+ "#n" for duplicates), or UnreadableKey; (day, kind, key) is unique
	Type       StatementType
	AppOrderID string
	OrderID    string // ours, where there is one
	Coin       string
	Theirs     Amount // 0: no line
	Ours       Amount // 0: not in our books
	State      DiscrepancyState
	OwnerID    string // staff id
	Note       string
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// UnreadableKey is the Key of the discrepancy of an unreadable line: its position, the member that is wrong, and what tells it from another
// line in the same place, so that a reason accepted for one line never explains another.
func UnreadableKey(l StatementLine) string {
	return strconv.Itoa(l.Position) + ":" + l.Unreadable + ":" + l.Digest
}

// Unreadable says which line of the statement cannot be read, from 1 over all pages, and which member of it is wrong ("line": the line as a
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
	DiscrepancySettled  DiscrepancyState = "settled"  // mended: the books agree now
)

// ErrDay says that a text is not a day that can have a statement.
var ErrDay = errors.New("not a day")

// ParseDay reads yyyy-MM-dd in a zone and returns the day's bounds in UTC: from its first instant to that of the next day. The error is
// ErrDay.
func ParseDay(text string, zone *time.Location) (from, to time.Time, err error) {
	day, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil || day.Format(time.DateOnly) != text || day.Year() < 2009 || day.Year() > 2200 {
		return from, to, fmt.Errorf("%w: want yyyy-MM-dd", ErrDay)
	}
	return day.UTC(), day.AddDate(0, 0, 1).UTC(), nil
}

// DayOf is the day of an instant in a zone, yyyy-MM-dd.
func DayOf(at time.Time, zone *time.Location) string { return at.In(zone).Format(time.DateOnly) }
