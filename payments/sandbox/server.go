package sandbox

import (
	"crypto/rsa"
	"fmt"
	"net/http"
	"sync"

	"github.com/coincart/coincart/payments/opay"
)

// Server is a sandbox. Its methods are those of its parts. It is safe for concurrent use.
type Server struct {
	*state
	*operator
	*delivery
	*markets

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
	var publicKey []byte
	if !cfg.flat() {
		if publicKey, err = opay.MarshalPublicKey(&cfg.Keys.PublicKey); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrConfig, err)
		}
	}
	delivery := &delivery{
		state: state, rings: rings, traffic: &trafficLog{limit: cfg.MaxTraffic},
		foreign: sync.OnceValues(func() (*rsa.PrivateKey, error) { return opay.GenerateKeys(cfg.Keys.N.BitLen()) }),
	}
	operator := &operator{state: state, delivery: delivery, publicKey: string(publicKey)}
	s := &Server{state: state, operator: operator, delivery: delivery, markets: &markets{}}
	for _, t := range cfg.Tickers {
		if err := s.SetTicker(t); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrConfig, err)
		}
	}
	s.handler = s.routes()
	return s, nil
}

// routes returns the handler of all addresses. It refuses forms that browsers send from other sites; calls of servers lack the headers of
// browsers and pass.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+stylesheetPath, asset("text/css; charset=utf-8", "public, max-age=31536000, immutable", style))
	mux.Handle("GET "+iconPath, asset("image/svg+xml", "public, max-age=3600", icon))
	(&api{s}).routes(mux)
	(&payerPages{s.state}).routes(mux)
	(&console{s}).routes(mux)
	(&controlAPI{s}).routes(mux)
	return s.gate(http.NewCrossOriginProtection().Handler(mux))
}

// Handler serves everything: the platform's API, the payer's pages, the console and the control API.
func (s *Server) Handler() http.Handler { return s.handler }

// Traffic returns the latest calls and callbacks in plaintext, newest first.
func (s *Server) Traffic(limit int) []Exchange { return s.traffic.newest(limit) }
