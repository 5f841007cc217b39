// Package i18n is the shop's message catalogue: every word that a person reads, in every language that the shop speaks, and the
// way numbers, money and times are written there.
//
// The catalogue lies in locales/*.json in go-i18n's format, one file per area and language, and is embedded. Plain messages are
// resolved once; a message with placeholders is cut into its pieces once, so that a page costs a map look-up per phrase.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed locales/*.json
var locales embed.FS

// Language is one choice of the language switch.
type Language struct {
	Tag  string // BCP 47, e.g. "zh-Hans"; what the language cookie holds
	Name string // its own name for itself, e.g. "简体中文"
}

// Languages returns the shop's languages, in menu order. The first is the fallback.
func Languages() []Language {
	return []Language{{Tag: "en", Name: "English"}, {Tag: "zh-Hans", Name: "简体中文"}}
}

// Printer writes in one language. It is immutable and safe for concurrent use; the package keeps one per language.
type Printer struct {
	tag      language.Tag
	lang     string
	conv     conventions
	messages map[string]message
}

// Lang returns the language as BCP 47, for <html lang>.
func (p *Printer) Lang() string { return p.lang }

// T returns the message with this id, its placeholders filled from pairs of name and value: T("order.title", "Ref", ref) for
// "Order {{.Ref}}". The result is plain text, not HTML. An id that the catalogue lacks comes back as itself.
func (p *Printer) T(id string, pairs ...string) string {
	m, ok := p.messages[id]
	if !ok {
		return id
	}
	return m.other.fill("", pairs)
}

// N returns the form of the message that the language uses for n things. {{.Count}} is n with digits grouped; other placeholders
// come from pairs as in T.
func (p *Printer) N(id string, n int, pairs ...string) string {
	m, ok := p.messages[id]
	if !ok {
		return id
	}
	form := m.other
	if m.one != nil && plural.Cardinal.MatchPlural(p.tag, n, 0, 0, 0, 0) == plural.One {
		form = m.one
	}
	return form.fill(groupDigits(strconv.Itoa(n)), pairs)
}

// ByTag returns the printer for a stored language, such as an order's; an unknown tag gives the fallback.
func ByTag(tag string) *Printer {
	c := embedded()
	if p, ok := c.byTag[tag]; ok {
		return p
	}
	return c.printers[0]
}

// Match returns the printer for a visit: the language that the shopper chose (the language cookie, "" if there is none), else the best
// match for the browser's Accept-Language header, else the fallback.
func Match(chosen, acceptLanguage string) *Printer {
	return MatchAmong(nil, chosen, acceptLanguage)
}

// MatchAmong is Match among the languages with these tags; the first is the fallback. If there are none, or none that the catalogue has,
// all languages are offered.
func MatchAmong(offered []string, chosen, acceptLanguage string) *Printer {
	c := embedded()
	matcher, printers := c.among(offered)
	for _, p := range printers {
		if p.lang == chosen {
			return p
		}
	}
	// The header comes from strangers and parsing it costs time per byte; a real one is far shorter.
	const longest = 200
	if acceptLanguage == "" || len(acceptLanguage) > longest || len(printers) == 1 {
		return printers[0]
	}
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return printers[0]
	}
	_, i, confidence := matcher.Match(tags...)
	if confidence == language.No {
		return printers[0]
	}
	return printers[i]
}

// among returns a matcher over the languages that are offered, and their printers.
func (c catalogue) among(offered []string) (language.Matcher, []*Printer) {
	var printers []*Printer
	for _, tag := range offered {
		if p, ok := c.byTag[tag]; ok {
			printers = append(printers, p)
		}
	}
	if len(printers) == 0 || slices.Equal(printers, c.printers) {
		return c.matcher, c.printers
	}
	tags := make([]language.Tag, len(printers))
	for i, p := range printers {
		tags[i] = p.tag
	}
	return language.NewMatcher(tags), printers
}

type catalogue struct {
	printers []*Printer // in the order of Languages
	byTag    map[string]*Printer
	matcher  language.Matcher
}

// embedded returns the embedded catalogue. It panics on a broken one, which is part of the program and read by the tests.
var embedded = sync.OnceValue(func() catalogue {
	c, err := load(locales)
	if err != nil {
		panic(err)
	}
	return c
})

func load(files fs.FS) (catalogue, error) {
	c := catalogue{byTag: map[string]*Printer{}}
	var tags []language.Tag
	for _, l := range Languages() {
		tag, err := language.Parse(l.Tag)
		if err != nil {
			return catalogue{}, fmt.Errorf("parse language tag %q: %w", l.Tag, err)
		}
		p := &Printer{tag: tag, lang: l.Tag, conv: conventionsFor(l.Tag), messages: map[string]message{}}
		if err := p.read(files); err != nil {
			return catalogue{}, err
		}
		tags = append(tags, tag)
		c.printers = append(c.printers, p)
		c.byTag[l.Tag] = p
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

func (p *Printer) read(files fs.FS) error {
	names, err := fs.Glob(files, "locales/*."+p.lang+".json")
	if err != nil {
		return fmt.Errorf("list messages: %w", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("read messages: %w", err)
		}
		file, err := goi18n.ParseMessageFileBytes(text, name, map[string]goi18n.UnmarshalFunc{"json": json.Unmarshal})
		if err != nil {
			return fmt.Errorf("parse messages of %s: %w", name, err)
		}
		for _, m := range file.Messages {
			if _, twice := p.messages[m.ID]; twice {
				return fmt.Errorf("%s: message %q is there twice", name, m.ID)
			}
			p.messages[m.ID], err = compile(m)
			if err != nil {
				return fmt.Errorf("%s: message %q: %w", name, m.ID, err)
			}
		}
	}
	return nil
}

// message is one entry of the catalogue. one is nil if the language has no singular form of its own.
type message struct {
	one, other phrase
}

func compile(m *goi18n.Message) (message, error) {
	other, err := parsePhrase(m.Other)
	if err != nil {
		return message{}, err
	}
	if len(other) == 0 {
		return message{}, errEmptyMessage
	}
	one, err := parsePhrase(m.One)
	if err != nil {
		return message{}, err
	}
	return message{one: one, other: other}, nil
}

// phrase is a text divided at its placeholders.
type phrase []piece

type piece struct {
	text string // literal text, or the placeholder's name
	slot bool
}

// parsePhrase divides a text at its placeholders.
func parsePhrase(text string) (phrase, error) {
	var out phrase
	for text != "" {
		before, rest, found := strings.Cut(text, "{{.")
		if before != "" {
			out = append(out, piece{text: before})
		}
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}}")
		if !closed || name == "" {
			return nil, errOpenPlaceholder
		}
		out = append(out, piece{text: name, slot: true})
		text = after
	}
	return out, nil
}

func (f phrase) fill(count string, pairs []string) string {
	if len(f) == 1 && !f[0].slot {
		return f[0].text
	}
	var b strings.Builder
	for _, piece := range f {
		switch {
		case !piece.slot:
			b.WriteString(piece.text)
		case piece.text == "Count" && count != "":
			b.WriteString(count)
		default:
			b.WriteString(pairValue(piece.text, pairs))
		}
	}
	return b.String()
}

func pairValue(name string, pairs []string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1]
		}
	}
	return ""
}
