package admin

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates/i18n"
)

// input is a labelled field with its hint and its problem: one line, several lines, or a choice.
type input struct {
	id, name, label string
	kind            string // type of <input>; "" is text
	from            Field  // sets value and problem
	about           string // the field that problems have words of their own for; see i18n.Printer.ProblemOf
	value, hint     string
	problem         string // words
	complete        string // autocomplete; "" is off
	length          string // maxlength
	holder          string // placeholder
	list            string // id of a <datalist>
	lang            string // of what is typed, where it is not the page's
	required, code  bool   // code: a short run of digits or letters, set wide
	numeric, focus  bool
	lines           bool // <textarea>

	choices []Choice // of <select>
	words   string   // where the choices have theirs: "admin.role."
	none    string   // what the choice with the empty value says
}

// DateTimeField is the layout (package time) of a field with a day and a time.
const DateTimeField = "2006-01-02T15:04"

// filled returns the input with value and problem of its field (from), if it has one.
func (i input) filled(p *i18n.Printer) input {
	if i.from != (Field{}) {
		i.value, i.problem = i.from.Value, p.ProblemOf(i.about, i.from.Problem, "Min", number(i.from.Min), "Max", number(i.from.Max))
	}
	return i
}

// kindOrText returns the type of the <input>. A value that is not a day is shown in a text field: a date field would hide it from the
// person who typed it.
func (i input) kindOrText() string {
	layout := map[string]string{"date": time.DateOnly, "datetime-local": DateTimeField}[i.kind]
	if layout != "" && i.value != "" {
		if _, err := time.Parse(layout, i.value); err != nil {
			return "text"
		}
	}
	return cmp.Or(i.kind, "text")
}

// describedBy returns the ids of the elements that explain the field; "" for none.
func (i input) describedBy() string {
	switch {
	case i.problem != "" && i.hint != "":
		return i.id + "-problem " + i.id + "-hint"
	case i.problem != "":
		return i.id + "-problem"
	case i.hint != "":
		return i.id + "-hint"
	}
	return ""
}

func (i input) choiceText(p *i18n.Printer, c Choice) string {
	switch {
	case c.Label != "":
		return c.Label
	case c.Value == "":
		return i.none
	}
	return word(p, i.words, c.Value)
}

// column is the head of a column of a table.
type column struct {
	kind  columnKind
	words string // id in the catalogue
}

type columnKind int

const (
	kindText columnKind = iota
	kindNumber
	kindHidden // its words are there for screen readers only
	kindBoxes  // boxes that choose rows, and one that chooses all
)

func col(words string) column    { return column{kindText, words} }
func num(words string) column    { return column{kindNumber, words} }
func hidden(words string) column { return column{kindHidden, words} }
func boxes() column              { return column{kind: kindBoxes} }

// unreadableWords says which line of a statement cannot be read, and which member of it; the member "line" is the line as a whole.
func unreadableWords(p *i18n.Printer, line int, member string) string {
	if member == "line" {
		return p.T("admin.statement.unreadable.line", "Line", number(line))
	}
	return p.T("admin.statement.unreadable.member", "Line", number(line), "Member", member)
}

// refusalWords says why something was refused; "" for no refusal.
func refusalWords(p *i18n.Printer, refusal Refusal, pairs ...string) string {
	if refusal == "" {
		return ""
	}
	if problem, ok := strings.CutPrefix(string(refusal), fieldRefusal); ok {
		return p.Problem(invalid.Problem(problem), pairs...)
	}
	id := "admin.refusal." + string(refusal)
	if text := p.T(id, pairs...); text != id {
		return text
	}
	return string(refusal)
}

// waitWords says how long to wait if the seconds are known; otherwise it returns words.
func waitWords(p *i18n.Printer, words string, seconds int) string {
	switch {
	case seconds <= 0:
		return words
	case seconds < 120:
		return p.N("admin.wait.seconds", seconds)
	}
	return p.N("admin.wait.minutes", (seconds+59)/60)
}

// look is the appearance of a state beside its word: a tone and an icon, so that colour is never the only sign.
type look struct{ tone, glyph string }

