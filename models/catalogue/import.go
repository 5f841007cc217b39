package catalogue

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/productcsv"
	"github.com/coincart/coincart/models/store"
)

// MaxImportBytes is the maximum size of a file to import, in bytes.
const MaxImportBytes = 64 << 20

// Errors of imports.
var (
	// ErrImportLarge means that the file is larger than MaxImportBytes.
	ErrImportLarge = errors.New("the file is too large")
	// ErrImportEmpty means that the file is empty.
	ErrImportEmpty = errors.New("the file is empty")
	// ErrImportPrices means that the import changes prices so much that a person has to confirm it, and that nobody has.
	ErrImportPrices = errors.New("the prices of the import are not confirmed")
	// ErrImportState means that the import is in a state that does not allow the call: not checked, with problems, in progress, or done.
	ErrImportState = errors.New("the import cannot be begun as it is")
)

// Imports imports files of products into the catalogue. It needs only the database, so that commands can use it without a running shop.
type Imports struct {
	Store         *store.Store
	Zone          *time.Location         // of the dates of sales; nil: UTC
	StaticPicture func(name string) bool // reports whether the program contains a picture; nil: it contains none
}

// Receive stores an uploaded file in chunks. If it fails, it removes what it has stored. Errors: ErrImportLarge, ErrImportEmpty, those of
// body.
func (m Imports) Receive(ctx context.Context, name string, body io.Reader, o models.ImportOptions, by models.Actor) (models.Import, error) {
	i := models.Import{ID: models.NewID(), FileName: name, Options: o, StaffID: by.StaffID, Who: by.Who}
	if err := m.Store.InsertImport(ctx, i); err != nil {
		return i, err
	}
	if err := m.receive(ctx, &i, body); err != nil {
		// The request may have ended, but the chunks must be removed.
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropTime)
		defer cancel()
		return i, errors.Join(err, m.Store.DropImport(clean, i.ID))
	}
	return i, nil
}

const dropTime = 10 * time.Second

func (m Imports) receive(ctx context.Context, i *models.Import, body io.Reader) error {
	sum := sha256.New()
	for number := 1; ; number++ {
		piece := make([]byte, jobs.ChunkBytes)
		n, err := io.ReadFull(body, piece)
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return fmt.Errorf("receive the file: %w", err)
		}
		if i.FileSize += int64(n); i.FileSize > MaxImportBytes {
			return ErrImportLarge
		}
		if n > 0 {
			piece = piece[:n]
			_, _ = sum.Write(piece) // a hash never fails
			i.FileLines += bytes.Count(piece, []byte{'\n'})
			if err := m.Store.AddImportChunk(ctx, models.ImportChunk{ImportID: i.ID, Number: number, Data: piece}); err != nil {
				return err
			}
		}
		if last {
			break
		}
	}
	if i.FileSize == 0 {
		return ErrImportEmpty
	}
	i.Hash = hex.EncodeToString(sum.Sum(nil))
	return m.Store.FinishUpload(ctx, *i)
}

// Planned is a parsed file and the plan of its import.
type Planned struct {
	File     *productcsv.File
	Plan     *productcsv.Plan
	Report   models.ImportReport
	Problems []productcsv.Problem // of the file and of the plan, in order of their lines
	state    string               // state of the catalogue that the plan was made for (store.ImportPlan)
}

// Plan parses a file and compares it with the catalogue. It calls progress with the current line from time to time and stops at its error.
func (m Imports) Plan(ctx context.Context, file io.Reader, o models.ImportOptions, progress func(line int) error) (*Planned, error) {
	settings, err := m.Store.LoadSettings(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the settings: %w", err)
	}
	p := &Planned{}
	p.File, err = productcsv.Read(file, productcsv.Options{
		Digits: settings.Currency().Digits, Zone: m.Zone, DecimalComma: o.DecimalComma, Progress: progress,
	})
	if err != nil {
		return nil, fmt.Errorf("read the file of products: %w", err)
	}
	p.Plan, p.state, err = m.Store.ImportPlan(ctx, p.File, store.ImportChoice{KeepStock: o.KeepStock, IsStatic: m.StaticPicture})
	if err != nil {
		return nil, err
	}
	now, err := m.Store.Now(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the time: %w", err)
	}
	moves := priceMoves(p.Plan, settings.PriceJump(), now)
	p.Problems = slices.Concat(p.File.Problems, p.Plan.Problems)
	slices.SortStableFunc(p.Problems, func(a, b productcsv.Problem) int { return cmp.Compare(a.Line, b.Line) })
	p.Report = reportOf(p, o)
	p.Report.PriceMoves, p.Report.PriceCount = moves[:min(len(moves), models.MaxPriceMoves)], len(moves)
	p.Report.PriceDigest = models.PriceMovesDigest(moves)
	return p, nil
}

func reportOf(p *Planned, o models.ImportOptions) models.ImportReport {
	r := models.ImportReport{
		Dialect: string(p.File.Dialect), Delimiter: string(p.File.Delimiter), Columns: p.File.Columns, Rows: p.File.Rows, Products: len(p.File.Records),
		New: p.Plan.New, Changed: p.Plan.Changed, Unchanged: p.Plan.Unchanged, Skipped: p.File.Skipped, Faults: p.File.Faults + p.Plan.Faults,
	}
	r.Notes = len(p.Problems) - r.Faults
	for _, c := range p.Plan.Categories {
		r.Categories = append(r.Categories, c.Name)
	}
	if !o.NoPictures {
		r.Pictures = len(itemsToFetch(p.Plan))
	}
	return r
}

