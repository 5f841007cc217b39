package main

import (
	"fmt"
	"strings"

	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/templates/i18n"
)

// problem is one thing that keeps a command from starting, and how to fix it.
type problem struct {
	key    string   // of the message catalogue, after "doctor.setting."; "" where only English is needed
	values []string // pairs of name and value for the message
	text   string   // the English words, where there is no key
}

// in puts the problem into words. coincart doctor needs them in every language; what only stops a start is English.
func (p problem) in(words *i18n.Printer) string {
	if p.key == "" {
		return p.text
	}
	return words.T("doctor.setting."+p.key, p.values...)
}

// Error is the problem in English.
func (p problem) Error() string { return p.in(i18n.ByTag("en")) }

// settingProblem is a problem with words in every language. Values are shown on a terminal, so they are made printable.
func settingProblem(key string, values ...string) problem {
	for i := 1; i < len(values); i += 2 {
		values[i] = text.Quote(values[i])
	}
	return problem{key: key, values: values}
}

// problems is everything that keeps a command from starting.
type problems []problem

// Error lists the problems, one per line.
func (p problems) Error() string {
	if len(p) == 1 {
		return p[0].Error()
	}
	return "cannot start, for these reasons:\n  - " + strings.Join(p.in(i18n.ByTag("en")), "\n  - ")
}

// in puts each problem into words.
func (p problems) in(words *i18n.Printer) []string {
	list := make([]string, len(p))
	for i, one := range p {
		list[i] = one.in(words)
	}
	return list
}

// add notes a problem that only stops a start, in English.
func (p *problems) add(format string, args ...any) {
	*p = append(*p, problem{text: fmt.Sprintf(format, args...)})
}

// setting notes a problem that coincart doctor reports too.
func (p *problems) setting(key string, values ...string) {
	*p = append(*p, settingProblem(key, values...))
}

// err is nil where there are no problems.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
