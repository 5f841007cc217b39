// Package pictures turns uploads into pictures that a shop can show. It trusts only the bytes, not the file name; limits what decoding may
// cost before it starts; turns the picture upright; and encodes it anew in up to three widths. Nothing but the pixels is kept. The package
// uses no database, files or network.
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

// Limits of an upload.
const (
	MaxBytes  = 12 << 20   // of the file, in bytes
	MaxPixels = 40_000_000 // of the picture; half of it if decoding needs twice the memory for a pixel (16 bits a channel, progressive JPEG)
	MaxSide   = 16_383     // in pixels; the limit of WebP
)

// Reasons why an upload is refused. None of them reveals what it contains.
var (
	ErrTooLarge = errors.New("the file is too large")
	ErrPixels   = errors.New("the picture has too many pixels")
	ErrFormat   = errors.New("not a JPEG, PNG, GIF or WebP picture")
	ErrBroken   = errors.New("the picture cannot be read to its end")
)

// Size is one of the widths in which a picture is kept.
type Size string

// The sizes. A picture is not enlarged: if a size holds all of it, the larger ones do not exist.
const (
	Small  Size = "small"
	Medium Size = "medium"
	Large  Size = "large"
)

// widths holds the maximum width of a picture in each size, in pixels.
var widths = map[Size]int{Small: 320, Medium: 800, Large: 1600}

// Width returns the maximum width of a picture in a size, in pixels.
func (s Size) Width() int { return widths[s] }

// Format is the file format of a picture. All sizes of a picture have the same one.
type Format string

// The formats. Photographs become JPEG. What JPEG would blur or cannot hold (drawings, lettering, transparency) becomes PNG, or lossless
// WebP if that is smaller.
const (
	JPEG Format = "jpg"
	PNG  Format = "png"
	WebP Format = "webp"
)

// mediaTypes holds the media type of each format.
var mediaTypes = map[Format]string{JPEG: "image/jpeg", PNG: "image/png", WebP: "image/webp"}

// ContentType returns the format's media type, or "" for an unknown format.
func (f Format) ContentType() string { return mediaTypes[f] }

// File is a picture in one size.
type File struct {
	Size          Size
	Width, Height int
	Data          []byte
}

// Picture is the result of an upload.
type Picture struct {
	Hash          string // 26 characters of base32; the same upload has the same hash
	Format        Format
	Width, Height int    // of the original, turned upright, in pixels
	Files         []File // smallest first, at fewest one
}

// Source returns the name under which the shop keeps the picture, such as "media/k3v…-1600x1200.jpg". The addresses and dimensions of all
// sizes can be derived from it.
func (p Picture) Source() string {
	return SourcePrefix + p.Hash + "-" + strconv.Itoa(p.Width) + "x" + strconv.Itoa(p.Height) + "." + string(p.Format)
}

// SourcePrefix is the prefix of the names of all uploaded pictures.
const SourcePrefix = "media/"

// HashOf returns the hash in a picture's name. ok is false if the name is not that of an upload.
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

// IsHash reports whether text has the form of a picture's hash.
func IsHash(text string) bool {
	return len(text) == hashLength && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// recipe is part of the hash. It must change whenever the same upload would be encoded differently, because browsers keep pictures for
// ever.
const recipe = "pictures 1\n"

// Hash returns the hash that Process gives an upload.
func Hash(upload []byte) string {
	h := sha256.New()
	h.Write([]byte(recipe))
	h.Write(upload)
	return strings.ToLower(base32.StdEncoding.EncodeToString(h.Sum(nil)))[:hashLength]
}

// Process makes a picture of an upload. Errors: ErrTooLarge, ErrPixels, ErrFormat, ErrBroken. It may take a second and, for the largest
// pictures, hundreds of megabytes, so callers must limit how many run at once.
func Process(upload []byte) (Picture, error) {
	if len(upload) > MaxBytes {
		return Picture{}, ErrTooLarge
	}
	kind := sniff(upload)
	if kind == "" {
		return Picture{}, ErrFormat
	}
	if err := checkSize(kind, upload); err != nil {
		return Picture{}, err
	}
	original, err := decode(kind, upload)
	if err != nil {
		return Picture{}, err
	}
	o := orientation(kind, upload)
	size := original.Bounds().Size()
	if o.swapsSides() {
		size.X, size.Y = size.Y, size.X
	}
	p := Picture{Hash: Hash(upload), Width: size.X, Height: size.Y}
	scaled := shrink(original, o, size)
	p.Format, p.Files, err = encodeSizes(scaled, kind == kindJPEG)
	return p, err
}

// decode decodes the first frame of a file. It recovers from a panic of the decoder: the file is broken, not the program.
func decode(kind kind, upload []byte) (m image.Image, err error) {
	defer func() {
		if r := recover(); r != nil {
			m, err = nil, fmt.Errorf("%w: %s decoder: %v", ErrBroken, kind, r)
		}
	}()
	m, err = codecs[kind].decode(bytes.NewReader(upload))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return m, nil
}
