// Package catalogue keeps the products of the shop: staff change them, and import and export them as files. Each change and its entry in
// the audit log are kept or lost together.
package catalogue

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
)

// TransfersConfig is what Transfers need.
type TransfersConfig struct {
	Store         *store.Store
	Jobs          *jobs.Engine
	Clock         models.Clock           // nil: the machine's
	Logger        *slog.Logger           // nil: none
	Zone          *time.Location         // of dates in files; nil: UTC
	StaticPicture func(name string) bool // pictures that the program brings along, for imports; nil: none
	FetchPicture  PictureFetcher         // fetches a picture of an import; nil: over https from public addresses
}

// Transfers import and export products in the background. They are safe for concurrent use and for any number of replicas.
type Transfers struct {
	store         *store.Store
	jobs          *jobs.Engine
	clock         models.Clock
	log           *slog.Logger
	zone          *time.Location
	staticPicture func(name string) bool
	fetchPicture  PictureFetcher
}

// importsKept is how long the file of an import is kept.
const (
	importsKept   = 7 * 24 * time.Hour
	expiredAtOnce = 50
)

// NewTransfers makes them and registers their work with c.Jobs, with that of the search index and of the prices that a sale changes.
func NewTransfers(c TransfersConfig) (*Transfers, error) {
	if c.Store == nil || c.Jobs == nil {
		return nil, errors.New("catalogue: store and jobs are needed")
	}
	s := &Transfers{store: c.Store, jobs: c.Jobs, clock: c.Clock, log: c.Logger, zone: c.Zone, staticPicture: c.StaticPicture, fetchPicture: c.FetchPicture}
	if s.clock == nil {
		s.clock = models.SystemClock
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.zone == nil {
		s.zone = time.UTC
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
