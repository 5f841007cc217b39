package web

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are counted in a registry of their own: nothing is global.
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

func newMetrics() *metrics {
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
	m.registry.MustRegister(m.requests, m.durations, m.events, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
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

// knownMethod keeps methods that visitors make up from becoming series.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return method
	}
	return "other"
}
