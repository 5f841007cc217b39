package pictures

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"math"

	"github.com/HugoSmits86/nativewebp"
	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// sized is a picture in one size, before it is written.
type sized struct {
	size   Size
	pixels *image.RGBA
}

// shrink makes the sizes, smallest first. size is that of the upright picture. Each is made from the next larger one, which costs a
// fraction of beginning with the original and looks the same.
func shrink(original image.Image, t turn, size image.Point) []sized {
	var list []sized
	from, turnNow := original, t
	for _, s := range []Size{Large, Medium, Small} {
		if smaller, ok := smallerThan(s); ok && size.X <= smaller.Width() {
			continue // the smaller size holds all that there is
		}
		to := fit(size, s)
		pixels := resize(from, turnNow, to)
		list = append([]sized{{size: s, pixels: pixels}}, list...)
		from, turnNow = pixels, 1
	}
	return list
}

func smallerThan(s Size) (Size, bool) {
	switch s {
	case Large:
		return Medium, true
	case Medium:
		return Small, true
	case Small:
	}
	return "", false
}

// fit is how large a picture is in a size: never larger than it was, and at least a pixel high.
func fit(size image.Point, s Size) image.Point {
	w := s.Width()
	if size.X <= w {
		return size
	}
	return image.Pt(w, max(1, (size.Y*w+size.X/2)/size.X))
}

// resize scales and turns; to is the size after turning. Turning comes last: fewer pixels are moved.
func resize(from image.Image, t turn, to image.Point) *image.RGBA {
	lying := to
	if t.turned() {
		lying.X, lying.Y = to.Y, to.X
	}
	scaled := image.NewRGBA(image.Rectangle{Max: lying})
	if from.Bounds().Size() == lying {
		draw.Draw(scaled, scaled.Bounds(), from, from.Bounds().Min, draw.Src)
	} else {
		from = averaged(from, min(from.Bounds().Dx()/lying.X, from.Bounds().Dy()/lying.Y))
		scalerFor(from.Bounds().Size(), lying).Scale(scaled, scaled.Bounds(), from, from.Bounds(), draw.Src, nil)
	}
	if t == 1 {
		return scaled
	}
	upright := image.NewRGBA(image.Rectangle{Max: to})
	for y := range to.Y {
		for x := range to.X {
			fromX, fromY := t.from(x, y, lying)
			copy(upright.Pix[upright.PixOffset(x, y):][:4], scaled.Pix[scaled.PixOffset(fromX, fromY):][:4])
		}
	}
	return upright
}

// averaged is a picture made n times smaller, each pixel the mean of n × n, from a few lines at a time: what remains to be scaled is
// less than twice too large, whatever was uploaded, and in a form that scaling reads quickly.
func averaged(from image.Image, n int) image.Image {
	if _, quick := from.(*image.RGBA); n < 2 && quick {
		return from
	}
	n = max(n, 1)
	b := from.Bounds()
	small := image.NewRGBA(image.Rect(0, 0, b.Dx()/n, b.Dy()/n))
	lines := image.NewRGBA(image.Rect(0, 0, b.Dx(), n))
	for y := range small.Rect.Dy() {
		draw.Draw(lines, lines.Rect, from, b.Min.Add(image.Pt(0, y*n)), draw.Src)
		for x := range small.Rect.Dx() {
			var sum [4]int
			for dy := range n {
				at := lines.PixOffset(x*n, dy)
				for i, value := range lines.Pix[at : at+4*n] {
					sum[i&3] += int(value)
				}
			}
			to := small.PixOffset(x, y)
			for i := range sum {
				small.Pix[to+i] = uint8((sum[i] + n*n/2) / (n * n)) //nolint:gosec // a mean of bytes
			}
		}
	}
	return small
}

// scalerFor is the best scaler whose working memory is bounded: it keeps 32 bytes for each line of the old picture and column of the new.
func scalerFor(from, to image.Point) draw.Scaler {
	const most = 128 << 20 / 32
	if from.Y*to.X > most {
		return draw.ApproxBiLinear
	}
	return draw.CatmullRom
}

// quality of the JPEG files: beyond it they grow faster than they look better.
const quality = 82

// write chooses the format and writes all sizes in it. What came as a JPEG stays one: its blur would be kept without loss otherwise.
func write(list []sized, photograph bool) (Format, []File, error) {
	if photograph {
		files, err := encodeAll(list, JPEG)
		return JPEG, files, err
	}
	best, err := smallest(list[len(list)/2].pixels)
	if err != nil {
		return "", nil, err
	}
	files, err := encodeAll(list, best)
	if errors.Is(err, errWebP) { // another size than the one that was tried
		best = PNG
		files, err = encodeAll(list, best)
	}
	return best, files, err
}

// sharper is how many times larger than its blurred copy a picture without loss may be: a drawing is worth it, a photograph's noise is not.
const sharper = 3

// smallest is the format that shows the picture well in the fewest bytes.
func smallest(m *image.RGBA) (Format, error) {
	best, least := PNG, math.MaxInt
	for _, f := range []Format{JPEG, PNG, WebP} {
		if f == JPEG && !m.Opaque() {
			continue
		}
		b, err := encode(m, f)
		if errors.Is(err, errWebP) {
			continue
		}
		if err != nil {
			return "", err
		}
		if len(b) < least {
			best, least = f, len(b)
		}
		if f == JPEG {
			least *= sharper
		}
	}
	return best, nil
}

func encodeAll(list []sized, f Format) ([]File, error) {
	files := make([]File, len(list))
	for i, s := range list {
		data, err := encode(s.pixels, f)
		if err != nil {
			return nil, err
		}
		size := s.pixels.Bounds().Size()
		files[i] = File{Size: s.size, Width: size.X, Height: size.Y, Data: data}
	}
	return files, nil
}

func encode(m *image.RGBA, f Format) ([]byte, error) {
	var b bytes.Buffer
	var err error
	switch f {
	case JPEG:
		err = jpeg.Encode(&b, m, &jpeg.Options{Quality: quality})
	case PNG:
		err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, m)
	case WebP:
		return encodeWebP(m)
	}
	if err != nil {
		return nil, fmt.Errorf("write the picture as %s: %w", f, err)
	}
	return b.Bytes(), nil
}

// errWebP says that a picture cannot be written as WebP.
var errWebP = errors.New("not written as WebP")

// encodeWebP writes without loss, and reads again what it wrote: the encoder fails on some pictures, a single colour among them.
func encodeWebP(m *image.RGBA) (data []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			data, err = nil, fmt.Errorf("%w: %v", errWebP, r)
		}
	}()
	pixels := unmultiplied(m)
	var b bytes.Buffer
	if err := nativewebp.Encode(&b, pixels, nil); err != nil {
		return nil, fmt.Errorf("%w: %w", errWebP, err)
	}
	again, err := webp.Decode(bytes.NewReader(b.Bytes()))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errWebP, err)
	}
	if again.Bounds() != pixels.Bounds() || !bytes.Equal(unmultiplied(again).Pix, pixels.Pix) {
		return nil, fmt.Errorf("%w: other pixels come back", errWebP)
	}
	return b.Bytes(), nil
}

// unmultiplied is a picture in the form that WebP and PNG keep.
func unmultiplied(m image.Image) *image.NRGBA {
	if already, ok := m.(*image.NRGBA); ok {
		return already
	}
	n := image.NewNRGBA(m.Bounds())
	draw.Draw(n, n.Bounds(), m, m.Bounds().Min, draw.Src)
	return n
}
