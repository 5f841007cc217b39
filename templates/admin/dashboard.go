package admin

import (
	"strconv"
	"strings"

	"github.com/coincart/coincart/templates/i18n"
)

// state sums up the callbacks' health in a word.
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

// bar is one rectangle, in the drawing's own measure.
type bar struct {
	x, y, width, height string
	second              bool
}

// day is what stands over one label.
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

// days places the bars. Heights outside the scale are kept within it; a value above nothing is at least a hair high.
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

// grid are the lines at the top and the half of the scale; base is the line that the bars stand on.
func (c Chart) grid() string {
	w := number(c.width())
	return "M0 " + number(chartRoom) + "H" + w + "M0 " + number(chartRoom+chartTop/2) + "H" + w
}

func (c Chart) base() string { return "M0 " + number(chartRoom+chartTop) + "H" + number(c.width()) }

// ticks are what stands under each day: the last one's label, and in even steps before it as many as there is room for.
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

// describe says in words what the drawing shows.
func (c Chart) describe(p *i18n.Printer) string {
	names := make([]string, len(c.Series))
	for i, s := range c.Series {
		names[i] = c.seriesWords(p, s)
	}
	return p.T("admin.chart.desc", "Series", p.List(names), "From", c.Labels[0], "To", c.Labels[len(c.Labels)-1],
		"Days", strconv.Itoa(len(c.Labels)), "Top", c.Top)
}
