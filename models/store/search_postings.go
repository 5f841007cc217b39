package store

import (
	"encoding/binary"
	"math/bits"
)

// gramPart is the number of rows of a space that one row of search_grams speaks of.
const gramPart = 8192

// bitmapBytes is the length of a set of rows that is stored as bits.
const bitmapBytes = gramPart / 8

// rowSet is a set of rows of a part, by their place in it. It is stored as a list of places, two bytes each, big-endian, rising; where there
// are more of them than fit into bitmapBytes, as one bit for each place.
type rowSet [gramPart / 64]uint64

func (r *rowSet) add(place int)    { r[place/64] |= 1 << (place % 64) }
func (r *rowSet) remove(place int) { r[place/64] &^= 1 << (place % 64) }

// readRowSet reads what bytes wrote.
func readRowSet(data []byte) (r rowSet) {
	if len(data) == bitmapBytes {
		for i := range r {
			r[i] = binary.BigEndian.Uint64(data[8*i:])
		}
		return r
	}
	for ; len(data) >= 2; data = data[2:] {
		r.add(int(binary.BigEndian.Uint16(data)) % gramPart)
	}
	return r
}

func (r *rowSet) count() (n int) {
	for _, word := range r {
		n += bits.OnesCount64(word)
	}
	return n
}

// bytes returns the set as it is stored; nil where it is empty.
func (r *rowSet) bytes() []byte {
	n := r.count()
	switch {
	case n == 0:
		return nil
	case 2*n >= bitmapBytes:
		data := make([]byte, 0, bitmapBytes)
		for _, word := range r {
			data = binary.BigEndian.AppendUint64(data, word)
		}
		return data
	}
	data := make([]byte, 0, 2*n)
	for place := range r.places {
		data = binary.BigEndian.AppendUint16(data, uint16(place)) //nolint:gosec // below gramPart
	}
	return data
}

// places calls yield with each place, rising.
func (r *rowSet) places(yield func(int) bool) {
	for i, word := range r {
		for ; word != 0; word &= word - 1 {
			if !yield(64*i + bits.TrailingZeros64(word)) {
				return
			}
		}
	}
}

// and keeps what the other set has too.
func (r *rowSet) and(other rowSet) {
	for i := range r {
		r[i] &= other[i]
	}
}
