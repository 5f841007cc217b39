package pictures_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/HugoSmits86/nativewebp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/webp"

	"github.com/coincart/coincart/models/pictures"
)

// photo returns a picture with noise like a camera's: the left half is red, the upper right quarter green, the rest blue.
func photo(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for y := range h {
		for x := range w {
			noise := uint8(r.UintN(40))
			c := color.RGBA{noise, noise, 200 + noise, 255}
			switch {
			case x < w/2:
				c = color.RGBA{200 + noise, noise, noise, 255}
			case y < h/2:
				c = color.RGBA{noise, 200 + noise, noise, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

// drawing returns a picture of two flat colours. With holes, the second one is transparent.
func drawing(w, h int, holes bool) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{20, 60, 40, 255}
			if (x/16+y/16)%2 == 0 {
				c = color.NRGBA{240, 240, 230, 255}
				if holes {
					c.A = 0
				}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

func asJPEG(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	require.NoError(tb, jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}))
	return b.Bytes()
}

func asPNG(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	require.NoError(tb, png.Encode(&b, m))
	return b.Bytes()
}

func asWebP(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	require.NoError(tb, nativewebp.Encode(&b, m, nil))
	return b.Bytes()
}

// tiff returns an EXIF block with an orientation.
func tiff(order binary.AppendByteOrder, head string, orientation uint16) []byte {
	b := order.AppendUint32([]byte(head), 8)
	b = order.AppendUint16(b, 2)
	for _, entry := range [][2]uint16{{0x0100, 7}, {0x0112, orientation}} {
		b = order.AppendUint16(b, entry[0])
		b = order.AppendUint16(b, 3)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, entry[1])
		b = order.AppendUint16(b, 0)
	}
	return order.AppendUint32(b, 0)
}

// withExif inserts an EXIF segment with a marked secret into a JPEG.
func withExif(file, block []byte) []byte {
	body := append([]byte("Exif\x00\x00"), block...)
	body = append(body, "GPS 48.1N secret"...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return append(append(append([]byte{}, file[:2]...), append(segment, body...)...), file[2:]...)
}

func decodeFile(t *testing.T, p pictures.Picture, f pictures.File) image.Image {
	t.Helper()
	var m image.Image
	var err error
	switch p.Format {
	case pictures.JPEG:
		m, err = jpeg.Decode(bytes.NewReader(f.Data))
	case pictures.PNG:
		m, err = png.Decode(bytes.NewReader(f.Data))
	case pictures.WebP:
		m, err = webp.Decode(bytes.NewReader(f.Data))
	}
	require.NoError(t, err)
	require.Equal(t, image.Pt(f.Width, f.Height), m.Bounds().Size())
	return m
}

func near(t *testing.T, want color.RGBA, m image.Image, x, y int) {
	t.Helper()
	r, g, b, _ := m.At(x, y).RGBA()
	got := []float64{float64(r >> 8), float64(g >> 8), float64(b >> 8)}
	assert.InDeltaSlice(t, []float64{float64(want.R), float64(want.G), float64(want.B)}, got, 45, "at %d,%d", x, y)
}

var (
	red   = color.RGBA{220, 20, 20, 255}
	green = color.RGBA{20, 220, 20, 255}
	blue  = color.RGBA{20, 20, 220, 255}
)

func TestProcess_WritesThreeWidthsOfAPhotograph(t *testing.T) {
	p, err := pictures.Process(asJPEG(t, photo(2000, 1500)))
	require.NoError(t, err)
	assert.Equal(t, pictures.JPEG, p.Format)
	assert.Equal(t, []int{2000, 1500}, []int{p.Width, p.Height})
	require.Len(t, p.Files, 3)
	for i, want := range []pictures.File{
		{Size: pictures.Small, Width: 320, Height: 240}, {Size: pictures.Medium, Width: 800, Height: 600}, {Size: pictures.Large, Width: 1600, Height: 1200},
	} {
		f := p.Files[i]
		m := decodeFile(t, p, f)
		f.Data = nil
		assert.Equal(t, want, f)
		near(t, red, m, f.Width/4, f.Height/2)
		near(t, green, m, 3*f.Width/4, f.Height/4)
		near(t, blue, m, 3*f.Width/4, 3*f.Height/4)
	}
	assert.Equal(t, "media/"+p.Hash+"-2000x1500.jpg", p.Source())
}

func TestProcess_NeverEnlarges(t *testing.T) {
	for w, want := range map[int][]int{1: {1}, 320: {320}, 321: {320, 321}, 800: {320, 800}, 801: {320, 800, 801}, 1700: {320, 800, 1600}} {
		p, err := pictures.Process(asPNG(t, drawing(w, 40, false)))
		require.NoError(t, err)
		var got []int
		for _, f := range p.Files {
			decodeFile(t, p, f)
			got = append(got, f.Width)
		}
		assert.Equal(t, want, got, "of %d", w)
	}
}

func TestProcess_KeepsAFlatStripOnePixelHigh(t *testing.T) {
	p, err := pictures.Process(asPNG(t, drawing(9000, 1, false)))
	require.NoError(t, err)
	assert.Equal(t, 1, p.Files[0].Height)
	tall, err := pictures.Process(asPNG(t, drawing(1, 9000, false)))
	require.NoError(t, err)
	assert.Equal(t, []int{1, 9000}, []int{tall.Files[0].Width, tall.Files[0].Height})
}

func TestProcess_TurnsUpright(t *testing.T) {
	unturned := photo(400, 200)
	for orientation, corners := range map[uint16][4]color.RGBA{ // colours in the upright picture: top left, top right, bottom left, bottom right
		1: {red, green, red, blue}, 2: {green, red, blue, red}, 3: {blue, red, green, red}, 4: {red, blue, red, green},
		5: {red, red, green, blue}, 6: {red, red, blue, green}, 7: {blue, green, red, red}, 8: {green, blue, red, red},
		0: {red, green, red, blue}, 9: {red, green, red, blue}, 65535: {red, green, red, blue},
	} {
		for name, block := range map[string][]byte{
			"little": tiff(binary.LittleEndian, "II*\x00", orientation), "big": tiff(binary.BigEndian, "MM\x00*", orientation),
		} {
			file := withExif(asJPEG(t, unturned), block)
			p, err := pictures.Process(file)
			require.NoError(t, err)
			w, h := 400, 200
			if orientation >= 5 && orientation <= 8 {
				w, h = 200, 400
			}
			require.Equal(t, []int{w, h}, []int{p.Width, p.Height}, "%s %d", name, orientation)
			m := decodeFile(t, p, p.Files[len(p.Files)-1])
			for i, want := range corners {
				near(t, want, m, w/8+(i%2)*w*3/4, h/8+(i/2)*h*3/4)
			}
			for _, f := range p.Files {
				assert.NotContains(t, string(f.Data), "Exif")
				assert.NotContains(t, string(f.Data), "secret")
			}
		}
	}
}

func TestProcess_TurnsPNGAndWebPToo(t *testing.T) {
	block := tiff(binary.BigEndian, "MM\x00*", 6)
	file := asPNG(t, drawing(64, 32, false))
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(block)))
	chunk = append(append(chunk, "eXIf"...), block...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	const afterHeader = 8 + 25
	turned := append(append(append([]byte{}, file[:afterHeader]...), chunk...), file[afterHeader:]...)
	p, err := pictures.Process(turned)
	require.NoError(t, err)
	assert.Equal(t, []int{32, 64}, []int{p.Width, p.Height})

	simple := asWebP(t, drawing(64, 32, false))
	body := append([]byte("VP8X\x0a\x00\x00\x00\x08\x00\x00\x00\x3f\x00\x00\x1f\x00\x00"), simple[12:]...)
	body = append(body, "EXIF"...)
	body = append(binary.LittleEndian.AppendUint32(body, uint32(len(block))), block...)
	if len(block)%2 == 1 {
		body = append(body, 0)
	}
	extended := append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body)+4)), append([]byte("WEBP"), body...)...)
	p, err = pictures.Process(extended)
	require.NoError(t, err)
	assert.Equal(t, []int{32, 64}, []int{p.Width, p.Height})
}

