package admin

import (
	"strings"

	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
)

// ImportsView is the list of files of products that were uploaded, the form for another, and the form for an export.
type ImportsView struct {
	Page         Page
	FormToken    string
	ExportToken  string
	Refusal      Refusal // of the page
	FileProblem  string  // code of what is wrong with the file: "import.file." + code
	DecimalComma bool
	KeepStock    bool
	NoPictures   bool
	Categories   []Choice
	Visibility   []Choice
	Rows         []ImportRow
}

// ImportRow is one file of the list.
type ImportRow struct {
	ID      string
	Name    string
	Size    string
	State   string // "import.state." + State
	Who     string
	Created templates.Moment
	New     int
	Changed int
	Faults  int
}

// ImportView is one file: what was found in it, and what the import did.
type ImportView struct {
	Page      Page
	ID        string
	FormToken string
	Name      string
	Size      string
	Who       string
	Created   templates.Moment
	Applied   templates.Moment
	State     string // "import.state." + State
	Running   bool   // a task is at work
	TaskID    string
	Done      int
	Total     int
	Percent   int // -1: not known yet
	Refusal   Refusal
	Failure   string // words: why the last task failed
	Gone      bool   // the file was removed after its time

	Checked   bool // there is a report
	Dialect   string
	Delimiter string
	Options   []string // "import.option." + each
	Tiles     []ImportTile
	Prices    []ConfirmRow // changes of prices that must be confirmed before the import, the first ones
	PriceMore int          // changes that are not in Prices
	Confirm   string       // digest of all of them, sent as "confirmed"; "": nothing to confirm
	MayStart  bool         // checked, without problems, with something to do or not, and not imported
	MayCheck  bool
	Columns   []ImportColumnRow
	NewPaths  []string // categories to be made

	Level        string // of the problems that are shown
	Levels       []Choice
	Problems     []ImportProblemRow
	ProblemCount int
	First, Next  string
	ProblemsURL  string // the file of all problems

	Pictures *ImportPicturesView // nil: none are fetched
}

// ImportTile is one of the numbers at the top.
type ImportTile struct {
	Name string // "import.tile." + Name
	Text string
	Tone string // "", good, warn or bad
}

// ImportColumnRow is a column of the file.
type ImportColumnRow struct {
	Header string
	Used   bool
	Filled int
}

// ImportProblemRow is one problem in words.
type ImportProblemRow struct {
	Line   int // 0: the file as a whole
	Column string
	SKU    string
	Level  string // "import.level." + Level
	Text   string
}

// ImportPicturesView is the progress of fetching pictures.
type ImportPicturesView struct {
	State   string // of the task: "admin.task_state." + State
	Running bool
	TaskID  string
	Waiting int
	Done    int
	Failed  int
	Rows    []ImportPictureRow
	More    bool // there are more failures than rows
}

// ImportPictureRow is a product of which a picture could not be fetched.
type ImportPictureRow struct {
	Line      int
	SKU       string
	ProductID string
	Texts     []string
}

func (v ImportsView) fileWords(p *i18n.Printer) string {
	if v.FileProblem == "" {
		return ""
	}
	return word(p, "import.file.", v.FileProblem)
}

func (v ImportView) path() string { return "/admin/imports/" + v.ID }

// line returns the name of a row of the file; "" for a problem of the whole file.
func (r ImportProblemRow) line(p *i18n.Printer) string {
	if r.Line == 0 {
		return p.T("import.whole_file")
	}
	return number(r.Line)
}

// shownPaths is the maximum number of new categories that are named.
const shownPaths = 40

func (v ImportView) newPaths() string {
	if len(v.NewPaths) > shownPaths {
		return strings.Join(v.NewPaths[:shownPaths], " · ") + " …"
	}
	return strings.Join(v.NewPaths, " · ")
}

func (v ImportView) options(p *i18n.Printer) string {
	words := make([]string, len(v.Options))
	for i, o := range v.Options {
		words[i] = p.T("import.option." + o)
	}
	return strings.Join(words, " · ")
}
