package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/catalogue"
	"github.com/coincart/coincart/models/productcsv"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/static"
	"github.com/coincart/coincart/templates/i18n"
)

// productsCmd takes products in from files and away as files.
type productsCmd struct {
	Import importProductsCmd `cmd:"" help:"Import products from a CSV file: WooCommerce's, or one exported by this shop. Exit code 0: imported, 1: the file has problems, 2: could not run."`
	Export exportProductsCmd `cmd:"" help:"Export all products to a CSV file. Importing it again changes nothing."`
}

// productsDatabase is what both commands need.
type productsDatabase struct {
	databaseSettings

	PlatformTimezone string `name:"platform-timezone" env:"COINCART_PLATFORM_TIMEZONE" default:"UTC" placeholder:"ZONE" help:"Time zone of the dates in the file, normally the exchange's."`
}

// imports opens the database.
func (c *productsDatabase) imports(ctx context.Context) (catalogue.Imports, error) {
	zone, err := loadZone(c.PlatformTimezone)
	if err != nil {
		return catalogue.Imports{}, fmt.Errorf("COINCART_PLATFORM_TIMEZONE: %w", err)
	}
	db, err := c.openCurrent(ctx)
	if err != nil {
		return catalogue.Imports{}, err
	}
	return catalogue.Imports{Store: db, Zone: zone, StaticPicture: static.IsPicture}, nil
}

// importProductsCmd imports a file.
type importProductsCmd struct {
	productsDatabase

	File         string `arg:"" help:"The CSV file, or - for standard input."`
	DryRun       bool   `help:"Check the file and show what would change, without importing."`
	KeepStock    bool   `help:"Ignore the stock in the file for products that exist."`
	DecimalComma bool   `help:"Read prices and weights with a decimal comma, such as 19,99."`
	NoPictures   bool   `help:"Do not fetch images from other servers."`
	Problems     int    `default:"1000" help:"Maximum number of problems to print."`
}

// Run checks the file, prints every problem, and imports it where there is none that forbids it. It fails with errReported where the file
// has problems, and with errNotDone where it could not be checked or imported.
func (c *importProductsCmd) Run(ctx context.Context, con console) error {
	m, err := c.imports(ctx)
	if err != nil {
		return notDone(err)
	}
	defer m.Store.Close()
	file, name, err := c.openFile(con)
	if err != nil {
		return notDone(err)
	}
	defer file.Close()
	by := staff.CommandLine()
	o := models.ImportOptions{DecimalComma: c.DecimalComma, KeepStock: c.KeepStock, NoPictures: c.NoPictures}
	if c.DryRun {
		planned, err := m.Plan(ctx, io.LimitReader(file, catalogue.MaxImportBytes), o, nil)
		if err != nil {
			return notDone(err)
		}
		return c.report(con, planned, "would be ")
	}
	i, err := m.Receive(ctx, name, file, o, by)
	if err != nil {
		return notDone(err)
	}
	return c.apply(ctx, con, m, i, o, by)
}

func (c *importProductsCmd) openFile(con console) (io.ReadCloser, string, error) {
	if c.File == "-" {
		return io.NopCloser(con.in), "standard input", nil
	}
	file, err := os.Open(c.File)
	if err != nil {
		return nil, "", fmt.Errorf("open the file: %w", err)
	}
	return file, filepath.Base(c.File), nil
}

func (c *importProductsCmd) apply(ctx context.Context, con console, m catalogue.Imports, i models.Import, o models.ImportOptions, by models.Actor) error {
	planned, err := m.Plan(ctx, m.Store.ImportFile(ctx, i.ID), o, nil)
	if err == nil && planned.Report.Faults == 0 {
		err = m.Apply(ctx, &i, planned, by, func(done, total int) error {
			fmt.Fprintf(con.err, "%d of %d products\n", done, total)
			return ctx.Err()
		}, nil)
	}
	if err != nil || planned.Report.Faults > 0 {
		// What was not imported leaves no file behind that somebody would wonder about.
		err = errors.Join(err, m.Store.DropImport(context.WithoutCancel(ctx), i.ID))
	}
	if errors.Is(err, store.ErrCatalogueChanged) {
		return notDone(errors.New("products were changed during the import; nothing was imported. Try again"))
	}
	if err != nil {
		return notDone(err)
	}
	return c.report(con, planned, "")
}

