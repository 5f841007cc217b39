package doctor

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Printer is the message catalogue in one language. An id that it lacks comes back as itself.
type Printer interface {
	T(id string, pairs ...string) string
	List(things []string) string
}

// separator stands between the entries of a list in Values.
const separator = ", "

// In returns the finding with its values in the printer's language. Values are language-neutral where possible; lists, the exchange's
// error codes, queues and what a running shop reports are not.
func (f Finding) In(p Printer) Finding {
	f.Values = slices.Clone(f.Values)
	for i := 0; i+1 < len(f.Values); i += 2 {
		f.Values[i+1] = f.valueIn(p, f.Values[i], f.Values[i+1])
	}
	return f
}

func (f Finding) valueIn(p Printer, name, value string) string {
	switch {
	case name == "Peer", name == "Other", name == "List", name == "File" && f.Code == CodePeerIsOwn:
		return p.List(strings.Split(value, separator))
	case name == "Text" && f.Code == CodeCallsRefused:
		return codeWords(p, f.Value("Code"))
	case name == "Queue":
		return known(p, "doctor.queue."+value, value)
	case name == "Words" && f.Code == CodeWorkersSaid:
		lines := strings.Split(value, saidSeparator)
		for i, line := range lines {
			lines[i] = saidWords(p, line)
		}
		return fold(p, "doctor.said.list", lines)
	}
	return value
}

// fold joins the entries of a list by a message that has a place for what is before and for what is after.
func fold(p Printer, id string, list []string) string {
	text := list[0]
	for _, next := range list[1:] {
		text = p.T(id, "Before", text, "After", next)
	}
	return text
}

// known returns the message, or other where the catalogue lacks it.
func known(p Printer, id, other string) string {
	if text := p.T(id); text != id {
		return text
	}
	return other
}

// codeWords says what the exchange's error code means.
func codeWords(p Printer, code string) string {
	return known(p, "admin.code."+code, known(p, "doctor.code."+code, p.T("doctor.code.unknown")))
}

// said matches what /readyz reports of a worker.
var said = regexp.MustCompile(`^worker (\S+) (has stalled: no step has ended|fails: no step has ended well) for (\d+) seconds$`)

func saidWords(p Printer, line string) string {
	match := said.FindStringSubmatch(line)
	if match == nil {
		return line
	}
	id := "doctor.said.failing"
	if strings.HasPrefix(match[2], "has stalled") {
		id = "doctor.said.stalled"
	}
	return p.T(id, "Worker", match[1], "Seconds", match[3])
}

// stamp writes a moment the same way in every language: "2026-11-22 14:35:07 UTC".
func stamp(t time.Time) string { return t.UTC().Format(time.DateTime + " MST") }

// Words are a finding in words.
type Words struct {
	Check string // what was looked at
	Says  string // what is the case
	Mend  string // what to do; "" for nothing
}

// Words puts the finding into words, for the page and for the command line.
func (f Finding) Words(p Printer) Words {
	values := f.In(p).Values
	w := Words{Check: p.T("doctor.check." + string(f.Check)), Says: p.T("doctor.says."+string(f.Code), values...)}
	if mend := "doctor.mend." + string(f.Code); p.T(mend) != mend {
		w.Mend = p.T(mend, values...)
	}
	w.Says = strings.TrimSpace(w.Says)
	return w
}