func TestProcess_KeepsDrawingsSharpAndTransparent(t *testing.T) {
	for name, upload := range map[string][]byte{
		"PNG": asPNG(t, drawing(640, 400, true)), "WebP": asWebP(t, drawing(640, 400, true)),
	} {
		p, err := pictures.Process(upload)
		require.NoError(t, err, name)
		assert.Equal(t, pictures.WebP, p.Format, "lossless WebP is smaller than PNG here")
		m := decodeFile(t, p, p.Files[1])
		_, _, _, alpha := m.At(8, 8).RGBA()
		assert.Zero(t, alpha, name)
		_, _, _, alpha = m.At(24, 8).RGBA()
		assert.Equal(t, uint32(0xffff), alpha, name)
	}
	noisy, err := pictures.Process(asPNG(t, photo(640, 400)))
	require.NoError(t, err)
	assert.Equal(t, pictures.JPEG, noisy.Format, "a photograph that was kept as PNG is one all the same")
}

func TestProcess_TakesTheFirstFrameOfAGIF(t *testing.T) {
	palette := color.Palette{red, green, blue}
	frames := &gif.GIF{Config: image.Config{Width: 40, Height: 20, ColorModel: palette}}
	for i := range 3 {
		frame := image.NewPaletted(image.Rect(0, 0, 40, 20), palette)
		for j := range frame.Pix {
			frame.Pix[j] = uint8(i)
		}
		frames.Image, frames.Delay = append(frames.Image, frame), append(frames.Delay, 10)
	}
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, frames))
	p, err := pictures.Process(b.Bytes())
	require.NoError(t, err)
	near(t, red, decodeFile(t, p, p.Files[0]), 10, 10)
}

