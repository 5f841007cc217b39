package admin

import (
	"strconv"
	"strings"

	"github.com/coincart/coincart/templates/i18n"
)

// state returns the callbacks' health as one word.
func (c CallbackHealth) state() string {
	switch {
	case c.Bad:
		return "bad"
	case c.Last.Text == "":
		return "none"
	}
	return "good"
}

// The drawing's own measure: chartStep units to a day, and heights as Series.Bars has them with some room above the highest.
const (
	chartStep   = 12
	chartTop    = 1000
	chartRoom   = 40
	chartHeight = "1040"
)

// bar is one rectangle of the drawing, in its units.
type bar struct {
	x, y, width, height string
	second              bool
}

// day is the part of the chart above one label.
type day struct {
	x, width string
	text     string // what a pointer resting on it reads
	bars     []bar
}

func (s Series) value(i int) string {
	if i < len(s.Values) {
		return s.Values[i]
	}
	return ""
}

func (c Chart) width() int { return max(len(c.Labels), 1) * chartStep }

func (c Chart) viewBox() string { return "0 0 " + number(c.width()) + " " + chartHeight }

// days returns the bars of each day. Heights outside of the scale are clamped; a value above 0 is at least visible.
func (c Chart) days() []day {
	list := make([]day, len(c.Labels))
	for i, label := range c.Labels {
		d := day{x: number(i * chartStep), width: number(chartStep)}
		texts := make([]string, 0, len(c.Series))
		for n, s := range c.Series {
			texts = append(texts, s.value(i))
			if i >= len(s.Bars) || s.Bars[i] <= 0 {
				continue
			}
			height := max(min(s.Bars[i], chartTop), 6)
			b := bar{x: number(i*chartStep + 1), width: number(chartStep - 2), second: n > 0}
			if b.second {
				b.x, b.width = number(i*chartStep+4), number(chartStep-8)
			}
			b.y, b.height = number(chartRoom+chartTop-height), number(height)
			d.bars = append(d.bars, b)
		}
		d.text = label + ": " + strings.Join(texts, " / ")
		list[i] = d
	}
	return list
}

// grid returns the path of the lines at the top and in the middle of the scale.
func (c Chart) grid() string {
	w := number(c.width())
	return "M0 " + number(chartRoom) + "H" + w + "M0 " + number(chartRoom+chartTop/2) + "H" + w
}

func (c Chart) base() string { return "M0 " + number(chartRoom+chartTop) + "H" + number(c.width()) }

// ticks returns the text below each day: the last day's label, and those before it at equal steps, at most 7 in all.
func (c Chart) ticks() []string {
	const most = 7
	n := len(c.Labels)
	step := max(1, (n+most-1)/most)
	list := make([]string, n)
	for i := n - 1; i >= 0; i -= step {
		list[i] = c.Labels[i]
	}
	return list
}

// describe returns a description of the chart in words.
func (c Chart) describe(p *i18n.Printer) string {
	names := make([]string, len(c.Series))
	for i, s := range c.Series {
		names[i] = c.seriesWords(p, s)
	}
	return p.T("admin.chart.desc", "Series", p.List(names), "From", c.Labels[0], "To", c.Labels[len(c.Labels)-1],
		"Days", strconv.Itoa(len(c.Labels)), "Top", c.Top)
}
