package pictures

import (
	"bytes"
	"encoding/binary"
	"image"
)

// turn is how a picture must be turned to stand upright: a value of EXIF's Orientation, 1 to 8 (CIPA DC-008 §4.6.4).
type turn int

// swapsSides reports whether turning swaps width and height.
func (t turn) swapsSides() bool { return t >= 5 }

// source returns where a pixel of the upright picture is in the unturned one, whose size is given.
func (t turn) source(x, y int, size image.Point) (int, int) {
	right, bottom := size.X-1, size.Y-1
	switch t {
	case 2:
		return right - x, y
	case 3:
		return right - x, bottom - y
	case 4:
		return x, bottom - y
	case 5:
		return y, x
	case 6:
		return y, bottom - x
	case 7:
		return right - y, bottom - x
	case 8:
		return right - y, x
	}
	return x, y
}

// orientation reads the orientation from a file's EXIF data. It is 1 if the file has none.
func orientation(k kind, upload []byte) turn {
	var t turn
	switch k {
	case kindJPEG:
		eachSegment(upload, func(marker byte, body []byte) bool {
			if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); marker == 0xe1 && ok {
				t = tiffOrientation(tiff)
				return false
			}
			return true
		})
	case kindPNG:
		t = tiffOrientation(chunk(upload[8:], "eXIf", binary.BigEndian, 4, false))
	case kindWebP:
		t = tiffOrientation(bytes.TrimPrefix(chunk(upload[12:], "EXIF", binary.LittleEndian, 0, true), []byte("Exif\x00\x00")))
	case kindGIF:
	}
	if t < 1 || t > 8 {
		return 1
	}
	return t
}

// chunk returns the body of a chunk of a PNG or WebP file, or nil. The two formats differ in the position of the length and in what follows
// the body.
func chunk(b []byte, name string, order binary.ByteOrder, trailer int, nameFirst bool) []byte {
	const head = 8
	for len(b) >= head {
		size, found := order.Uint32(b), string(b[4:head])
		if nameFirst {
			size, found = order.Uint32(b[4:]), string(b[:4])
			size += size & 1
		}
		if uint64(size)+head > uint64(len(b)) {
			return nil
		}
		end := head + int(size)
		if found == name {
			return b[head:end]
		}
		if len(b) < end+trailer {
			return nil
		}
		b = b[end+trailer:]
	}
	return nil
}

// tiffOrientation returns the tag 0x0112 of the first directory of a TIFF block, or 0.
func tiffOrientation(b []byte) turn {
	const (
		head, entry = 8, 12
		tag, short  = 0x0112, 3
	)
	if len(b) < head {
		return 0
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return 0
	}
	list := b[at+2:]
	for range order.Uint16(b[at:]) {
		if len(list) < entry {
			return 0
		}
		if order.Uint16(list) == tag && order.Uint16(list[2:]) == short && order.Uint32(list[4:]) == 1 {
			return turn(order.Uint16(list[8:]))
		}
		list = list[entry:]
	}
	return 0
}
