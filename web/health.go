package web

import (
	"context"
	"net/http"
	"time"

	"coincart/web/visit"
)

// readyWithin is how soon the database must answer a readiness check.
const readyWithin = 2 * time.Second

// healthy says that the process answers: GET /healthz.
func (s *Server) healthy(v *visit.Visit) error { return v.Text(http.StatusOK, "ok\n") }

// ready says that the database answers and its schema is the one that this program needs: GET /readyz. The platform is not
// asked: while it is down the shop stays open (reliability.md R14).
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
	return v.Text(http.StatusOK, "ok\n")
}