// looks are the looks of states, by the prefix of their words. A state that is missing here is plain.
var looks = map[string]map[string]look{
	"admin.order_state.": {
		"awaiting": {"busy", "clock"}, "paid": {"good", "check"}, "review": {"warn", "eye"}, "underpaid": {"warn", "check"},
		"overpaid": {"warn", "check"}, "expired": {"plain", "clock"}, "cancelled": {"plain", "cross"},
	},
	"admin.fulfilment.": {
		"none": {"busy", "box"}, "part": {"busy", "box"}, "sent": {"good", "truck"}, "handed": {"good", "check"},
	},
	"admin.refunds.": {
		"none": {"plain", "dot"}, "requested": {"warn", "eye"}, "in_flight": {"busy", "return"}, "part": {"plain", "return"}, "all": {"plain", "return"},
	},
	"admin.attempt_state.": {
		"created": {"plain", "dot"}, "submitting": {"busy", "arrow"}, "open": {"busy", "clock"}, "unknown": {"warn", "question"},
		"failed": {"bad", "cross"}, "closed": {"plain", "cross"}, "paid": {"good", "check"},
	},
	"admin.refund_state.": {
		"requested": {"warn", "eye"}, "approved": {"busy", "arrow"}, "submitting": {"busy", "arrow"}, "unknown": {"warn", "question"},
		"accepted": {"busy", "clock"}, "confirmed": {"good", "check"}, "failed": {"bad", "cross"}, "declined": {"plain", "cross"},
	},
	"admin.day_state.":       {"open": {"plain", "dot"}, "sealed": {"good", "lock"}},
	"admin.statement_state.": {"fetching": {"busy", "turn"}, "complete": {"good", "check"}, "failed": {"bad", "alert"}},
	"admin.discrepancy_state.": {
		"open": {"warn", "alert"}, "accepted": {"plain", "check"}, "settled": {"good", "check"},
	},
	"admin.task_state.": {
		"waiting": {"plain", "clock"}, "running": {"busy", "turn"}, "done": {"good", "check"}, "failed": {"bad", "alert"}, "stopped": {"plain", "cross"},
	},
	"admin.outcome.": {
		"cancelled": {"good", "check"}, "fulfilled": {"good", "check"}, "paid": {"warn", "info"}, "unknown": {"warn", "question"},
		"gone": {"plain", "cross"}, "failed": {"bad", "alert"},
	},
	"admin.coin_state.": {
		"off": {"plain", "lock"}, "fixed": {"plain", "pen"}, "good": {"good", "check"}, "missing": {"bad", "alert"}, "stale": {"bad", "clock"},
		"jumped": {"warn", "alert"}, "deviates": {"bad", "question"},
	},
	"admin.coupon_state.": {
		"on": {"good", "check"}, "off": {"plain", "lock"}, "early": {"plain", "clock"}, "over": {"plain", "clock"}, "used_up": {"warn", "stop"},
	},
	"admin.link_state.": {
		"on": {"good", "check"}, "off": {"plain", "lock"}, "expired": {"plain", "clock"}, "used_up": {"plain", "stop"}, "currency": {"warn", "alert"},
	},
	"admin.checkout_state.": {
		"open": {"plain", "dot"}, "processing": {"busy", "clock"}, "paid": {"good", "check"}, "review": {"warn", "eye"}, "expired": {"plain", "clock"},
		"cancelled": {"plain", "cross"},
	},
	"admin.coupon_use.": {
		"held": {"busy", "clock"}, "used": {"good", "check"}, "released": {"plain", "return"}, "late": {"warn", "alert"},
	},
	"admin.count_state.":  {"open": {"busy", "pen"}, "booked": {"good", "check"}, "dropped": {"plain", "cross"}},
	"admin.source_state.": {"on": {"good", "check"}, "off": {"plain", "lock"}},
	"admin.rate_result.": {
		"taken": {"good", "check"}, "jumped": {"warn", "alert"}, "deviates": {"bad", "question"}, "unconfirmed": {"warn", "question"}, "old": {"warn", "clock"},
		"timeout": {"bad", "clock"}, "unreachable": {"bad", "cross"}, "status": {"bad", "alert"}, "no_source": {"bad", "cross"}, "address": {"bad", "lock"},
		"paused": {"warn", "stop"}, "redirected": {"bad", "arrow"}, "too_large": {"bad", "alert"}, "not_json": {"bad", "alert"}, "no_price": {"bad", "alert"},
		"not_decimal": {"bad", "alert"}, "not_positive": {"bad", "alert"}, "bad_time": {"bad", "clock"},
	},
	"admin.key_state.": {
		"on": {"good", "check"}, "ending": {"warn", "clock"}, "over": {"plain", "clock"}, "ended": {"plain", "cross"},
	},
	"admin.endpoint_state.": {
		"enabled": {"good", "check"}, "failing": {"bad", "alert"}, "disabled": {"plain", "lock"},
	},
	"admin.delivery_state.": {
		"waiting": {"busy", "clock"}, "delivered": {"good", "check"}, "parked": {"bad", "cross"},
	},
	"admin.delivery_try.": {"delivered": {"good", "check"}, "failed": {"bad", "cross"}},
	"admin.verified.":     {"yes": {"good", "shield"}, "no": {"warn", "question"}},
	"admin.review_open.":  {"open": {"warn", "eye"}, "closed": {"plain", "check"}},
	"admin.person.":       {"active": {"good", "check"}, "disabled": {"plain", "lock"}},
	"doctor.status.": {
		"good": {"good", "check"}, "warn": {"warn", "info"}, "bad": {"bad", "alert"}, "unknown": {"plain", "question"},
	},
	"admin.day_result.": {
		"not_compared": {"plain", "clock"}, "unbalanced": {"bad", "cross"}, "explained_open": {"warn", "alert"}, "explained": {"good", "pen"}, "balanced": {"good", "check"},
	},
	"import.state.": {
		"unchecked": {"plain", "dot"}, "checking": {"busy", "turn"}, "problems": {"bad", "alert"}, "ready": {"warn", "eye"},
		"importing": {"busy", "turn"}, "stopped": {"plain", "cross"}, "failed": {"bad", "alert"}, "done": {"good", "check"},
	},
	"import.level.":    {"error": {"bad", "alert"}, "skipped": {"warn", "cross"}, "note": {"plain", "info"}},
	"admin.callbacks.": {"good": {"good", "check"}, "bad": {"bad", "alert"}},
}

func lookOf(prefix, value string) look {
	if l, ok := looks[prefix][value]; ok {
		return l
	}
	return look{tone: "plain", glyph: "dot"}
}

// either returns one of two texts.
func either(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

// factWords returns the value of a fact; a code of the platform, a status or a cause is followed by its meaning.
func factWords(p *i18n.Printer, f Fact) string {
	if f.Name == "code" {
		return codeWords(p, f.Value)
	}
	id := "admin.value." + f.Name + "." + f.Value
	if text := p.T(id); text != id {
		return text
	}
	return f.Value
}

func number(n int) string { return strconv.Itoa(n) }

// count returns a number with its digits grouped.
func count(p *i18n.Printer, n int) string { return p.N("admin.count", n) }
