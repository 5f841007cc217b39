package sandbox

import (
	"sync"
	"time"
)

// state guards the sandbox's data. Everything that reads or changes them uses locked, and changes are in the journal before anything is
// answered.
type state struct {
	cfg  Config
	wake chan struct{} // wakes Run when something became due

	mu      sync.Mutex // guards core, journal and size
	core    *core
	journal *journal // nil without Config.StateFile
	size    int64    // of the state file, in bytes

	saving sync.Mutex // one writer of the state file at a time
}

// Now returns the time of the sandbox's clock in UTC, in whole milliseconds.
func (s *state) Now() time.Time { return s.cfg.Clock().UTC().Truncate(time.Millisecond) }

// locked closes expired orders, runs fn on the data, and writes the changes to the journal. If the journal cannot be written, unkept returns
// the error.
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

// change is locked for a change that fn can refuse. If the change cannot be written to the journal, the error wraps ErrState; the change
// remains, and nothing is answered before it is written.
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

// settle is change for an order. Errors: ErrOrderNotFound, those of fn and change.
func (s *state) settle(orderNum string, fn func(*core, *Order) error) error {
	return s.change(func(k *core) error {
		o, ok := k.book.byNum[orderNum]
		if !ok {
			return ErrOrderNotFound
		}
		return fn(k, o)
	})
}
