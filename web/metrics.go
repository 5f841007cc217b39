package web

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/hooks"
)

// metrics holds the counters, in a registry of its own: nothing is global.
type metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	events    *prometheus.CounterVec
	series    sync.Map // requestKey → requestSeries: looking a series up by its labels costs more than counting
}

type requestKey struct {
	method, route string
	status        int
}

type requestSeries struct {
	count prometheus.Counter
	took  prometheus.Observer
}

func newMetrics(workers func() []models.WorkerState, backlog func(context.Context) (models.Backlog, error), more ...prometheus.Collector) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "coincart_http_requests_total", Help: "Requests answered.",
		}, []string{"method", "route", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "coincart_http_request_seconds", Help: "Time to answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "coincart_events_total", Help: "What happened to checkouts and callbacks.",
		}, []string{"event"}),
	}
	m.registry.MustRegister(m.requests, m.durations, m.events, workerMetrics(workers), backlogMetrics(backlog), collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.registry.MustRegister(more...)
	return m
}

// workerMetrics collects the state of the background workers on request (reliability.md R18).
type workerMetrics func() []models.WorkerState

var (
	workerAge = prometheus.NewDesc("coincart_worker_last_step_seconds",
		"Seconds since a step of the worker last ended well; the pause between steps is about a second.", []string{"worker"}, nil)
	workerStalled = prometheus.NewDesc("coincart_worker_stalled",
		"1 while a step of the worker has been under way for too long.", []string{"worker"}, nil)
	workerRestarts = prometheus.NewDesc("coincart_worker_restarts_total",
		"How often the worker stalled and was begun anew.", []string{"worker"}, nil)
)

// Describe implements prometheus.Collector.
func (workerMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- workerAge
	to <- workerStalled
	to <- workerRestarts
}

// Collect implements prometheus.Collector.
func (w workerMetrics) Collect(to chan<- prometheus.Metric) {
	now := time.Now()
	for _, state := range w() {
		stalled := 0.0
		if state.Stalled {
			stalled = 1
		}
		to <- prometheus.MustNewConstMetric(workerAge, prometheus.GaugeValue, now.Sub(state.Finished).Seconds(), state.Name)
		to <- prometheus.MustNewConstMetric(workerStalled, prometheus.GaugeValue, stalled, state.Name)
		to <- prometheus.MustNewConstMetric(workerRestarts, prometheus.CounterValue, float64(state.Restarts), state.Name)
	}
}

// backlogMetrics collects what is overdue and the open cases on request (reliability.md R23). If the database does not answer within
// backlogWithin, there are no such metrics, which is a signal of its own.
type backlogMetrics func(context.Context) (models.Backlog, error)

// backlogWithin is the time limit for counting what is overdue.
const backlogWithin = 2 * time.Second

var (
	overdueRows = prometheus.NewDesc("coincart_overdue_rows",
		"Rows that have waited for more than 15 minutes, such as payments with unknown outcome or mails that are not sent.", []string{"kind"}, nil)
	openCases = prometheus.NewDesc("coincart_open_cases", "Open cases that need attention.", []string{"kind"}, nil)
)

// Describe implements prometheus.Collector.
func (backlogMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- overdueRows
	to <- openCases
}

// Collect implements prometheus.Collector.
func (b backlogMetrics) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), backlogWithin)
	defer cancel()
	backlog, err := b(ctx)
	if err != nil {
		return
	}
	for _, kind := range models.OverdueKinds() {
		to <- prometheus.MustNewConstMetric(overdueRows, prometheus.GaugeValue, float64(backlog.Overdue[kind]), string(kind))
	}
	for kind, n := range backlog.Cases {
		to <- prometheus.MustNewConstMetric(openCases, prometheus.GaugeValue, float64(n), string(kind))
	}
}

// webhookMetrics collects what webhooks came to on request.
type webhookMetrics struct{ hooks *hooks.Service }

var (
	webhookTries = prometheus.NewDesc("coincart_webhook_deliveries_total",
		"Tries to deliver a webhook by this process, by what came of them: delivered, or a problem.", []string{"outcome"}, nil)
	webhookOldest = prometheus.NewDesc("coincart_webhook_oldest_pending_seconds", "Age of the oldest webhook that waits; 0: none waits.", nil, nil)
	webhookTook   = prometheus.NewDesc("coincart_webhook_seconds", "Time that receivers of webhooks take to answer.", nil, nil)
)

// Describe implements prometheus.Collector.
func (webhookMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- webhookTries
	to <- webhookOldest
	to <- webhookTook
}

// Collect implements prometheus.Collector.
func (w webhookMetrics) Collect(to chan<- prometheus.Metric) {
	stats := w.hooks.Stats()
	for outcome, n := range stats.Outcomes {
		to <- prometheus.MustNewConstMetric(webhookTries, prometheus.CounterValue, float64(n), outcome)
	}
	to <- prometheus.MustNewConstHistogram(webhookTook, stats.Count, stats.Seconds, stats.Buckets)
	ctx, cancel := context.WithTimeout(context.Background(), backlogWithin)
	defer cancel()
	if oldest, err := w.hooks.Oldest(ctx); err == nil {
		to <- prometheus.MustNewConstMetric(webhookOldest, prometheus.GaugeValue, oldest.Seconds())
	}
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *metrics) request(method, route string, status int, took time.Duration) {
	key := requestKey{method: knownMethod(method), route: route, status: status}
	found, ok := m.series.Load(key)
	if !ok {
		found, _ = m.series.LoadOrStore(key, requestSeries{
			count: m.requests.WithLabelValues(key.method, route, strconv.Itoa(status)), took: m.durations.WithLabelValues(route),
		})
	}
	series := found.(requestSeries) //nolint:forcetypeassert,errcheck // the map holds nothing else
	series.count.Inc()
	series.took.Observe(took.Seconds())
}

func (m *metrics) event(name string) { m.events.WithLabelValues(name).Inc() }

// knownMethod returns "other" for methods that visitors make up, so that they do not become series.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return method
	}
	return "other"
}
