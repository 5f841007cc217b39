package templates

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/coincart/coincart/static"
)

// Picture is an image with its size in pixels, so that the page does not jump while it loads.
type Picture struct {
	// Source is the name of a static file such as "pictures/stoneware-mug.svg", that of an upload ("media/<hash>-<width>x<height>.<format>"),
	// or an absolute path.
	Source string
	Alt    string // "" where the text beside it says the same
	Width  int    // 0: what an upload's name says, else the demo pictures' own 600 × 600
	Height int
	Sizes  string // how wide it is shown, as the attribute "sizes" says it; "" is the whole width of the page
}

// Shown returns the picture with the width at which it is shown, from which the browser chooses a size.
func (p Picture) Shown(sizes string) Picture {
	p.Sizes = sizes
	return p
}

// mediaSizes are the widths that an upload is stored in, with their names in addresses, smallest first. An upload that is not wider than a
// size has no larger ones.
var mediaSizes = []struct {
	name  string
	width int
}{{"small", 320}, {"medium", 800}, {"large", 1600}}

// upload is the information in the name of an uploaded picture.
type upload struct {
	hash, format  string
	width, height int
}

func (p Picture) upload() (u upload, ok bool) {
	rest, ok := strings.CutPrefix(p.Source, "media/")
	if !ok {
		return u, false
	}
	hash, rest, dash := strings.Cut(rest, "-")
	measures, format, dot := strings.Cut(rest, ".")
	w, h, x := strings.Cut(measures, "x")
	width, errWidth := strconv.Atoi(w)
	height, errHeight := strconv.Atoi(h)
	ok = dash && dot && x && errWidth == nil && errHeight == nil && width > 0 && height > 0
	return upload{hash, format, width, height}, ok
}

// shownWidth returns the width of the picture in one of its sizes, in pixels.
func (u upload) shownWidth(size int) int { return min(u.width, mediaSizes[size].width) }

// largest returns the index of the largest size that the upload has.
func (u upload) largest() int {
	for i, size := range mediaSizes {
		if u.width <= size.width {
			return i
		}
	}
	return len(mediaSizes) - 1
}

func (u upload) address(size int) string {
	return "/media/" + u.hash + "-" + mediaSizes[size].name + "." + u.format
}

// URL returns the picture's address, of an upload in its middle size; "" where there is no picture.
func (p Picture) URL() string {
	if p.Source == "" || strings.HasPrefix(p.Source, "/") {
		return p.Source
	}
	if u, ok := p.upload(); ok {
		return u.address(min(1, u.largest()))
	}
	return static.URL(p.Source)
}

// Thumbnail returns the address of the picture in its smallest size.
func (p Picture) Thumbnail() string {
	if u, ok := p.upload(); ok {
		return u.address(0)
	}
	return p.URL()
}

// SrcSet returns the addresses of an upload's sizes with their widths, as a page must write them; "" for a picture with one size.
func (p Picture) SrcSet(ctx context.Context) string {
	u, ok := p.upload()
	if !ok || u.largest() == 0 {
		return ""
	}
	list := make([]string, 0, len(mediaSizes))
	for size := range u.largest() + 1 {
		list = append(list, At(ctx, u.address(size))+" "+strconv.Itoa(u.shownWidth(size))+"w")
	}
	return strings.Join(list, ", ")
}

// sizes returns the attribute beside SrcSet. A lazily loaded picture has been laid out by then: browsers that support it measure it
// themselves.
func (p Picture) sizes(eager bool) string {
	sizes := cmp.Or(p.Sizes, "100vw")
	if eager {
		return sizes
	}
	return "auto, " + sizes
}

// demoSide is the side of the demonstration's square pictures in pixels.
const demoSide = 600

// size returns the width and the height of the picture in pixels.
func (p Picture) size() (width, height int) {
	u, ok := p.upload()
	if !ok {
		u.width, u.height = demoSide, demoSide
	}
	return cmp.Or(p.Width, u.width), cmp.Or(p.Height, u.height)
}
