// Package security records what happens in an attack: wrong passwords and codes, throttled tries, forms from other sites, links that were
// made up. Each occurrence is a line of the log, in a form that programs such as fail2ban read. The audit log gets the numbers of each hour
// when it is over, a limited number of entries whatever an attacker does.
package security

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Event is one occurrence.
type Event struct {
	Kind       models.SecurityKind
	RemoteAddr string // address of the client
	Email      string // e-mail address of the account, which need not exist; empty: no account
	RequestID  string
}

// Config configures a Recorder.
type Config struct {
	Store  *store.Store
	Clock  models.Clock
	Logger *slog.Logger
}

// Recorder records events. It counts them in memory until Flush, so that a flood of events is no flood of statements. It is safe for
// concurrent use and for any number of replicas. A nil Recorder records nothing.
type Recorder struct {
	store *store.Store
	clock models.Clock
	log   *slog.Logger

	mu     sync.Mutex
	counts map[place]models.SecurityCount
}

// place is the row that an event is counted in.
type place struct {
	hour             time.Time
	kind             models.SecurityKind
	network, account string
}

// NewRecorder returns a recorder.
func NewRecorder(c Config) (*Recorder, error) {
	if c.Store == nil {
		return nil, errors.New("security: a store is needed")
	}
	return &Recorder{
		store: c.Store, clock: c.Clock.OrSystem(), log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler)), counts: map[place]models.SecurityCount{},
	}, nil
}

// LogMessage is the message of an event's line in the log. Filters look for it.
const LogMessage = "security event"

// Note logs an event and counts it.
func (r *Recorder) Note(ctx context.Context, e Event) {
	if r == nil {
		return
	}
	account := r.store.AccountDigest(e.Email)
	r.log.LogAttrs(ctx, slog.LevelWarn, LogMessage, slog.String("event", string(e.Kind)), slog.String("address", clientAddress(e.RemoteAddr)),
		slog.String("account", account), slog.String("request", e.RequestID))
	now := r.clock()
	network, _ := models.Network(e.RemoteAddr)
	r.add(models.SecurityCount{
		Hour: models.SecurityHour(now), Kind: e.Kind, Network: network, Account: account, Count: 1, FirstAt: now, LastAt: now,
	})
}

// clientAddress returns the one spelling of a client's address, "unknown" if it is none.
func clientAddress(remote string) string {
	ip, err := netip.ParseAddr(remote)
	if err != nil {
		return "unknown"
	}
	return ip.Unmap().WithZone("").String()
}

// maxPlaces is the maximum number of rows that are counted in memory. Further networks and accounts share a row per kind.
const maxPlaces = 1000

func (r *Recorder) add(c models.SecurityCount) {
	at := place{c.Hour, c.Kind, c.Network, c.Account}
	r.mu.Lock()
	defer r.mu.Unlock()
	known, ok := r.counts[at]
	if !ok && len(r.counts) >= maxPlaces {
		c.Network, c.Account = "", ""
		at.network, at.account = "", ""
		known, ok = r.counts[at]
	}
	if ok {
		c.Count, c.FirstAt = c.Count+known.Count, known.FirstAt
	}
	r.counts[at] = c
}

// Flush stores what was counted since the last call. What cannot be stored is kept for the next time.
func (r *Recorder) Flush(ctx context.Context) error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	drained := make([]models.SecurityCount, 0, len(r.counts))
	for _, c := range r.counts {
		drained = append(drained, c)
	}
	clear(r.counts)
	r.mu.Unlock()
	err := r.store.AddSecurityCounts(ctx, drained)
	if err != nil {
		for _, c := range drained {
			r.add(c)
		}
	}
	return err
}

const (
	// settleAfter is how long after an hour's end the audit log gets its numbers: replicas store theirs a little later.
	settleAfter = 5 * time.Minute
	// maxEntries is the maximum number of entries of one hour for each kind; the last one sums up the rest.
	maxEntries = 10
)

// Settle writes the numbers of the hours that are over to the audit log.
func (r *Recorder) Settle(ctx context.Context) error {
	for {
		list, err := r.store.UnauditedSecurity(ctx, models.SecurityHour(r.clock().Add(-settleAfter)))
		if err != nil || len(list) == 0 {
			return err
		}
		names, err := r.accountNames(ctx)
		if err != nil {
			return err
		}
		err = r.store.Tx(ctx, func(tx *store.Store) error { return writeEntries(ctx, tx, list, names) })
		if errors.Is(err, store.ErrConflict) {
			return nil // another replica does it
		}
		if err != nil {
			return err
		}
	}
}

// accountNames returns the subjects of the accounts that exist, by digest.
func (r *Recorder) accountNames(ctx context.Context) (map[string]string, error) {
	people, err := r.store.StaffList(ctx)
	names := make(map[string]string, len(people))
	for _, p := range people {
		names[r.store.AccountDigest(p.Email)] = "staff:" + p.ID
	}
	return names, err
}

// writeEntries writes the counts of one hour: for each kind the largest ones, and the sum of the rest. names are the subjects of accounts.
func writeEntries(ctx context.Context, tx *store.Store, list []models.SecurityCount, names map[string]string) error {
	byKind := map[models.SecurityKind][]models.SecurityCount{}
	var kinds []models.SecurityKind
	for _, c := range list {
		if err := tx.AuditSecurity(ctx, c); err != nil {
			return err
		}
		if byKind[c.Kind] == nil {
			kinds = append(kinds, c.Kind)
		}
		byKind[c.Kind] = append(byKind[c.Kind], c)
	}
	for _, kind := range kinds {
		for _, c := range summed(byKind[kind]) {
			if err := writeEntry(ctx, tx, c, names); err != nil {
				return err
			}
		}
	}
	return nil
}

// summed returns at most maxEntries counts: the last one is the sum of those that do not fit, of no network and no account.
func summed(list []models.SecurityCount) []models.SecurityCount {
	if len(list) <= maxEntries {
		return list
	}
	rest := list[maxEntries-1]
	rest.Network, rest.Account = "", ""
	for _, c := range list[maxEntries:] {
		rest.Count, rest.Audited = rest.Count+c.Count, rest.Audited+c.Audited
		if c.FirstAt.Before(rest.FirstAt) {
			rest.FirstAt = c.FirstAt
		}
		if c.LastAt.After(rest.LastAt) {
			rest.LastAt = c.LastAt
		}
	}
	return append(list[:maxEntries-1:maxEntries-1], rest)
}

func writeEntry(ctx context.Context, tx *store.Store, c models.SecurityCount, names map[string]string) error {
	subject := names[c.Account]
	if subject == "" && c.Account != "" {
		subject = "account:" + c.Account
	}
	facts := models.Facts{
		"count": strconv.Itoa(c.Count - c.Audited), "first": c.FirstAt.UTC().Format(time.RFC3339), "last": c.LastAt.UTC().Format(time.RFC3339),
	}
	return tx.Record(ctx, models.Actor{RemoteAddr: c.Network}, c.Kind.AuditAction(), subject, nil, facts)
}
