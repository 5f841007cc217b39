package merchant

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// FaultKind is what is wrong with a merchant.
type FaultKind string

// The kinds of faults.
const (
	DoubleCredit    FaultKind = "credited twice"   // more often than it was paid
	CreditedUnpaid  FaultKind = "credited unpaid"  // without money, or for money that fits nothing
	NotCredited     FaultKind = "not credited"     // the money is there, and the merchant waits
	MoneyLost       FaultKind = "money lost"       // the money is there, and the merchant says closed or open for ever
	NotAcknowledged FaultKind = "not acknowledged" // a true callback is refused
	WrongState      FaultKind = "wrong state"
	NoAnswer        FaultKind = "no answer" // the probe or the merchant did not do its part
)

// fault is the error of a scenario that shows one.
type fault struct {
	kind FaultKind
	text string
}

func (f *fault) Error() string { return string(f.kind) + ": " + f.text }

// Order is what became of an order.
type Order struct {
	ID         string `json:"id"`         // the probe's
	AppOrderID string `json:"appOrderId"` // at the exchange
	State      State  `json:"state"`
	Credited   int    `json:"credited"`
}

// Result is what a scenario found out.
type Result struct {
	ID      string    `json:"id"`
	Title   string    `json:"title"` // what was done
	Must    string    `json:"must"`  // what must hold
	Verdict Verdict   `json:"verdict"`
	Fault   FaultKind `json:"fault,omitempty"`
	Detail  string    `json:"detail,omitempty"` // for people, in English
	Orders  []Order   `json:"orders"`
}

// Report is what a run found out.
type Report struct {
	At      time.Time // UTC
	Probe   string    // its address
	AppID   string
	Results []Result
}

// Passes reports whether no scenario failed.
func (r Report) Passes() bool { return r.count(Fail) == 0 }

func (r Report) count(v Verdict) (n int) {
	for _, result := range r.Results {
		if result.Verdict == v {
			n++
		}
	}
	return n
}

// JSON returns the report as JSON, with a line break at its end.
func (r Report) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(struct {
		At      string   `json:"at"` // RFC 3339, UTC
		Probe   string   `json:"probe"`
		AppID   string   `json:"appId"`
		Passes  bool     `json:"passes"`
		Results []Result `json:"results"`
	}{r.At.UTC().Format(time.RFC3339), r.Probe, r.AppID, r.Passes(), r.Results}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the report: %w", err)
	}
	return append(text, '\n'), nil
}

// Markdown returns the report as a table with a summary.
func (r Report) Markdown() string {
	var text strings.Builder
	verdict := "passes"
	if !r.Passes() {
		verdict = "does not pass"
	}
	fmt.Fprintf(&text, "# The merchant at %s\n\nThe merchant %s: %d passed, %d failed, %d skipped. Tried as %s on %s.\n\n", r.Probe, verdict,
		r.count(Pass), r.count(Fail), r.count(Skipped), r.AppID, r.At.UTC().Format("2006-01-02 15:04 UTC"))
	text.WriteString("| scenario | result | credited | what was done | what must hold |\n| --- | --- | --- | --- | --- |\n")
	for _, result := range r.Results {
		words := string(result.Verdict)
		if result.Fault != "" {
			words += ", " + string(result.Fault)
		}
		if result.Detail != "" {
			words += ": " + result.Detail
		}
		credited := []string{}
		for _, o := range result.Orders {
			credited = append(credited, strconv.Itoa(o.Credited)+" ("+string(o.State)+")")
		}
		fmt.Fprintf(&text, "| `%s` | %s | %s | %s | %s |\n", result.ID, cell(words), cell(strings.Join(credited, ", ")), cell(result.Title), cell(result.Must))
	}
	return text.String()
}

// cell makes a text fit into a cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(text)
}

func times(n int) string {
	if n == 1 {
		return "1 time"
	}
	return strconv.Itoa(n) + " times"
}