// bomb returns a PNG of few bytes whose header claims a size and whose data unpacks to it.
func bomb(w, h uint32, depth, colours byte) []byte {
	part := func(name string, body []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		b = append(append(b, name...), body...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = z.Write(make([]byte, 1<<20))
	_ = z.Close()
	b := append([]byte("\x89PNG\r\n\x1a\n"), part("IHDR", append(header, depth, colours, 0, 0, 0))...)
	return append(append(b, part("IDAT", packed.Bytes())...), part("IEND", nil)...)
}

func TestProcess_RefusesWhatIsNoPicture(t *testing.T) {
	good := asJPEG(t, photo(64, 64))
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	for name, c := range map[string]struct {
		upload []byte
		want   error
	}{
		"nothing":                    {nil, pictures.ErrFormat},
		"text":                       {[]byte("hello"), pictures.ErrFormat},
		"SVG":                        {[]byte(svg), pictures.ErrFormat},
		"SVG with a byte order mark": {[]byte("\xef\xbb\xbf" + svg), pictures.ErrFormat},
		"HTML":                       {[]byte("<!DOCTYPE html><script>"), pictures.ErrFormat},
		"a program":                  {[]byte("MZ\x90\x00"), pictures.ErrFormat},
		"BMP":                        {[]byte("BM\x00\x00\x00\x00"), pictures.ErrFormat},
		"RIFF that is sound":         {[]byte("RIFF\x00\x00\x00\x00WAVEfmt "), pictures.ErrFormat},
		"a file too large":           {make([]byte, pictures.MaxBytes+1), pictures.ErrTooLarge},
		"only a header":              {[]byte("\xff\xd8\xff"), pictures.ErrBroken},
		"a JPEG cut short":           {good[:len(good)/2], pictures.ErrBroken},
		"a PNG cut short":            {asPNG(t, photo(64, 64))[:200], pictures.ErrBroken},
		"a WebP cut short":           {asWebP(t, photo(64, 64))[:60], pictures.ErrBroken},
		"GIF of nothing":             {[]byte("GIF89a\x00\x00\x00\x00\x00\x00\x00;"), pictures.ErrBroken},
		"a bomb of 10 gigapixels":    {bomb(100_000, 100_000, 8, 2), pictures.ErrPixels},
		"a bomb of 64 megapixels":    {bomb(8000, 8000, 8, 2), pictures.ErrPixels},
		"a bomb of one long line":    {bomb(1<<30, 1, 8, 2), pictures.ErrPixels},
		"25 megapixels of 16 bits":   {bomb(5000, 5000, 16, 6), pictures.ErrPixels},
		"a header that lies":         {bomb(5000, 5000, 8, 2), pictures.ErrBroken},
		"a width of nothing":         {bomb(0, 10, 8, 2), pictures.ErrBroken},
	} {
		_, err := pictures.Process(c.upload)
		assert.ErrorIs(t, err, c.want, name)
	}
}

// A polyglot is a picture and another file at once. Only its pixels must survive.
func TestProcess_LeavesNothingButPixels(t *testing.T) {
	evil := "<script>alert('polyglot')</script><?php system('id'); ?>PK\x03\x04"
	comment := append([]byte{0xff, 0xfe, 0, byte(len(evil) + 2)}, evil...)
	base := asJPEG(t, photo(64, 64))
	inside := append(append(append([]byte{}, base[:2]...), comment...), base[2:]...)
	for name, upload := range map[string][]byte{
		"behind a JPEG": append(append([]byte{}, base...), evil...),
		"in a comment":  inside,
		"behind a PNG":  append(asPNG(t, drawing(64, 64, false)), evil...),
	} {
		p, err := pictures.Process(upload)
		require.NoError(t, err, name)
		for _, f := range p.Files {
			assert.NotContains(t, string(f.Data), "script", name)
			assert.NotContains(t, string(f.Data), "PK\x03\x04", name)
		}
	}
}

func TestProcess_IsTheSameForTheSameUpload(t *testing.T) {
	a, err := pictures.Process(asJPEG(t, photo(100, 80)))
	require.NoError(t, err)
	b, err := pictures.Process(asJPEG(t, photo(100, 80)))
	require.NoError(t, err)
	c, err := pictures.Process(asJPEG(t, photo(100, 81)))
	require.NoError(t, err)
	assert.Equal(t, a, b)
	assert.NotEqual(t, a.Hash, c.Hash)
}

func TestHashOf_TakesOnlyItsOwnNames(t *testing.T) {
	hash := strings.Repeat("a2", 13)
	got, ok := pictures.HashOf("media/" + hash + "-1600x1200.webp")
	assert.True(t, ok)
	assert.Equal(t, hash, got)
	for _, name := range []string{
		"", "media/", "pictures/mug.svg", "media/" + hash, hash + "-1x1.jpg", "media/" + hash + "-1x1.svg", "media/" + hash + "-1x1.jpg/..",
		"media/" + hash + "-0x1.jpg", "media/" + hash + "-01x1.jpg", "media/" + hash + "-1x16384.jpg", "media/" + hash + "-1.jpg",
		"media/" + strings.ToUpper(hash) + "-1x1.jpg", "media/../" + hash + "-1x1.jpg", "media/" + hash + "-1x-1.jpg", "media/a-1x1.jpg",
	} {
		_, ok := pictures.HashOf(name)
		assert.False(t, ok, name)
	}
}

func FuzzProcess(f *testing.F) {
	small := photo(24, 16)
	f.Add(asJPEG(f, small))
	f.Add(withExif(asJPEG(f, small), tiff(binary.LittleEndian, "II*\x00", 6)))
	f.Add(asPNG(f, drawing(24, 16, true)))
	f.Add(asWebP(f, drawing(24, 16, true)))
	f.Add(bomb(9000, 9000, 8, 2))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Fuzz(func(t *testing.T, upload []byte) {
		p, err := pictures.Process(upload)
		if err != nil {
			return
		}
		hash, ok := pictures.HashOf(p.Source())
		assert.True(t, ok)
		assert.Equal(t, p.Hash, hash)
		assert.NotEmpty(t, p.Files)
		for _, file := range p.Files {
			assert.LessOrEqual(t, file.Width, file.Size.Width())
			assert.NotEmpty(t, file.Data)
		}
	})
}

func BenchmarkProcess_Photograph(b *testing.B) {
	upload := asJPEG(b, photo(4000, 3000))
	for b.Loop() {
		_, err := pictures.Process(upload)
		require.NoError(b, err)
	}
}
