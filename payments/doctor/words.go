package doctor

import (
	"regexp"
	"slices"
	"strings"

	"github.com/coincart/coincart/models/health"
)

// Printer looks up texts in one language. For an unknown id it returns the id.
type Printer interface {
	T(id string, pairs ...string) string
	List(things []string) string
}

// separator separates the entries of a list in Values.
const separator = ", "

// Localize returns a finding with its values in the printer's language. Most values are the same in all languages; lists, the exchange's error
// codes, queues and the reports of a running shop are not.
func Localize(f health.Finding, p Printer) health.Finding {
	f.Values = slices.Clone(f.Values)
	for i := 0; i+1 < len(f.Values); i += 2 {
		f.Values[i+1] = valueIn(f, p, f.Values[i], f.Values[i+1])
	}
	return f
}

func valueIn(f health.Finding, p Printer, name, value string) string {
	switch {
	case name == "Peer", name == "Other", name == "List", name == "File" && f.Code == CodePeerIsOwn:
		return p.List(strings.Split(value, separator))
	case name == "Text" && f.Code == CodeCallsRefused:
		return codeWords(p, f.Value("Code"))
	case name == "Overdue":
		list := strings.Split(value, separator)
		for i, counted := range list {
			kind, count, _ := strings.Cut(counted, "=")
			list[i] = p.T("doctor.overdue."+kind, "Count", count)
		}
		return p.List(list)
	case name == "Queue":
		return textOr(p, "doctor.queue."+value, value)
	case name == "Words" && f.Code == CodeWorkersSaid:
		lines := strings.Split(value, saidSeparator)
		for i, line := range lines {
			lines[i] = saidWords(p, line)
		}
		return joinList(p, "doctor.said.list", lines)
	}
	return value
}

// joinList joins a list with a message that has the placeholders Before and After.
func joinList(p Printer, id string, list []string) string {
	text := list[0]
	for _, next := range list[1:] {
		text = p.T(id, "Before", text, "After", next)
	}
	return text
}

// textOr returns the text of a message, or other if there is none.
func textOr(p Printer, id, other string) string {
	if text := p.T(id); text != id {
		return text
	}
	return other
}

// codeWords returns the meaning of an error code of the exchange.
func codeWords(p Printer, code string) string {
	return textOr(p, "admin.code."+code, textOr(p, "doctor.code."+code, p.T("doctor.code.unknown")))
}

// workerReport matches a line of /readyz about a worker.
var workerReport = regexp.MustCompile(`^worker (\S+) (has stalled: no step has ended|fails: no step has ended well) for (\d+) seconds$`)

func saidWords(p Printer, line string) string {
	match := workerReport.FindStringSubmatch(line)
	if match == nil {
		return line
	}
	id := "doctor.said.failing"
	if strings.HasPrefix(match[2], "has stalled") {
		id = "doctor.said.stalled"
	}
	return p.T(id, "Worker", match[1], "Seconds", match[3])
}

// Text is a finding as text.
type Text struct {
	Check string // what was checked
	Says  string // what was found
	Mend  string // what to do; empty: nothing
}

// TextOf returns a finding as text, for the page and for the command line.
func TextOf(f health.Finding, p Printer) Text {
	values := Localize(f, p).Values
	w := Text{Check: p.T("doctor.check." + string(f.Check)), Says: p.T("doctor.says."+string(f.Code), values...)}
	if mend := "doctor.mend." + string(f.Code); p.T(mend) != mend {
		w.Mend = p.T(mend, values...)
	}
	w.Says = strings.TrimSpace(w.Says)
	return w
}
