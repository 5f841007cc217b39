package books

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/coincart/coincart/models"
)

// CoinTotal compares the amounts of one coin and one type over a day. If Theirs - Ours differs from Listed, the comparison has missed
// something.
type CoinTotal struct {
	Type   models.StatementType
	Coin   string
	Lines  int
	Theirs models.Amount // sum of the statement's lines
	Rows   int           // number of the shop's bookings
	Ours   models.Amount // sum of the shop's bookings that belong to the day
	Listed models.Amount // sum of the differences, theirs less ours, of the listed discrepancies; may be negative
}

// totalText is the JSON form of a CoinTotal. Listed is text because it may be negative, which amounts from outside may not.
type totalText struct {
	Type   string `json:"type"`
	Coin   string `json:"coin"`
	Lines  int    `json:"lines"`
	Rows   int    `json:"rows"`
	Theirs string `json:"theirs"`
	Ours   string `json:"ours"`
	Listed string `json:"listed"`
}

// MarshalJSON encodes amounts as decimal text.
func (t CoinTotal) MarshalJSON() ([]byte, error) {
	return json.Marshal(totalText{string(t.Type), t.Coin, t.Lines, t.Rows, t.Theirs.String(), t.Ours.String(), t.Listed.String()})
}

// UnmarshalJSON decodes what MarshalJSON encodes.
func (t *CoinTotal) UnmarshalJSON(b []byte) error {
	var text totalText
	if err := json.Unmarshal(b, &text); err != nil {
		return fmt.Errorf("read a total: %w", err)
	}
	t.Type, t.Coin, t.Lines, t.Rows = models.StatementType(text.Type), text.Coin, text.Lines, text.Rows
	return errors.Join(t.Theirs.Scan(text.Theirs), t.Ours.Scan(text.Ours), t.Listed.Scan(text.Listed))
}

// AddsUp reports whether the listed discrepancies explain the whole difference.
func (t CoinTotal) AddsUp() bool { return t.Theirs.Sub(t.Ours).Equal(t.Listed) }

// Result returns the result of the coin's comparison; open and accepted are the numbers of its discrepancies in these states.
func (t CoinTotal) Result(open, accepted int) models.DayResult {
	return models.ResultOf(t.AddsUp(), !t.Theirs.Equal(t.Ours), open, accepted)
}

// Reconciliation is the comparison of a day's statement with the shop's records (reliability.md R16).
type Reconciliation struct {
	Day         string               `json:"day"`
	Zone        string               `json:"zone"`
	StatementID string               `json:"statement_id"`
	Matched     int                  `json:"matched"`      // number of lines that agree with a booking
	RefundPairs int                  `json:"refund_pairs"` // number of these that confirm a refund
	Found       []models.Discrepancy `json:"-"`            // stored as rows of their own
	Totals      []CoinTotal          `json:"totals"`
	Astray      int                  `json:"astray"`      // number of the shop's lines whose pay time is not in the day
	LikelyZone  string               `json:"likely_zone"` // guess at the platform's time zone if lines are on the wrong day; else empty
}

// AddsUp reports whether the listed discrepancies explain the difference of every coin.
func (r Reconciliation) AddsUp() bool {
	return !slices.ContainsFunc(r.Totals, func(t CoinTotal) bool { return !t.AddsUp() })
}

// Result returns the result of the day's comparison; open and accepted are the numbers of its discrepancies in these states.
func (r Reconciliation) Result(open, accepted int) models.DayResult {
	return models.ResultOf(r.AddsUp(), false, open, accepted)
}

// DayResult returns the result of a day of the list.
func DayResult(b models.BookDayRow) (models.DayResult, error) {
	if b.Report == "" {
		return models.DayNotCompared, nil
	}
	report, err := ReadReport(b.Report)
	if err != nil {
		return "", err
	}
	return report.Result(b.Open, b.Accepted), nil
}

// ReadReport parses models.BookDay.Report.
func ReadReport(text string) (r Reconciliation, err error) {
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return r, fmt.Errorf("read the day's report: %w", err)
	}
	return r, nil
}
