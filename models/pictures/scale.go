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

// sized is a picture in one size, before it is encoded.
type sized struct {
	size   Size
	pixels *image.RGBA
}

// shrink returns the sizes of a picture, smallest first. size is that of the upright original. Each size is made from the next larger one,
// which costs a fraction of starting from the original and looks the same.
func shrink(original image.Image, t turn, size image.Point) []sized {
	var list []sized
	from, turning := original, t
	sizes := []Size{Large, Medium, Small}
	for i, s := range sizes {
		if i+1 < len(sizes) && size.X <= sizes[i+1].Width() {
			continue // the next smaller size holds the whole picture
		}
		to := fit(size, s)
		pixels := resize(from, turning, to)
		list = append([]sized{{size: s, pixels: pixels}}, list...)
		from, turning = pixels, 1
	}
	return list
}

// fit returns the dimensions of a picture in a size. It does not enlarge, and the height is at fewest 1.
func fit(size image.Point, s Size) image.Point {
	w := s.Width()
	if size.X <= w {
		return size
	}
	return image.Pt(w, max(1, (size.Y*w+size.X/2)/size.X))
}

// resize scales a picture and turns it. to is the size after turning, which comes last because fewer pixels are moved then.
func resize(from image.Image, t turn, to image.Point) *image.RGBA {
	unturned := to
	if t.swapsSides() {
		unturned.X, unturned.Y = to.Y, to.X
	}
	scaled := image.NewRGBA(image.Rectangle{Max: unturned})
	if from.Bounds().Size() == unturned {
		draw.Draw(scaled, scaled.Bounds(), from, from.Bounds().Min, draw.Src)
	} else {
		from = averaged(from, min(from.Bounds().Dx()/unturned.X, from.Bounds().Dy()/unturned.Y))
		scalerFor(from.Bounds().Size(), unturned).Scale(scaled, scaled.Bounds(), from, from.Bounds(), draw.Src, nil)
	}
	if t == 1 {
		return scaled
	}
	upright := image.NewRGBA(image.Rectangle{Max: to})
	for y := range to.Y {
		for x := range to.X {
			fromX, fromY := t.source(x, y, unturned)
			copy(upright.Pix[upright.PixOffset(x, y):][:4], scaled.Pix[scaled.PixOffset(fromX, fromY):][:4])
		}
	}
	return upright
}

// averaged returns a picture n times smaller, in which each pixel is the mean of n × n. It reads a few lines at a time. What remains for
// the scaler is less than twice the target size, in a format that it reads fast.
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

// scalerFor returns the best scaler within the memory limit. CatmullRom needs 32 bytes for each line of the source and column of the
// target.
func scalerFor(from, to image.Point) draw.Scaler {
	const maxCells = 128 << 20 / 32
	if from.Y*to.X > maxCells {
		return draw.ApproxBiLinear
	}
	return draw.CatmullRom
}

// quality of JPEG files: above it they grow faster than they improve.
const quality = 82

// encodeSizes chooses a format and encodes all sizes in it. A JPEG stays a JPEG, because a lossless format would keep its blur at many
// times the size.
func encodeSizes(list []sized, photograph bool) (Format, []File, error) {
	if photograph {
		files, err := encodeAll(list, JPEG)
		return JPEG, files, err
	}
	best, err := chooseFormat(list[len(list)/2].pixels)
	if err != nil {
		return "", nil, err
	}
	files, err := encodeAll(list, best)
	if errors.Is(err, errWebP) { // WebP failed for another size than the one that was tried
		best = PNG
		files, err = encodeAll(list, best)
	}
	return best, files, err
}

// losslessFactor is how many times larger than JPEG a lossless picture may be. Drawings stay below it, the noise of photographs does not.
const losslessFactor = 3

// chooseFormat returns the format that shows a picture well in the fewest bytes.
func chooseFormat(m *image.RGBA) (Format, error) {
	best, fewest := PNG, math.MaxInt
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
		if len(b) < fewest {
			best, fewest = f, len(b)
		}
		if f == JPEG {
			fewest *= losslessFactor
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

// errWebP means that a picture cannot be encoded as WebP.
var errWebP = errors.New("not written as WebP")

// encodeWebP encodes a picture without loss and checks the result by decoding it: the encoder fails on some pictures, such as those of a
// single colour.
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

// unmultiplied returns a picture without premultiplied alpha, as WebP and PNG store it.
func unmultiplied(m image.Image) *image.NRGBA {
	if already, ok := m.(*image.NRGBA); ok {
		return already
	}
	n := image.NewNRGBA(m.Bounds())
	draw.Draw(n, n.Bounds(), m, m.Bounds().Min, draw.Src)
	return n
}
