// Package catalogue edits the shop's products on behalf of staff, one by one or by importing a file. Each change is stored in one
// transaction with its entry in the audit log. The package also exports products as files.
package catalogue

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
)

// TransfersConfig configures Transfers.
type TransfersConfig struct {
	Store         *store.Store
	Jobs          *jobs.Engine
	Clock         models.Clock           // nil: models.SystemClock
	Zone          *time.Location         // of dates in files; nil: UTC
	StaticPicture func(name string) bool // reports whether the program contains a picture; nil: it contains none
	FetchPicture  PictureFetcher         // fetches a picture of an import; nil: over https from public addresses

	// Alert tells the owners about changes of prices that a person confirmed, in the transaction tx; Alerted is called after it. nil: nobody
	// is told.
	Alert   func(ctx context.Context, tx *store.Store, alert models.PriceAlert) error
	Alerted func()
}

// Transfers imports and exports products in the background. It is safe for concurrent use and for any number of replicas.
type Transfers struct {
	store        *store.Store
	jobs         *jobs.Engine
	clock        models.Clock
	imports      Imports // what needs only the database
	fetchPicture PictureFetcher
	alert        alert
}

// Editor returns an editor that tells the owners about changes of prices as imports do.
func (s *Transfers) Editor() *Editor { return &Editor{store: s.store, alert: s.alert} }

// Retention of the files of imports.
const (
	importsKept   = 7 * 24 * time.Hour
	expiredAtOnce = 50
)

// NewTransfers returns Transfers and registers with c.Jobs the tasks, the chore that removes old imports, and the worker that updates the
// search index and the prices of sales.
func NewTransfers(c TransfersConfig) (*Transfers, error) {
	if c.Store == nil || c.Jobs == nil {
		return nil, errors.New("catalogue: store and jobs are needed")
	}
	s := &Transfers{
		store: c.Store, jobs: c.Jobs, clock: c.Clock.OrSystem(), fetchPicture: c.FetchPicture, alert: alert{c.Alert, c.Alerted},
		imports: Imports{Store: c.Store, Zone: cmp.Or(c.Zone, time.UTC), StaticPicture: c.StaticPicture},
	}
	if s.fetchPicture == nil {
		s.fetchPicture = newPictureFetcher()
	}
	c.Jobs.Handle(models.TaskImportCheck, s.checkImport)
	c.Jobs.Handle(models.TaskImport, s.runImport)
	c.Jobs.Handle(models.TaskImportPictures, s.fetchPictures)
	c.Jobs.Handle(models.TaskExportProducts, s.exportProducts)
	c.Jobs.AddWorker(jobs.Worker{Name: "catalogue", Step: c.Store.RefreshCatalogue, Limit: jobs.TidyLimit})
	c.Jobs.AddChore("remove old imports", s.expireImports)
	return s, nil
}

func (s *Transfers) expireImports(ctx context.Context) error {
	_, err := s.store.ExpireImports(ctx, s.clock().Add(-importsKept), expiredAtOnce)
	return err
}
