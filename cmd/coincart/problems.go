package main

import (
	"fmt"
	"strings"

	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/templates/i18n"
)

// problem is a reason why a command cannot start, with its solution.
type problem struct {
	key    string   // id of the message, after "doctor.setting."; empty if only English is needed
	values []string // pairs of name and value for the message
	text   string   // English text, if there is no key
}

// in returns the text of the problem. coincart doctor needs it in every language; problems that only stop a start are in English.
func (p problem) in(words *i18n.Printer) string {
	if p.key == "" {
		return p.text
	}
	return words.T("doctor.setting."+p.key, p.values...)
}

// Error returns the problem in English.
func (p problem) Error() string { return p.in(i18n.ByTag("en")) }

// settingProblem returns a problem that is translated. Its values are made safe for a terminal.
func settingProblem(key string, values ...string) problem {
	for i := 1; i < len(values); i += 2 {
		values[i] = text.Quote(values[i])
	}
	return problem{key: key, values: values}
}

// problems holds all reasons why a command cannot start.
type problems []problem

// Error returns the problems, one per line.
func (p problems) Error() string {
	if len(p) == 1 {
		return p[0].Error()
	}
	return "cannot start, for these reasons:\n  - " + strings.Join(p.in(i18n.ByTag("en")), "\n  - ")
}

// in returns the text of each problem.
func (p problems) in(words *i18n.Printer) []string {
	list := make([]string, len(p))
	for i, one := range p {
		list[i] = one.in(words)
	}
	return list
}

// add adds a problem that only stops a start, in English.
func (p *problems) add(format string, args ...any) {
	*p = append(*p, problem{text: fmt.Sprintf(format, args...)})
}

// setting adds a problem that coincart doctor reports too.
func (p *problems) setting(key string, values ...string) {
	*p = append(*p, settingProblem(key, values...))
}

// err returns nil if there are no problems.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
