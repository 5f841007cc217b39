package pictures

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// kind is the file format of an upload.
type kind string

const (
	kindJPEG kind = "JPEG"
	kindPNG  kind = "PNG"
	kindGIF  kind = "GIF"
	kindWebP kind = "WebP"
)

type codec struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error) // decodes the first frame only
}

var codecs = map[kind]codec{
	kindJPEG: {jpeg.DecodeConfig, jpeg.Decode},
	kindPNG:  {png.DecodeConfig, png.Decode},
	kindGIF:  {gif.DecodeConfig, gif.Decode},
	kindWebP: {webp.DecodeConfig, webp.Decode},
}

// sniff returns the format of a file by its first bytes, or "" for a format that is not accepted. SVG is not, because it can contain
// scripts.
func sniff(b []byte) kind {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return kindJPEG
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return kindPNG
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return kindGIF
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return kindWebP
	}
	return ""
}

// checkSize refuses a picture that would need too much memory to decode. It relies on the header, as the decoders do.
func checkSize(k kind, upload []byte) error {
	config, err := codecs[k].config(bytes.NewReader(upload))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if config.Width < 1 || config.Height < 1 {
		return ErrBroken
	}
	if config.Width > MaxSide || config.Height > MaxSide {
		return ErrPixels
	}
	limit := MaxPixels
	if deep(config.ColorModel) || (k == kindJPEG && progressive(upload)) {
		limit /= 2
	}
	if config.Width*config.Height > limit {
		return ErrPixels
	}
	return nil
}

// deep reports whether decoding or scaling needs eight bytes for a pixel.
func deep(m color.Model) bool {
	return m == color.RGBA64Model || m == color.NRGBA64Model || m == color.Gray16Model || m == color.CMYKModel
}

// progressive reports whether a JPEG is progressive: its decoder keeps all coefficients in memory until the end.
func progressive(upload []byte) bool {
	found := false
	eachSegment(upload, func(marker byte, _ []byte) bool {
		found = marker == 0xc2
		return !found && (marker < 0xc0 || marker > 0xcf || marker == 0xc4 || marker == 0xc8 || marker == 0xcc)
	})
	return found
}

// eachSegment calls fn with each segment of a JPEG before its pixels, until fn returns false.
func eachSegment(upload []byte, fn func(marker byte, body []byte) bool) {
	b := upload[2:]
	for len(b) >= 4 && b[0] == 0xff {
		marker := b[1]
		if marker == 0xff { // padding
			b = b[1:]
			continue
		}
		if marker == 0xda || marker == 0xd9 {
			return
		}
		if marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8) { // markers without a body
			b = b[2:]
			continue
		}
		n := int(binary.BigEndian.Uint16(b[2:]))
		if n < 2 || len(b) < 2+n || !fn(marker, b[4:2+n]) {
			return
		}
		b = b[2+n:]
	}
}
