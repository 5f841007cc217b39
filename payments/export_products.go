package payments

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/productcsv"
	"github.com/coincart/coincart/models/store"
)

// StartProductExport begins to write a file of products in the shop's own format; the same form token is the same task. Errors: ErrTask.
func (s *Service) StartProductExport(ctx context.Context, x store.ProductExport, token string, by Actor) (models.Task, error) {
	if x.Visibility != "" && x.Visibility != "published" && x.Visibility != "hidden" {
		return models.Task{}, fmt.Errorf("%w: visibility is published or hidden", ErrTask)
	}
	return s.startAudited(ctx, models.Task{Kind: models.TaskExportProducts, FormToken: token}, x, by)
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

// doExportProducts writes the file into the database, in pieces, so that any replica can give it out.
func (s *Service) doExportProducts(ctx context.Context, t *models.Task) error {
	var x store.ProductExport
	if err := json.Unmarshal([]byte(t.Params), &x); err != nil {
		return fmt.Errorf("%w: %w", errTaskFinal, err)
	}
	if err := s.store.ClearTask(ctx, t.ID, t.Lease); err != nil {
		return fmt.Errorf("begin the file: %w", err)
	}
	out := &chunkWriter{service: s, ctx: ctx, task: t.ID, lease: t.Lease}
	buffered := bufio.NewWriterSize(out, exportChunk)
	pulse := s.pulse(t)
	n, err := s.imports().Export(ctx, buffered, x, func(n int) error { return pulse(ctx, n, 0) })
	if err != nil {
		return fmt.Errorf("write the file: %w", err)
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("write the file: %w", err)
	}
	t.Done, t.Total = n, n
	t.FileName, t.FileSize, t.FileType = ProductFileName(s.zone, s.clock()), out.size, "text/csv; charset=utf-8"
	return nil
}

// ProductFileName is the name of a file of products that was written at a time.
func ProductFileName(zone *time.Location, now time.Time) string {
	return "coincart-products-" + now.In(zone).Format("2006-01-02-150405") + ".csv"
}
