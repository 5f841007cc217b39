package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// ErrState is wrapped by every error about the state file.
var ErrState = errors.New("sandbox: state file")

const (
	stateVersion  = 1
	maxStateBytes = 256 << 20
)

// snapshot is what the state file holds. Traffic is not kept.
type snapshot struct {
	Version     int                          `json:"version"`
	Seed        uint64                       `json:"seed"`
	Orders      []Order                      `json:"orders"`
	Balances    map[string]map[string]string `json:"balances"` // account, coin
	Frozen      map[string]bool              `json:"frozen"`   // UID
	Codes       []named[loginCode]           `json:"codes"`
	Grants      []named[grant]               `json:"grants"`
	Callbacks   []Callback                   `json:"callbacks"`
	Faults      Faults                       `json:"faults"`
	CallbackSeq uint64                       `json:"callbackSeq"`
	OrderSeq    int                          `json:"orderSeq"`
	EventSeq    uint64                       `json:"eventSeq"`
	TokenSeq    uint64                       `json:"tokenSeq"`
}

type named[V any] struct {
	Name  string `json:"name"`
	Value V      `json:"value"`
}

func (k *core) snapshot() snapshot {
	snap := snapshot{
		Version: stateVersion, Seed: k.cfg.Seed, Balances: map[string]map[string]string{}, Frozen: map[string]bool{},
		Faults: slices.Clone(k.faults), CallbackSeq: k.callbackSeq, OrderSeq: k.orderSeq, EventSeq: k.eventSeq, TokenSeq: k.tokenSeq,
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
		kept := c.clone()
		if !c.Replay || c.done() {
			kept.Body = ""
		}
		snap.Callbacks = append(snap.Callbacks, kept)
	}
	return snap
}

// restore puts a snapshot in place of the fresh state. Accounts and users that the snapshot lacks keep what the configuration says.
func (k *core) restore(snap snapshot) error {
	if snap.Version != stateVersion {
		return fmt.Errorf("it has version %d, this sandbox writes %d", snap.Version, stateVersion)
	}
	if err := snap.Faults.Check(); err != nil {
		return err
	}
	for owner, balances := range snap.Balances {
		if err := k.ledger.open(owner, balances); err != nil {
			return err
		}
	}
	for uid, frozen := range snap.Frozen {
		if k.users[uid] != nil {
			k.users[uid].Frozen = frozen
		}
	}
	for i := range snap.Orders {
		o := snap.Orders[i]
		if problem := k.unfit(&o); problem != "" {
			return fmt.Errorf("order %d: %s", i+1, problem)
		}
		k.book.add(&o)
	}
	k.restoreCallbacks(snap.Callbacks)
	for _, c := range snap.Codes {
		k.codes.put(c.Name, c.Value)
	}
	for _, g := range snap.Grants {
		k.grants.put(g.Name, g.Value)
	}
	k.faults = snap.Faults
	k.callbackSeq, k.orderSeq, k.eventSeq, k.tokenSeq = snap.CallbackSeq, snap.OrderSeq, snap.EventSeq, snap.TokenSeq
	return nil
}

func (k *core) unfit(o *Order) string {
	_, errAmount := parseUnits(string(o.Amount))
	switch {
	case k.apps[o.AppID] == nil:
		return "its application is not configured"
	case !uidForm.MatchString(o.UID):
		return "its user has no UID"
	case o.OrderNum == "" || k.book.byNum[o.OrderNum] != nil:
		return "its number is missing or occurs twice"
	case errAmount != nil:
		return "its amount is no decimal text"
	case !o.Status.Known():
		return "its status is undocumented"
	case o.Type != TypePayment && o.Type != TypeTransfer:
		return "its type is neither 1 nor 11"
	}
	return ""
}

// restoreCallbacks keeps the sequence, and drops callbacks of applications that are configured no longer.
func (k *core) restoreCallbacks(callbacks []Callback) {
	for i := range callbacks {
		c := callbacks[i]
		if _, known := k.apps[c.AppID]; !known {
			continue
		}
		c.turn = uint64(i) + 1
		k.callbacks = append(k.callbacks, &c)
	}
}

// load reads the state file, if there is one.
func (s *Server) load() error {
	if s.cfg.StateFile == "" {
		return nil
	}
	file, err := os.Open(s.cfg.StateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w cannot be opened: %w", ErrState, err)
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxStateBytes+1))
	if err != nil {
		return fmt.Errorf("%w cannot be read: %w", ErrState, err)
	}
	if len(text) > maxStateBytes {
		return fmt.Errorf("%w has more than %d bytes", ErrState, maxStateBytes)
	}
	var snap snapshot
	if err := json.Unmarshal(text, &snap); err != nil {
		return fmt.Errorf("%w %s is damaged; move it away to start afresh: %w", ErrState, s.cfg.StateFile, err)
	}
	if err := s.core.restore(snap); err != nil {
		return fmt.Errorf("%w %s cannot be used; move it away to start afresh: %w", ErrState, s.cfg.StateFile, err)
	}
	return nil
}

// Save writes the state file, whole or not at all: to a temporary file in the same folder, which then takes its place. Run does
// so by itself. Without Config.StateFile it does nothing. The error wraps ErrState.
func (s *Server) Save() error {
	if s.cfg.StateFile == "" {
		return nil
	}
	s.saving.Lock()
	defer s.saving.Unlock()
	var snap snapshot
	s.locked(func(k *core) {
		snap = k.snapshot()
		k.changed = false
	})
	if err := s.writeState(snap); err != nil {
		s.locked(func(k *core) { k.changed = true })
		return fmt.Errorf("%w cannot be written: %w", ErrState, err)
	}
	return nil
}

func (s *Server) saveIfChanged() {
	changed := false
	s.locked(func(k *core) { changed = k.changed })
	if !changed || s.cfg.StateFile == "" {
		return
	}
	if err := s.Save(); err != nil {
		s.cfg.Logger.Error("sandbox: the state was not saved", "error", err)
	}
}

func (s *Server) writeState(snap snapshot) error {
	text, err := json.Marshal(snap)
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(s.cfg.StateFile), ".sandbox-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // gone already if all went well
	_, err = temp.Write(text)
	err = errors.Join(err, temp.Sync(), temp.Close())
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), s.cfg.StateFile)
}
