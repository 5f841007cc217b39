package sandbox

import (
	"sync"
	"time"
)

// state guards what the sandbox knows. Everything that reads or changes it goes through locked, and what changed is in the journal before
// anything is answered.
type state struct {
	cfg  Config
	wake chan struct{} // tells Run that something became due

	mu      sync.Mutex // guards core, journal and size
	core    *core
	journal *journal // nil without Config.StateFile
	size    int64    // of the state file, in bytes

	saving sync.Mutex // one writer of the state file at a time
}

// Now is the sandbox's clock: UTC, to the millisecond.
func (s *state) Now() time.Time { return s.cfg.Clock().UTC().Truncate(time.Millisecond) }

// locked runs fn on the state, at the clock's time, after whatever expired by then was closed, and writes to the journal what changed.
// Everything that changes the state goes through here. If the journal cannot be written, unkept tells of it.
func (s *state) locked(fn func(k *core)) {
	now := s.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	callbacks := s.core.counters.CallbackSeq
	s.core.now = now
	s.core.expire()
	fn(s.core)
	s.keep()
	if s.core.counters.CallbackSeq != callbacks || s.grown() {
		s.wakeUp()
	}
}

// change is locked for a change that can be refused. If it is not, but cannot be written to the journal, the error wraps ErrState; then the
// change is made nevertheless, and nothing is answered before it is written.
func (s *state) change(fn func(k *core) error) (err error) {
	s.locked(func(k *core) { err = fn(k) })
	if err == nil {
		err = s.unkept()
	}
	return err
}

func (s *state) wakeUp() {
	select {
	case s.wake <- struct{}{}:
	default: // Run has been told already
	}
}

// settle is change for one order. The error is ErrOrderNotFound, or that of fn.
func (s *state) settle(orderNum string, fn func(*core, *Order) error) error {
	return s.change(func(k *core) error {
		o, ok := k.book.byNum[orderNum]
		if !ok {
			return ErrOrderNotFound
		}
		return fn(k, o)
	})
}
