// Package qrcode draws QR codes as SVG.
package qrcode

import (
	"fmt"
	"strconv"
	"strings"

	"rsc.io/qr"
)

// quiet is the width of the white edge that readers need, in modules (ISO/IEC 18004 §6.3.8).
const quiet = 4

// maxText is the maximum length of a text, in bytes: what is longer gives a code that phones cannot read from a screen.
const maxText = 512

// SVG returns a text as a QR code: black on white, in a picture that has no size of its own. The picture holds no part of the text. It fails for a
// text of more than 512 bytes.
func SVG(text string) ([]byte, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("draw a QR code: %d bytes are too many", len(text))
	}
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fmt.Errorf("draw a QR code: %w", err)
	}
	size := strconv.Itoa(code.Size + 2*quiet)
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ` + size + ` ` + size + `" shape-rendering="crispEdges">` +
		`<path fill="#fff" d="M0 0h` + size + `v` + size + `H0z"/><path fill="#000" d="`)
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			begin := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > begin {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", begin+quiet, y+quiet, x-begin, x-begin)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return []byte(b.String()), nil
}
