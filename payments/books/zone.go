package books

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// payTimes counts pay times by quarter of an hour, the smallest difference between time zones. Its size does not depend on the length of a
// statement.
type payTimes map[int64]int

const quarter = 15 * time.Minute

func (p payTimes) add(at time.Time) { p[at.Unix()/int64(quarter/time.Second)]++ }

// within counts the times of a day that begins at begin.
func (p payTimes) within(begin time.Time) int {
	first := begin.Unix() / int64(quarter/time.Second)
	n := 0
	for at, count := range p {
		if at >= first && at < first+int64(24*time.Hour/quarter) {
			n += count
		}
	}
	return n
}

// likelyZone guesses the platform's time zone from pay times of the shop's own payments: the offset from UTC under which most of them are
// on the day, such as "UTC+08:00". Among several it chooses the nearest to the configured zone. It returns "" if no offset covers more than
// half of them, or none covers more than the configured one: a few lines on the wrong day say nothing about the zone.
func likelyZone(day string, paid payTimes, configured *time.Location) string {
	begin, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	all := 0
	for _, n := range paid {
		all += n
	}
	_, have := time.Date(begin.Year(), begin.Month(), begin.Day(), 12, 0, 0, 0, configured).Zone()
	type guess struct{ offset, fits int }
	var guesses []guess
	for offset := -12 * time.Hour; offset <= 14*time.Hour; offset += quarter {
		guesses = append(guesses, guess{int(offset / time.Second), paid.within(begin.Add(-offset))})
	}
	best := slices.MinFunc(guesses, func(a, b guess) int {
		return cmp.Or(b.fits-a.fits, abs(a.offset-have)-abs(b.offset-have), a.offset-b.offset)
	})
	asSet := paid.within(begin.Add(-time.Duration(have) * time.Second))
	if 2*best.fits <= all || best.fits <= asSet {
		return ""
	}
	sign := "+"
	if best.offset < 0 {
		sign = "-"
	}
	return fmt.Sprintf("UTC%s%02d:%02d", sign, abs(best.offset)/3600, abs(best.offset)%3600/60)
}

func abs(n int) int { return max(n, -n) }
