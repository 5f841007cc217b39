package catalogue

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/productcsv"
	"github.com/coincart/coincart/models/store"
)

// StartProductExport begins to write a file of products in the shop's own format; the same form token is the same task. Errors: jobs.ErrTask.
func (s *Transfers) StartProductExport(ctx context.Context, x store.ProductExport, token string, by models.Actor) (models.Task, error) {
	if x.Visibility != "" && x.Visibility != "published" && x.Visibility != "hidden" {
		return models.Task{}, fmt.Errorf("%w: visibility is published or hidden", jobs.ErrTask)
	}
	return s.jobs.Start(ctx, jobs.Request{Kind: models.TaskExportProducts, Token: token, Params: x}, by)
}

// Export writes products in the shop's own format (package productcsv), in constant memory: they are read twice, because the columns depend
// on the languages that they have texts in. rows is told how many products are written; its error ends it. It may be nil.
func (m Imports) Export(ctx context.Context, w io.Writer, x store.ProductExport, rows func(n int) error) (n int, err error) {
	list, err := m.Store.Categories(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the categories: %w", err)
	}
	texts := map[productcsv.Text]bool{}
	err = m.Store.EachProduct(ctx, x, func(p *models.Product) error {
		productcsv.TextsOf(texts, p)
		return ctx.Err()
	})
	if err != nil {
		return 0, fmt.Errorf("look for translations: %w", err)
	}
	out, err := productcsv.NewWriter(w, texts, productcsv.Paths(list))
	if err != nil {
		return 0, err
	}
	err = m.Store.EachProduct(ctx, x, func(p *models.Product) error {
		if n++; rows != nil && n%exportPulse == 0 {
			if err := rows(n); err != nil {
				return err
			}
		}
		return out.Write(p)
	})
	if err != nil {
		return n, err
	}
	return n, out.Close()
}

// exportPulse is how many products are written between two words about the progress.
const exportPulse = 200

// exportProducts writes the file of a task.
func (s *Transfers) exportProducts(ctx context.Context, r *jobs.Run) error {
	var x store.ProductExport
	if err := r.Params(&x); err != nil {
		return err
	}
	return r.WriteFile(ctx, ProductFileName(s.zone, s.clock()), "text/csv; charset=utf-8", func(w io.Writer) error {
		n, err := s.imports().Export(ctx, w, x, func(n int) error { return r.Progress(ctx, n, 0) })
		r.Task.Done, r.Task.Total = n, n
		return err
	})
}

// ProductFileName is the name of a file of products that was written at a time.
func ProductFileName(zone *time.Location, now time.Time) string {
	return "coincart-products-" + now.In(zone).Format("2006-01-02-150405") + ".csv"
}
