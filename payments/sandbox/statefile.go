package sandbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
)

// ErrState is wrapped by every error about the state file and its journal.
var ErrState = errors.New("sandbox: state file")

const (
	stateVersion  = 1
	maxStateBytes = 256 << 20
)

// snapshot is the content of the state file. Traffic is not kept.
type snapshot struct {
	Version    int    `json:"version"`
	Seed       uint64 `json:"seed"`
	JournalSeq uint64 `json:"journalSeq"` // the last record of the journal that the snapshot includes
	contents
}

func (k *core) snapshot() snapshot {
	snap := snapshot{
		Version: stateVersion, Seed: k.cfg.Seed, contents: contents{
			counters: k.counters, Balances: map[string]map[string]string{}, Frozen: map[string]bool{}, Faults: k.faults.kept(),
		},
	}
	for _, o := range k.book.inTurn {
		snap.Orders = append(snap.Orders, o.clone())
	}
	for owner := range k.ledger.accounts {
		snap.Balances[owner] = k.ledger.texts(owner)
	}
	for uid, u := range k.users {
		snap.Frozen[uid] = u.Frozen
	}
	k.codes.each(func(name string, v loginCode) { snap.Codes = append(snap.Codes, named[loginCode]{name, v}) })
	k.grants.each(func(name string, v grant) { snap.Grants = append(snap.Grants, named[grant]{name, v}) })
	for _, c := range k.callbacks {
		snap.Callbacks = append(snap.Callbacks, c.kept())
	}
	return snap
}

// restore replaces the data of a new sandbox by a snapshot. Accounts and users that the snapshot lacks keep the configured values.
func (k *core) restore(snap snapshot) error {
	if snap.Version != stateVersion {
		return fmt.Errorf("it has version %d, this sandbox writes %d", snap.Version, stateVersion)
	}
	known := map[string]bool{}
	for i, o := range snap.Orders {
		if known[o.OrderNum] {
			return fmt.Errorf("order %d: its number occurs twice", i+1)
		}
		known[o.OrderNum] = true
	}
	for owner := range snap.Balances {
		delete(k.ledger.accounts, owner)
	}
	for i, g := range snap.Grants {
		if g.Value.RefreshBy.IsZero() { // written before grants had it
			snap.Grants[i].Value.RefreshBy = g.Value.ExpiresAt.Add(refreshTTL - k.cfg.TokenTTL)
		}
	}
	snap.Faults = cmp.Or(snap.Faults, &Faults{})
	snap.NumBase = cmp.Or(snap.NumBase, k.counters.NumBase)
	return k.put(snap.contents)
}

// load reads the state file, if there is one, and then its journal.
func (s *state) load() error {
	if s.cfg.StateFile == "" {
		return nil
	}
	snap, err := s.readState()
	if err != nil {
		return err
	}
	name := s.cfg.StateFile + journalSuffix
	if s.journal, err = openJournal(name, snap.JournalSeq, s.core.apply); err != nil {
		return journalProblem(name, s.cfg.StateFile, err)
	}
	if s.journal.torn {
		s.cfg.Logger.Warn("sandbox: the journal ends within a record, which was never answered and is dropped", "file", name)
	}
	// Those of applications that are no longer configured can be sealed for nobody.
	s.core.callbacks = slices.DeleteFunc(s.core.callbacks, func(c *Callback) bool { return s.cfg.app(c.AppID) == nil })
	return nil
}

// readState reads the state file into the core.
func (s *state) readState() (snap snapshot, err error) {
	file, err := os.Open(s.cfg.StateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return snap, nil
	}
	if err != nil {
		return snap, fmt.Errorf("%w cannot be opened: %w", ErrState, err)
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxStateBytes+1))
	if err != nil {
		return snap, fmt.Errorf("%w cannot be read: %w", ErrState, err)
	}
	if len(text) > maxStateBytes {
		return snap, fmt.Errorf("%w has more than %d bytes", ErrState, maxStateBytes)
	}
	s.size = int64(len(text))
	again := "move it away, and its journal " + s.cfg.StateFile + journalSuffix + ", to start afresh"
	if err := json.Unmarshal(text, &snap); err != nil {
		return snap, fmt.Errorf("%w %s is damaged; %s: %w", ErrState, s.cfg.StateFile, again, err)
	}
	if err := s.core.restore(snap); err != nil {
		return snap, fmt.Errorf("%w %s cannot be used; %s: %w", ErrState, s.cfg.StateFile, again, err)
	}
	return snap, nil
}

// Save writes the state file completely or not at all, through a temporary file in the same folder, and then removes from the journal what
// the state file includes. Both are flushed to disk. Run calls it when the journal has grown, and at its end. Nothing is lost without it; it
// keeps the journal short. Without Config.StateFile it does nothing. Errors wrap ErrState.
func (s *state) Save() error {
	if s.cfg.StateFile == "" {
		return nil
	}
	s.saving.Lock()
	defer s.saving.Unlock()
	var snap snapshot
	var offset int64
	s.locked(func(k *core) {
		snap = k.snapshot()
		snap.JournalSeq, offset = s.journal.seq, s.journal.size
	})
	size, err := s.writeState(snap)
	if err != nil {
		return fmt.Errorf("%w cannot be written: %w", ErrState, err)
	}
	s.locked(func(*core) {
		s.size = size
		if err = s.journal.cut(offset); err != nil {
			err = fmt.Errorf("%w: its journal cannot be shortened: %w", ErrState, err)
		}
	})
	return err
}

// compact writes the state file if the journal has grown.
func (s *state) compact() {
	grown := false
	s.locked(func(*core) { grown = s.grown() })
	if !grown {
		return
	}
	if err := s.Save(); err != nil {
		s.cfg.Logger.Error("sandbox: the state was not saved", "error", err)
	}
}

func (s *state) writeState(snap snapshot) (size int64, err error) {
	text, err := json.Marshal(snap)
	if err != nil {
		return 0, err
	}
	file, err := replaceFile(s.cfg.StateFile, text)
	if err != nil {
		return 0, err
	}
	return int64(len(text)), file.Close()
}
