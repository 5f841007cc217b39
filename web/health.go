package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/web/visit"
)

// readyWithin is the time limit for the database's answer to a readiness check.
const readyWithin = 2 * time.Second

// healthy answers that the process runs: GET /healthz.
func (s *Server) healthy(v *visit.Visit) error { return v.Text(http.StatusOK, "ok\n") }

// ready answers whether the database answers, its schema is the one that this program needs, and the background workers of this process
// make progress: GET /readyz. A stalled worker makes the process unready: another process does its work better (reliability.md R18). A
// failing one is only named, because its cause most likely makes it fail everywhere. The platform is not asked: while it is down the shop
// stays open (R14).
func (s *Server) ready(v *visit.Visit) error {
	ctx, cancel := context.WithTimeout(v.Context(), readyWithin)
	defer cancel()
	if err := s.store.Ping(ctx); err != nil {
		s.log.ErrorContext(ctx, "not ready", "error", err)
		return v.Text(http.StatusServiceUnavailable, "database does not answer\n")
	}
	behind, err := s.store.SchemaBehind(ctx)
	if err != nil {
		s.log.ErrorContext(ctx, "not ready", "error", err)
		return v.Text(http.StatusServiceUnavailable, "database does not answer\n")
	}
	if behind {
		return v.Text(http.StatusServiceUnavailable, "database schema is behind\n")
	}
	status, words := workersReady(s.services.Jobs.Workers(), time.Now())
	if status != http.StatusOK {
		s.log.ErrorContext(ctx, "not ready", "workers", words)
	}
	return v.Text(status, words)
}

// workersReady returns the status and the text about workers that make no progress, for machines and operators; names and times only.
func workersReady(workers []models.WorkerState, now time.Time) (status int, words string) {
	status = http.StatusOK
	for _, w := range workers {
		since := strconv.Itoa(int(now.Sub(w.Finished).Seconds()))
		switch {
		case w.Stalled:
			status = http.StatusServiceUnavailable
			words += "worker " + w.Name + " has stalled: no step has ended for " + since + " seconds\n"
		case w.Failing:
			words += "worker " + w.Name + " fails: no step has ended well for " + since + " seconds\n"
		}
	}
	if status == http.StatusOK {
		words = "ok\n" + words
	}
	return status, words
}
