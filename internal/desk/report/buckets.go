package report

import (
	"math"
	"sort"
	"strconv"
)

// Durations are kept as how many fell into which bucket, so that those of many hours
// can be added up and a median still be read. Each bucket is a fifth wider than the
// one before: what is read is at most a tenth off.
const step = 1.2

// bounds are the upper ends of the buckets in milliseconds, from one second to
// some 50 days; what is longer falls into one more. They are whole numbers made once,
// so that every machine sorts alike.
var bounds = makeBounds()

func makeBounds() []int64 {
	var out []int64
	for b := 1000.0; b < 60*24*60*60*1000; b *= step {
		out = append(out, int64(math.Round(b)))
	}
	return out
}

// bucketOf names the bucket of a duration in milliseconds.
func bucketOf(d int64) string {
	return strconv.Itoa(sort.Search(len(bounds), func(i int) bool { return d <= bounds[i] }))
}

// histogram is how many durations fell into each bucket.
type histogram map[int]int64

func (h histogram) add(bucket string, n int64) {
	if i, err := strconv.Atoi(bucket); err == nil && i >= 0 && i <= len(bounds) {
		h[i] += n
	}
}

// quantile gives the duration in milliseconds that a share q of all does not exceed,
// placed within its bucket as if those in it were spread evenly. It is false for an
// empty histogram.
func (h histogram) quantile(q float64) (int64, bool) {
	var total int64
	for _, n := range h {
		total += n
	}
	if total == 0 {
		return 0, false
	}
	rank := q * float64(total)
	var below float64
	for i := range len(bounds) + 1 {
		n := float64(h[i])
		if n > 0 && below+n >= rank {
			low, high := edges(i)
			return low + int64(math.Round(float64(high-low)*math.Max(0, rank-below)/n)), true
		}
		below += n
	}
	return bounds[len(bounds)-1], true
}

func edges(bucket int) (low, high int64) {
	switch {
	case bucket == 0:
		return 0, bounds[0]
	case bucket == len(bounds):
		return bounds[bucket-1], bounds[bucket-1]
	}
	return bounds[bucket-1], bounds[bucket]
}
