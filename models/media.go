package models

import "time"

// Media is a picture that was uploaded. Its files are rows of their own, so that every replica can give them out.
type Media struct {
	Hash      string `gorm:"primaryKey" ascii:"26"` // of the upload (models/pictures)
	Source    string `ascii:"100"`                  // the name by which products, variants and categories show it: "media/<hash>-<width>x<height>.<format>"
	Width     int    // of the upright original, in pixels
	Height    int
	Kept      bool // something was stored that shows it; until then it is an upload that may be forgotten
	CreatedAt time.Time
}

// MediaFile is an uploaded picture in one size.
type MediaFile struct {
	Hash   string `gorm:"primaryKey" ascii:"26"`
	Size   string `gorm:"primaryKey" ascii:"8"` // small, medium or large
	Format string `ascii:"8"`                   // jpg, png or webp
	Data   []byte
}

// PictureSources returns the names of all pictures that a product shows.
func (p Product) PictureSources() []string {
	var list []string
	for _, picture := range p.Pictures {
		list = append(list, picture.Source)
	}
	for _, v := range p.Variants {
		if v.Picture != "" {
			list = append(list, v.Picture)
		}
	}
	return list
}
