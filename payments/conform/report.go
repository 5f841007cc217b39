package conform

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// Report is what a run found out.
type Report struct {
	At       time.Time
	Platform string // its address
	AppID    string
	Results  []Result
	Profile  opay.Profile // what coincart serve --profile takes
}

// Conforms reports whether no check that is a must failed.
func (r Report) Conforms() bool {
	for _, result := range r.Results {
		if result.Level == Must && result.Verdict == Fail {
			return false
		}
	}
	return true
}

// count returns how many results have a verdict.
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
		At       string          `json:"at"` // RFC 3339, UTC
		Platform string          `json:"platform"`
		AppID    string          `json:"appId"`
		Conforms bool            `json:"conforms"`
		Results  []Result        `json:"results"`
		Profile  json.RawMessage `json:"profile"`
	}{r.At.UTC().Format(time.RFC3339), r.Platform, r.AppID, r.Conforms(), r.Results, r.Profile.Encode()}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the report: %w", err)
	}
	return append(text, '\n'), nil
}

// Markdown returns the report as a table with a summary.
func (r Report) Markdown() string {
	var text strings.Builder
	verdict := "conforms"
	if !r.Conforms() {
		verdict = "does not conform"
	}
	fmt.Fprintf(&text, "# %s\n\nThe platform %s: %d passed, %d failed, %d noted, %d skipped. Asked as %s on %s.\n\n", r.Platform, verdict,
		r.count(Pass), r.count(Fail), r.count(Noted), r.count(Skipped), r.AppID, r.At.UTC().Format("2006-01-02 15:04 UTC"))
	text.WriteString("| check | level | result | |\n| --- | --- | --- | --- |\n")
	for _, result := range r.Results {
		words := result.Title
		if result.Detail != "" {
			words += ": " + result.Detail
		}
		fmt.Fprintf(&text, "| `%s` | %s | %s | %s |\n", result.ID, result.Level, result.Verdict, cell(words))
	}
	fmt.Fprintf(&text, "\nProfile for `coincart serve --profile FILE`:\n\n```json\n%s\n```\n", r.Profile.Encode())
	return text.String()
}

// cell makes a text fit into a cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(text)
}
