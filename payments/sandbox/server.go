package sandbox

import (
	"fmt"
	"net/http"

	"github.com/coincart/coincart/payments/opay"
)

// Server is a sandbox. Its methods are those of its parts. It is safe for concurrent use.
type Server struct {
	*state
	*operator
	*delivery
	*markets

	traffic *trafficLog
	handler http.Handler
}

// New returns a sandbox and loads its state file and journal if they exist. No other sandbox may use them at the same time. Errors wrap
// ErrConfig or ErrState.
func New(c Config) (*Server, error) {
	cfg, err := c.resolve()
	if err != nil {
		return nil, err
	}
	rings, err := keyrings(cfg)
	if err != nil {
		return nil, err
	}
	state := &state{cfg: cfg, wake: make(chan struct{}, 1)}
	if state.core, err = newCore(&state.cfg, state.Now()); err != nil {
		return nil, err
	}
	if err := state.load(); err != nil {
		return nil, err
	}
	traffic := &trafficLog{limit: cfg.MaxTraffic}
	delivery := &delivery{state: state, rings: rings, traffic: traffic}
	s := &Server{state: state, operator: &operator{state: state, delivery: delivery}, delivery: delivery, markets: &markets{}, traffic: traffic}
	for _, t := range cfg.Tickers {
		if err := s.SetTicker(t); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrConfig, err)
		}
	}
	s.handler = s.routes(rings)
	return s, nil
}

// routes returns the handler of all addresses. It refuses forms that browsers send from other sites; calls of servers lack the headers of
// browsers and pass.
func (s *Server) routes(rings map[string]*opay.Keyring) http.Handler {
	pages := newPages(&s.cfg)
	mux := http.NewServeMux()
	(&api{s, rings}).routes(mux)
	pages.routes(mux)
	(&payerPages{s.state, pages}).routes(mux)
	(&console{s, pages}).routes(mux)
	(&controlAPI{s, pages}).routes(mux)
	return s.gate(http.NewCrossOriginProtection().Handler(mux))
}

// Handler serves everything: the platform's API, the payer's pages, the console and the control API.
func (s *Server) Handler() http.Handler { return s.handler }

// Traffic returns the latest calls and callbacks in plaintext, newest first.
func (s *Server) Traffic(limit int) []Exchange { return s.traffic.newest(limit) }
