package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
)

// R18: a worker that does not go on shows where operators look.
func TestReady_NamesWorkersThatDoNotGoOn(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	good := models.WorkerState{Name: "inbox", Finished: now.Add(-time.Second)}
	failing := models.WorkerState{Name: "outbox", Finished: now.Add(-75 * time.Second), Failing: true, Problem: "a secret of the database"}
	stalled := models.WorkerState{Name: "attempts", Finished: now.Add(-80 * time.Second), Stalled: true, Restarts: 1}
	for name, row := range map[string]struct {
		workers []models.WorkerState
		status  int
		words   string
	}{
		"none here":     {nil, http.StatusOK, "ok\n"},
		"all go on":     {[]models.WorkerState{good}, http.StatusOK, "ok\n"},
		"one fails":     {[]models.WorkerState{good, failing}, http.StatusOK, "ok\nworker outbox fails: no step has ended well for 75 seconds\n"},
		"one stands":    {[]models.WorkerState{stalled, good}, http.StatusServiceUnavailable, "worker attempts has stalled: no step has ended for 80 seconds\n"},
		"both, in turn": {[]models.WorkerState{failing, stalled}, http.StatusServiceUnavailable, "worker outbox fails: no step has ended well for 75 seconds\nworker attempts has stalled: no step has ended for 80 seconds\n"},
	} {
		t.Run(name, func(t *testing.T) {
			status, words := workersReady(row.workers, now)
			assert.Equal(t, row.status, status)
			assert.Equal(t, row.words, words)
		})
	}
}

func TestMetrics_TellHowTheWorkersStand(t *testing.T) {
	m := newMetrics(func() []models.WorkerState {
		return []models.WorkerState{{Name: "inbox", Finished: time.Now(), Stalled: true, Restarts: 2}}
	}, func(context.Context) (models.Backlog, error) {
		return models.Backlog{
			Overdue: map[models.OverdueKind]int{models.OverdueMail: 3}, Cases: map[models.ReviewKind]int{models.ReviewOverdue: 2, models.ReviewMismatch: 1},
		}, nil
	})
	w := httptest.NewRecorder()
	m.handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	body := w.Body.String()
	assert.Contains(t, body, `coincart_worker_stalled{worker="inbox"} 1`)
	assert.Contains(t, body, `coincart_worker_restarts_total{worker="inbox"} 2`)
	assert.Contains(t, body, `coincart_worker_last_step_seconds{worker="inbox"} `)
	assert.Contains(t, body, `coincart_overdue_rows{kind="mail"} 3`)
	assert.Contains(t, body, `coincart_overdue_rows{kind="attempt"} 0`, "also what is well, so that an alert can tell it from nothing")
	assert.Contains(t, body, `coincart_open_cases{kind="overdue"} 2`)
	assert.Contains(t, body, `coincart_open_cases{kind="mismatch"} 1`)
}
