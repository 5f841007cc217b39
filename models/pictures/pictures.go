// Package pictures makes what a shop shows out of what a stranger uploads: it looks at the bytes themselves, whatever the file is called,
// bounds what decoding may cost before it begins, turns the picture upright, and writes it anew in up to three widths. Nothing of the
// file but its pixels is kept. It is pure: no database, no files, no network.
package pictures

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"image"
	"strconv"
	"strings"
)

// The bounds of what is taken.
const (
	MaxBytes  = 12 << 20   // of a file
	MaxPixels = 40_000_000 // of a picture; half of it where decoding a pixel takes twice the memory (16 bits a channel, progressive JPEG)
	MaxSide   = 16_383     // pixels; WebP has no more
)

// The reasons why a file is refused. None of them tells what is in it.
var (
	ErrTooLarge = errors.New("the file is too large")
	ErrPixels   = errors.New("the picture has too many pixels")
	ErrFormat   = errors.New("not a JPEG, PNG, GIF or WebP picture")
	ErrBroken   = errors.New("the picture cannot be read to its end")
)

// Size names one of the widths that a picture is kept in.
type Size string

// The sizes. A picture that is not wider than one has no larger ones.
const (
	Small  Size = "small"
	Medium Size = "medium"
	Large  Size = "large"
)

// Width is the most pixels that a size is wide.
func (s Size) Width() int {
	switch s {
	case Small:
		return 320
	case Medium:
		return 800
	case Large:
		return 1600
	}
	return 0
}

// Format is what a picture is written as. All sizes of a picture have the same one.
type Format string

// The formats. Photographs become JPEG; what JPEG would blur or cannot hold (drawings, lettering, transparency) becomes PNG, or
// lossless WebP where that is smaller.
const (
	JPEG Format = "jpg"
	PNG  Format = "png"
	WebP Format = "webp"
)

// ContentType is the format's media type; "" for an unknown one.
func (f Format) ContentType() string {
	switch f {
	case JPEG:
		return "image/jpeg"
	case PNG:
		return "image/png"
	case WebP:
		return "image/webp"
	}
	return ""
}

// File is a picture in one size.
type File struct {
	Size          Size
	Width, Height int
	Data          []byte
}

// Picture is what became of an upload.
type Picture struct {
	Hash          string // 26 characters of base32: the same upload gives the same
	Format        Format
	Width, Height int    // of the upright original, in pixels
	Files         []File // smallest first; one at least
}

// Source is the name under which the shop keeps the picture, such as "media/k3v…-1600x1200.jpg": the addresses of all its sizes and
// their measures follow from it alone.
func (p Picture) Source() string {
	return SourcePrefix + p.Hash + "-" + strconv.Itoa(p.Width) + "x" + strconv.Itoa(p.Height) + "." + string(p.Format)
}

// SourcePrefix begins the name of every picture that was uploaded.
const SourcePrefix = "media/"

// HashOf is the hash in a picture's name; ok is false for a name that is not one of an upload.
func HashOf(source string) (hash string, ok bool) {
	rest, ok := strings.CutPrefix(source, SourcePrefix)
	if !ok {
		return "", false
	}
	hash, rest, ok = strings.Cut(rest, "-")
	if !ok || !IsHash(hash) {
		return "", false
	}
	measures, format, ok := strings.Cut(rest, ".")
	if !ok || Format(format).ContentType() == "" {
		return "", false
	}
	w, h, ok := strings.Cut(measures, "x")
	return hash, ok && isMeasure(w) && isMeasure(h)
}

func isMeasure(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 1 && n <= MaxSide && strconv.Itoa(n) == text
}

const hashLength = 26

// IsHash reports that a text could be a picture's hash.
func IsHash(text string) bool {
	return len(text) == hashLength && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// recipe changes when the same upload would be written differently: its addresses are kept by browsers for ever.
const recipe = "pictures 1\n"

// Hash is the name of what an upload becomes.
func Hash(upload []byte) string {
	h := sha256.New()
	h.Write([]byte(recipe))
	h.Write(upload)
	return strings.ToLower(base32.StdEncoding.EncodeToString(h.Sum(nil)))[:hashLength]
}

// Process makes a picture of an upload. Errors: ErrTooLarge, ErrPixels, ErrFormat, ErrBroken. It may take a second and, for the largest
// pictures, some hundred megabytes: callers bound how many run at once.
func Process(upload []byte) (Picture, error) {
	if len(upload) > MaxBytes {
		return Picture{}, ErrTooLarge
	}
	kind := sniff(upload)
	if kind == "" {
		return Picture{}, ErrFormat
	}
	if err := bound(kind, upload); err != nil {
		return Picture{}, err
	}
	original, err := decode(kind, upload)
	if err != nil {
		return Picture{}, err
	}
	o := orientation(kind, upload)
	size := original.Bounds().Size()
	if o.turned() {
		size.X, size.Y = size.Y, size.X
	}
	p := Picture{Hash: Hash(upload), Width: size.X, Height: size.Y}
	scaled := shrink(original, o, size)
	p.Format, p.Files, err = write(scaled, kind == kindJPEG)
	return p, err
}

// decode reads the first picture of a file. The decoders are the standard library's and its neighbour's; one that stumbles over
// what a stranger made up has found a broken file, not a broken shop.
func decode(kind kind, upload []byte) (m image.Image, err error) {
	defer func() {
		if r := recover(); r != nil {
			m, err = nil, fmt.Errorf("%w: %s decoder: %v", ErrBroken, kind, r)
		}
	}()
	m, err = kind.codec().decode(bytes.NewReader(upload))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return m, nil
}
