package admin

import (
	"strconv"
	"strings"

	"github.com/coincart/coincart/templates/i18n"
)

// taskAbout says what a task is about. An export has words and its format behind them, a number counts orders, a day stands for itself.
func taskAbout(p *i18n.Printer, about string) string {
	if n, err := strconv.Atoi(about); err == nil && n >= 0 {
		return p.N("admin.bulk.count", n)
	}
	what, format, _ := strings.Cut(about, " · ")
	if what = word(p, "admin.export.", what); format != "" {
		what += " · " + strings.ToUpper(format)
	}
	return what
}

// taskWho says who asked for a task: a person's e-mail address as it is, else one of the words for what is no person.
func taskWho(p *i18n.Printer, who string) string {
	if strings.Contains(who, "@") {
		return who
	}
	return word(p, "admin.who.", who)
}

func taskProgress(p *i18n.Printer, done, total int) string {
	if total <= 0 {
		if done <= 0 {
			return ""
		}
		return p.T("admin.task.done", "Done", count(p, done))
	}
	return p.T("admin.task.progress", "Done", count(p, done), "Total", count(p, total))
}

func outcomeLook(outcome string, bad bool) look {
	if l, ok := looks["admin.outcome."][outcome]; ok {
		return l
	}
	if bad {
		return look{tone: "bad", glyph: "alert"}
	}
	return lookOf("", "")
}

func outcomeWords(p *i18n.Printer, outcome string) string {
	if text := word(p, "admin.outcome.", outcome); text != outcome {
		return text
	}
	return refusalWords(p, Refusal(outcome))
}