// priceMoves returns the changes of prices that a person has to confirm.
func priceMoves(plan *productcsv.Plan, percent models.Amount, now time.Time) []models.PriceMove {
	var moves []models.PriceMove
	for i := range plan.Items {
		var was models.Product
		if plan.Items[i].Was != nil {
			was = *plan.Items[i].Was
		}
		moves = append(moves, models.PriceMoves(was, plan.Items[i].Product, percent, now)...)
	}
	return moves
}

// itemsToFetch returns the items with pictures that must be fetched.
func itemsToFetch(plan *productcsv.Plan) []*productcsv.Item {
	var list []*productcsv.Item
	for i := range plan.Items {
		if len(plan.Items[i].Fetch) > 0 {
			list = append(list, &plan.Items[i])
		}
	}
	return list
}

// StoredProblems converts problems to rows of the database.
func StoredProblems(list []productcsv.Problem) ([]models.ImportProblem, error) {
	rows := make([]models.ImportProblem, len(list))
	for i, p := range list {
		details, err := json.Marshal(p.Values)
		if err != nil {
			return nil, fmt.Errorf("encode a problem: %w", err)
		}
		rows[i] = models.ImportProblem{Line: p.Line, ColumnName: p.Column, Level: string(p.Level), Code: string(p.Code), SKU: p.SKU, Details: string(details)}
	}
	return rows, nil
}

// Apply carries out a plan completely, or returns an error and changes nothing. A plan that changes nothing has an entry in the audit log all
// the same. A task of the running shop fetches the pictures. progress gets the number of products that are stored, of how many. finish is
// called in the transaction when everything else is stored; both may be nil, and their errors end the import. Errors: ErrImportState (the file
// has problems or was imported already), store.ErrCatalogueChanged.
func (m Imports) Apply(
	ctx context.Context, i *models.Import, p *Planned, by models.Actor, progress func(done, total int) error, finish func(tx *store.Store) error,
) error {
	if p.Report.Faults > 0 {
		return ErrImportState
	}
	report, err := json.Marshal(p.Report)
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	var pictures []models.ImportPicture
	if !i.Options.NoPictures {
		if pictures, err = wantedPictures(p.Plan); err != nil {
			return err
		}
	}
	run := store.ImportRun{Who: by.Who, FileName: i.FileName, Progress: progress}
	err = m.Store.Audited(ctx, by, "product.import", "import:"+i.ID, nil, importFacts(i, p.Plan, p.Report), func(tx *store.Store) error {
		if err := tx.ApplyPlan(ctx, p.Plan, run); err != nil {
			return err
		}
		err := tx.MarkApplied(ctx, i.ID, string(report), pictures)
		if errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("%w: %w", ErrImportState, err)
		}
		if err == nil && len(pictures) > 0 {
			err = m.queuePictures(ctx, tx, i, len(pictures))
		}
		if err != nil || finish == nil {
			return err
		}
		return finish(tx)
	})
	if err != nil {
		return fmt.Errorf("import products: %w", err)
	}
	return nil
}

// importFacts returns what the audit log records of an import.
func importFacts(i *models.Import, plan *productcsv.Plan, report models.ImportReport) models.Facts {
	facts := models.Facts{
		"file": i.FileName, "sha256": i.Hash,
		"new": strconv.Itoa(plan.New), "changed": strconv.Itoa(plan.Changed), "unchanged": strconv.Itoa(plan.Unchanged),
	}
	var slugs []string
	for _, c := range plan.Categories {
		slugs = append(slugs, c.Slug)
	}
	if len(slugs) > 0 {
		facts["categories"] = strings.Join(slugs, ", ")
	}
	if report.PriceCount > 0 {
		facts["price_moves"] = models.FactText(movesFact(report.PriceMoves, report.PriceCount))
	}
	return facts
}

func wantedPictures(plan *productcsv.Plan) ([]models.ImportPicture, error) {
	var rows []models.ImportPicture
	for _, item := range itemsToFetch(plan) {
		encoded, err := json.Marshal(item.Fetch)
		if err != nil {
			return nil, fmt.Errorf("encode pictures: %w", err)
		}
		rows = append(rows, models.ImportPicture{ProductID: item.Product.ID, Line: item.Line, SKU: item.Label, Pictures: string(encoded)})
	}
	return rows, nil
}

// queuePictures queues the task that fetches the pictures of an import.
func (m Imports) queuePictures(ctx context.Context, tx *store.Store, i *models.Import, total int) error {
	params, err := json.Marshal(importParams{Import: i.ID})
	if err != nil {
		return fmt.Errorf("encode the task: %w", err)
	}
	t := models.Task{ID: models.NewID(), Kind: models.TaskImportPictures, Params: string(params), Total: total, StaffID: i.StaffID, Who: i.Who}
	if err := tx.InsertTask(ctx, &t); err != nil {
		return err
	}
	return tx.SetImportTask(ctx, i.ID, t.Kind, i.PictureTask, t.ID)
}
