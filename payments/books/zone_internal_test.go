package books

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// day is the day of the statement in these tests.
const day = "2026-11-22"

// spread returns pay times over the whole day in a zone with this offset.
func spread(t *testing.T, offset time.Duration) payTimes {
	const n = 400
	t.Helper()
	begin, err := time.Parse(time.DateOnly, day)
	require.NoError(t, err)
	p := payTimes{}
	for i := range n {
		p.add(begin.Add(-offset + time.Duration(i)*24*time.Hour/time.Duration(n)))
	}
	return p
}

func TestLikelyZone_IsTheOneThatMostOfOurPaymentsFit(t *testing.T) {
	for minutes := -12 * 60; minutes <= 14*60; minutes += 15 {
		offset := time.Duration(minutes) * time.Minute
		t.Run(strconv.Itoa(minutes), func(t *testing.T) {
			got := likelyZone(day, spread(t, offset), time.UTC)
			if minutes == 0 {
				assert.Empty(t, got, "what is set fits")
				return
			}
			at, err := time.Parse("UTC-07:00", got)
			require.NoError(t, err, got)
			_, found := at.Zone()
			assert.Equal(t, minutes*60, found)
		})
	}
}

func TestLikelyZone_IsNotLedAstrayByAFewLines(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	shanghai := time.FixedZone("Asia/Shanghai", 8*3600)

	shifted := spread(t, 8*time.Hour)
	for _, far := range []time.Duration{-90 * 24 * time.Hour, -48 * time.Hour, 30 * time.Hour, 400 * 24 * time.Hour} {
		shifted.add(noon.Add(far))
	}
	assert.Equal(t, "UTC+08:00", likelyZone(day, shifted, time.UTC), "a few lie outside of every day")

	fine := spread(t, 0)
	fine.add(noon.Add(20 * time.Hour))
	assert.Empty(t, likelyZone(day, fine, time.UTC), "one late line is no zone")
	assert.Empty(t, likelyZone(day, spread(t, 8*time.Hour), shanghai), "what is set fits")

	scattered := payTimes{}
	for i := range 40 {
		scattered.add(noon.Add(time.Duration(i) * 12 * time.Hour))
	}
	assert.Empty(t, likelyZone(day, scattered, time.UTC), "no day has more than half of them")
	assert.Empty(t, likelyZone(day, payTimes{}, time.UTC), "nothing to guess from")
	assert.Empty(t, likelyZone("nonsense", shifted, time.UTC))
}

func TestLikelyZone_IsTheNearestOfThoseThatFit(t *testing.T) {
	p := payTimes{}
	p.add(time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)) // the day begins at least four hours early
	assert.Equal(t, "UTC+04:00", likelyZone("2026-11-22", p, time.UTC))
	assert.Empty(t, likelyZone("2026-11-22", p, time.FixedZone("", 9*3600)))
	late := payTimes{}
	late.add(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC))
	assert.Equal(t, "UTC-02:15", likelyZone("2026-11-22", late, time.UTC), "to the quarter of an hour")
}
