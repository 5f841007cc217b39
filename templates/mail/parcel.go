package mail

import (
	"strconv"
	"strings"

	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/templates/i18n"
)

// facts returns the lines about a parcel that are known.
func (parcel Parcel) facts(p *i18n.Printer) []fact {
	var list []fact
	if parcel.Carrier != "" {
		list = append(list, fact{p.T("mail.parcel.carrier"), parcel.Carrier})
	}
	if parcel.Number != "" {
		list = append(list, fact{p.T("mail.sent.tracking"), parcel.Number})
	}
	return list
}

func parcelName(p *i18n.Printer, n, of int) string {
	return p.T("mail.parcel.name", "N", strconv.Itoa(n), "Of", strconv.Itoa(of))
}

// plainParcel returns what is known of a parcel, the nth of several, for readers without HTML.
func plainParcel(p *i18n.Printer, parcel Parcel, n, of int) string {
	var lines []string
	if of > 1 {
		lines = append(lines, parcelName(p, n, of))
	}
	for _, f := range parcel.facts(p) {
		lines = append(lines, p.T("mail.fact", "Name", f.name, "Value", text.OneLine(f.value)))
	}
	for _, line := range parcel.Lines {
		lines = append(lines, "  "+text.OneLine(p.T("mail.line", "Title", line.title(p), "N", line.number())))
	}
	if parcel.Link != "" {
		lines = append(lines, p.T("mail.fact", "Name", p.T("mail.parcel.track"), "Value", text.OneLine(parcel.Link)))
	}
	return strings.Join(lines, "\n")
}

// noteLines returns the lines of a note, without those that are empty.
func noteLines(note string) []string {
	return strings.FieldsFunc(text.CleanLines(note), func(r rune) bool { return strings.ContainsRune("\n\r\u2028\u2029", r) })
}

// quoted returns a note for readers without HTML, marked as what the shop wrote by hand.
func quoted(note string) string { return "> " + strings.Join(noteLines(note), "\n> ") }
