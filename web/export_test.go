package web

import "context"

// FlushForTest does what Run does once a second.
func (s *Server) FlushForTest(ctx context.Context) { s.flush(ctx) }

// SweepForTest does what Run does every ten minutes.
func (s *Server) SweepForTest(ctx context.Context) { s.sweep(ctx) }
