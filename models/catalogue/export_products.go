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

// StartProductExport starts a task that exports products in the shop's own format. A second call with the same form token returns the same
// task. Errors: jobs.ErrTask.
func (s *Transfers) StartProductExport(ctx context.Context, x store.ProductExport, token string, by models.Actor) (models.Task, error) {
	if x.Visibility != "" && x.Visibility != "published" && x.Visibility != "hidden" {
		return models.Task{}, fmt.Errorf("%w: visibility is published or hidden", jobs.ErrTask)
	}
	return s.jobs.Start(ctx, jobs.Request{Kind: models.TaskExportProducts, Token: token, Params: x}, by)
}

// Export writes products in the shop's own format (package productcsv). It needs constant memory: it reads the products twice, because the
// columns depend on the languages of their texts. It calls rows with the number of products written so far and stops at its error; rows may
// be nil.
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

// exportPulse is the number of products between two reports of progress.
const exportPulse = 200

// exportProducts runs the task of an export.
func (s *Transfers) exportProducts(ctx context.Context, r *jobs.Run) error {
	var x store.ProductExport
	if err := r.Params(&x); err != nil {
		return err
	}
	return r.WriteFile(ctx, ProductFileName(s.imports.Zone, s.clock()), "text/csv; charset=utf-8", func(w io.Writer) error {
		n, err := s.imports.Export(ctx, w, x, func(n int) error { return r.Progress(ctx, n, 0) })
		r.Task.Done, r.Task.Total = n, n
		return err
	})
}

// ProductFileName returns the name of an export that was made at now.
func ProductFileName(zone *time.Location, now time.Time) string {
	return "coincart-products-" + now.In(zone).Format("2006-01-02-150405") + ".csv"
}
