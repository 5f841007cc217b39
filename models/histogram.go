package models

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Histogram counts durations in buckets whose width is at most a sixteenth of what they hold: below 16 ms each millisecond has
// its own, above each power of two has sixteen. Histograms of many days are added up without keeping the durations, and a
// quantile is at most 1/32 off. The zero value is empty; Add and Merge make the map.
type Histogram map[int]int

const (
	histogramBits = 4
	histogramStep = 1 << histogramBits
)

func bucketOf(d time.Duration) int {
	ms := uint64(max(0, d.Milliseconds()))
	if ms < histogramStep {
		return int(ms)
	}
	shift := bits.Len64(ms) - histogramBits - 1
	return shift*histogramStep + int(ms>>shift) //nolint:gosec // below 2×16
}

// bucketMiddle returns the middle of a bucket.
func bucketMiddle(bucket int) time.Duration {
	if bucket == 0 {
		return time.Millisecond / 2 // not none at all
	}
	if bucket < histogramStep {
		return time.Duration(bucket) * time.Millisecond
	}
	shift := bucket/histogramStep - 1
	low := int64(bucket-shift*histogramStep) << shift
	return time.Duration(low)*time.Millisecond + time.Duration(int64(1)<<shift)*time.Millisecond/2
}

// Add counts a duration n times; negative ones count as none at all.
func (h *Histogram) Add(d time.Duration, n int) {
	h.Merge(Histogram{bucketOf(d): n})
}

// Merge adds another histogram.
func (h *Histogram) Merge(other Histogram) {
	if *h == nil {
		*h = Histogram{}
	}
	for bucket, n := range other {
		(*h)[bucket] += n
	}
}

// Count returns the number of durations.
func (h Histogram) Count() int {
	n := 0
	for _, c := range h {
		n += c
	}
	return n
}

// Quantile returns the duration that percent of all durations do not exceed, or 0 if there are none.
func (h Histogram) Quantile(percent int) time.Duration {
	total := h.Count()
	if total == 0 {
		return 0
	}
	rank := max(1, min((total*percent+99)/100, total)) // nearest rank, from 1
	for _, bucket := range slices.Sorted(maps.Keys(h)) {
		if rank -= h[bucket]; rank <= 0 {
			return bucketMiddle(bucket)
		}
	}
	return 0
}

var errHistogram = errors.New("not a histogram")

// Value writes "bucket:count" for each bucket, in order, divided by spaces.
func (h Histogram) Value() (driver.Value, error) {
	parts := make([]string, 0, len(h))
	for _, bucket := range slices.Sorted(maps.Keys(h)) {
		parts = append(parts, strconv.Itoa(bucket)+":"+strconv.Itoa(h[bucket]))
	}
	return strings.Join(parts, " "), nil
}

// Scan reads what Value wrote.
func (h *Histogram) Scan(src any) error {
	text, err := columnText(src)
	if err != nil {
		return fmt.Errorf("%w: %w", errHistogram, err)
	}
	read := Histogram{}
	for part := range strings.FieldsSeq(text) {
		left, right, _ := strings.Cut(part, ":")
		bucket, err := strconv.Atoi(left)
		n, err2 := strconv.Atoi(right)
		if err != nil || err2 != nil || bucket < 0 || n < 0 {
			return errHistogram
		}
		read[bucket] += n
	}
	*h = read
	return nil
}