// report prints the problems and the sums.
func (c *importProductsCmd) report(con console, p *catalogue.Planned, would string) error {
	words := i18n.ByTag("en")
	out := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
	for n, problem := range p.Problems {
		if n == c.Problems {
			fmt.Fprintf(out, "… and %d more\n", len(p.Problems)-n)
			break
		}
		at := "the file"
		if problem.Line > 0 {
			at = "line " + strconv.Itoa(problem.Line)
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", at, problem.Level, problem.Column, problemText(words, problem))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("print the problems: %w", err)
	}
	r := p.Report
	var unused []string
	for _, column := range r.Columns {
		if !column.Used && column.Filled > 0 {
			unused = append(unused, text.Quote(column.Header))
		}
	}
	if len(unused) > 0 {
		fmt.Fprintf(con.out, "Ignored columns: %s\n", strings.Join(unused, ", "))
	}
	fmt.Fprintf(con.out, "Rows (%[2]s): %[1]d; products: %[3]d; %[5]snew: %[4]d; %[7]schanged: %[6]d; unchanged: %[8]d; skipped: %[9]d; problems: %[10]d; notes: %[11]d\n",
		r.Rows, r.Dialect, r.Products, r.New, would, r.Changed, would, r.Unchanged, r.Skipped, r.Faults, r.Notes)
	reportPrices(con, r)
	if r.Faults > 0 {
		fmt.Fprintln(con.out, "Nothing was imported: a file is imported completely or not at all.")
		return errReported
	}
	if r.Pictures > 0 && would == "" {
		fmt.Fprintf(con.out, "Products with images to be fetched by the running shop (coincart serve): %d.\n", r.Pictures)
	}
	return nil
}

// reportPrices prints the changes of prices that the back office would have confirmed.
func reportPrices(con console, r models.ImportReport) {
	if r.PriceCount == 0 {
		return
	}
	fmt.Fprintf(con.out, "Prices that change a lot, or are 0: %d\n", r.PriceCount)
	for _, m := range r.PriceMoves {
		before := m.Before.String()
		if m.New && m.Kind != models.SaleMoved {
			before = "new"
		}
		fmt.Fprintf(con.out, "  %s: %s → %s\n", text.Quote(m.SKU), before, m.After)
	}
	if more := r.PriceCount - len(r.PriceMoves); more > 0 {
		fmt.Fprintf(con.out, "  … and %d more\n", more)
	}
}

func problemText(words *i18n.Printer, p productcsv.Problem) string {
	details, err := json.Marshal(p.Values)
	if err != nil {
		return string(p.Code)
	}
	return words.ImportProblem(string(p.Code), string(details))
}

// exportProductsCmd writes a file.
type exportProductsCmd struct {
	productsDatabase

	File     string `arg:"" optional:"" default:"-" help:"The file to write, or - for standard output."`
	Category string `placeholder:"SLUG" help:"Export only products in this category and its subcategories."`
	Tag      string `placeholder:"TAG" help:"Export only products with this tag."`
	State    string `enum:",published,hidden" default:"" placeholder:"STATE" help:"Export only published or only hidden products: published or hidden."`
}

// Run writes the file. A file that could not be written whole is removed.
func (c *exportProductsCmd) Run(ctx context.Context, con console) error {
	m, err := c.imports(ctx)
	if err != nil {
		return err
	}
	defer m.Store.Close()
	x := store.ProductExport{Tag: c.Tag, Visibility: c.State}
	if c.Category != "" {
		if x.CategoryID, err = categoryBySlug(ctx, m.Store, c.Category); err != nil {
			return err
		}
	}
	if c.File == "-" {
		_, err := m.Export(ctx, con.out, x, nil)
		return err
	}
	file, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("create the file: %w", err)
	}
	n, err := m.Export(ctx, file, x, nil)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(c.File))
	}
	fmt.Fprintf(con.err, "Products exported to %[2]s: %[1]d.\n", n, c.File)
	return nil
}

func categoryBySlug(ctx context.Context, db *store.Store, slug string) (id string, err error) {
	list, err := db.Categories(ctx)
	if err != nil {
		return "", fmt.Errorf("read the categories: %w", err)
	}
	i := slices.IndexFunc(list, func(c models.Category) bool { return c.Slug == slug })
	if i < 0 {
		return "", fmt.Errorf("there is no category with the slug %q", slug)
	}
	return list[i].ID, nil
}
