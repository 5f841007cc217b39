package doctor_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/payments/doctor"
)

// R18: stalled and failing workers are found from inside the shop and from another process.
func TestRun_FindsWorkersThatDoNotGoOn(t *testing.T) {
	codes := func(report doctor.Report) (list []health.Code) {
		for _, f := range of(report, jobs.CheckWorkers) {
			list = append(list, f.Code)
		}
		return list
	}
	s := newSetUp(t)
	s.config.Workers = func() []models.WorkerState {
		return []models.WorkerState{
			{Name: "inbox", Finished: time.Now()},
			{Name: "attempts", Finished: time.Now().Add(-80 * time.Second), Stalled: true, Restarts: 1},
			{Name: "outbox", Finished: time.Now().Add(-70 * time.Second), Failing: true, Problem: "no"},
		}
	}
	report := s.config.Run(t.Context())
	assert.False(t, report.Healthy())
	assert.Equal(t, []health.Code{doctor.CodeWorkersStalled, doctor.CodeWorkersFailing, jobs.CodeWorkersGood}, codes(report))
	assert.Equal(t, "attempts", of(report, jobs.CheckWorkers)[0].Value("Worker"))

	beside := newSetUp(t)
	for status, row := range map[int]struct {
		body    string
		want    []health.Code
		healthy bool
	}{
		http.StatusOK:                 {"ok\n", []health.Code{jobs.CodeWorkersGood}, true},
		http.StatusServiceUnavailable: {"worker inbox has stalled: no step has ended for 75 seconds\n", []health.Code{doctor.CodeWorkersSaid, jobs.CodeWorkersGood}, false},
		http.StatusNotFound:           {"<p>another program</p>", []health.Code{jobs.CodeWorkersGood}, true},
	} {
		shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(row.body))
		}))
		beside.config.Ready = shop.URL
		report = beside.config.Run(t.Context())
		assert.Equal(t, row.want, codes(report), status)
		assert.Equal(t, row.healthy, report.Healthy(), status)
		shop.Close()
	}
	beside.config.Ready = "http://127.0.0.1:1/readyz"
	require.True(t, beside.config.Run(t.Context()).Healthy(), "it does not run")
}
