package models

import (
	"database/sql/driver"
	"strings"
	"time"
)

// Import is a file of products that was uploaded, with what was found in it and what became of it.
type Import struct {
	ID          string `ascii:"36"`
	FileName    string `text:"255"` // as the browser calls it
	FileSize    int64
	FileLines   int
	Hash        string        `ascii:"64"` // SHA-256 of the file, hexadecimal
	Options     ImportOptions `text:"medium"`
	Report      string        `text:"medium"` // JSON: ImportReport of the last check; empty: not checked yet
	Catalogue   string        `ascii:"64"`    // what the check compared the file with (store.ImportPlan); the import refuses another
	CheckTask   string        `ascii:"36"`    // the last task that checked it
	ApplyTask   string        `ascii:"36"`    // the task that imports it, or tried to
	PictureTask string        `ascii:"36"`    // the task that fetches its pictures
	StaffID     string        `ascii:"36"`
	Who         string        `text:"254"`
	CreatedAt   time.Time
	AppliedAt   time.Time `gorm:"default:null"` // when everything was imported
}

// ImportOptions are what a person chooses for a file. Stored as JSON.
type ImportOptions struct {
	DecimalComma bool `json:"decimal_comma"` // prices and weights are written 19,99
	KeepStock    bool `json:"keep_stock"`    // the stock of variants that are there already stays
	NoPictures   bool `json:"no_pictures"`   // pictures are not fetched from other servers
}

// Value stores the options as JSON.
func (o ImportOptions) Value() (driver.Value, error) { return jsonValue("options", o) }

// Scan reads what Value stored.
func (o *ImportOptions) Scan(src any) error {
	*o = ImportOptions{}
	return scanJSON("options", src, o)
}

// ImportReport counts what a file would do, or did.
type ImportReport struct {
	Dialect    string         `json:"dialect"`
	Delimiter  string         `json:"delimiter"`
	Rows       int            `json:"rows"`
	Products   int            `json:"products"`
	New        int            `json:"new"`
	Changed    int            `json:"changed"`
	Unchanged  int            `json:"unchanged"`
	Skipped    int            `json:"skipped"`
	Faults     int            `json:"faults"` // problems that keep it from being imported
	Notes      int            `json:"notes"`  // those that do not
	Categories []string       `json:"categories"`
	Pictures   int            `json:"pictures"` // products with pictures to fetch
	Columns    []ImportColumn `json:"columns"`

	PriceMoves  []PriceMove `json:"price_moves,omitempty"`  // changes of prices to confirm, the first MaxPriceMoves
	PriceCount  int         `json:"price_count,omitempty"`  // all of them
	PriceDigest string      `json:"price_digest,omitempty"` // PriceMovesDigest of all of them; "": nothing to confirm
}

// MaxPriceMoves is the maximum number of changes of prices that the report of an import lists.
const MaxPriceMoves = 200

// ImportColumn is a column of the file.
type ImportColumn struct {
	Header string `json:"header"`
	Used   bool   `json:"used"`
	Filled int    `json:"filled"` // number of cells that are not empty
}

// ImportChunk is a piece of an uploaded file, so that any replica can read it.
type ImportChunk struct {
	ImportID string `ascii:"36"`
	Number   int    // from 1
	Data     []byte
}

// ImportProblem is one thing that is wrong with a file (productcsv.Problem).
type ImportProblem struct {
	ImportID   string `ascii:"36"`
	Position   int    // from 1, in the order of the lines
	Line       int    // 0: the file as a whole
	ColumnName string `text:"255"`
	Level      string `ascii:"16"`
	Code       string `ascii:"32"`
	SKU        string `text:"190"`
	Details    string `text:"4000"` // JSON: the values for the words
}

// ImportPicture is a product whose pictures an import has to fetch.
type ImportPicture struct {
	ImportID  string `ascii:"36"`
	Position  int    // from 1
	ProductID string `ascii:"36"`
	Line      int
	SKU       string             `text:"190"`
	Pictures  string             `text:"medium"` // JSON: []WantedPicture, all that the file names, in its order
	State     ImportPictureState `ascii:"16"`
	Problem   string             `text:"medium"` // remarks about those that could not be had, one per line
}

// ImportPictureState is how far the pictures of a product are.
type ImportPictureState string

// The states of an import's pictures.
const (
	PicturesWaiting ImportPictureState = "waiting"
	PicturesDone    ImportPictureState = "done"
	PicturesFailed  ImportPictureState = "failed" // at least one could not be fetched
)

// WantedPicture is a picture that a file names.
type WantedPicture struct {
	Source  string `json:"source"` // an https address, a name such as media/…, or the name of a static file
	Alt     string `json:"alt,omitempty"`
	Texts   Texts  `json:"texts,omitempty"`   // "alt"
	Variant string `json:"variant,omitempty"` // the id of the variant that it shows; empty: the product
}

// Remote reports whether the picture must be fetched.
func (p WantedPicture) Remote() bool { return IsAddress(p.Source) }

// IsAddress reports whether a picture's source is an address, not a name.
func IsAddress(source string) bool { return strings.Contains(source, "://") }

// FetchedPicture remembers what the picture at an address is called here, so that no address is fetched twice.
type FetchedPicture struct {
	AddressHash string `gorm:"primaryKey" ascii:"64"` // SHA-256, hexadecimal
	Address     string `text:"2000"`
	Source      string `text:"255"`
	FetchedAt   time.Time
}
