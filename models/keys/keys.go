// Package keys makes, changes and ends the keys with which other programs use the API, on behalf of owners, and pairs programs with the shop.
package keys

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/models/wire"
)

// Limits of a key.
const (
	maxName    = 100
	maxOrigins = 20
	maxOrigin  = 300
)

// Errors of keys. What is wrong with the fields of a form is an *InputError.
var (
	// ErrEnded means that the key was ended.
	ErrEnded = errors.New("the key was ended")
	// ErrCode means that a code of a pairing is unknown, was used, has run out, or that the verifier does not fit.
	ErrCode = errors.New("the code is not valid")
)

// InputError says what is wrong with the fields of a form: name, scope, origins, networks, refund_limit, lifetime, redirect, challenge.
type InputError struct{ Problems invalid.Problems }

// Error counts the fields.
func (e *InputError) Error() string {
	return fmt.Sprintf("%d fields of the key are invalid", len(e.Problems))
}

// Draft is a key as a form has it.
type Draft struct {
	Name        string
	Scopes      []string
	Origins     []string // addresses; only their origins count
	Networks    []string // addresses or networks, such as 192.0.2.0/24
	RefundLimit string   // decimal text, in the shop's currency; empty: 0
	Days        int      // until a new key ends; 0: it does not end by itself
}

// Service is the use cases of keys.
type Service struct {
	store *store.Store
	clock models.Clock
	demo  bool
}

// New returns a service. demo: the shop is a demonstration, whose keys work nowhere else and whose addresses may be on this machine.
func New(s *store.Store, clock models.Clock, demo bool) *Service {
	return &Service{store: s, clock: clock.OrSystem(), demo: demo}
}

// List reads all keys, newest first, those that were ended too.
func (s *Service) List(ctx context.Context) ([]models.APIKey, error) { return s.store.APIKeys(ctx) }

// Get reads a key. store.ErrNotFound.
func (s *Service) Get(ctx context.Context, id string) (models.APIKey, error) {
	return s.store.APIKey(ctx, id)
}

// Create makes a key and returns it with its secret, which nobody can read again. Errors: *InputError, store.ErrNoSealKey.
func (s *Service) Create(ctx context.Context, by models.Actor, d Draft) (key models.APIKey, secret models.Secret, err error) {
	if key, err = s.check(ctx, d); err != nil {
		return key, "", err
	}
	if d.Days > 0 {
		key.ExpiresAt = s.clock().Add(time.Duration(d.Days) * 24 * time.Hour)
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		key.ID = ""
		secret, err = s.insert(ctx, tx, by, &key)
		return err
	})
	return key, secret, err
}

func (s *Service) insert(ctx context.Context, tx *store.Store, by models.Actor, key *models.APIKey) (models.Secret, error) {
	whole, shown := models.NewKey(!s.demo)
	key.Shown, key.Live, key.Version, key.CreatedBy, key.CreatedAt = shown, !s.demo, wire.Version, by.StaffID, s.clock()
	if err := tx.InsertAPIKey(ctx, key, models.Secret(whole)); err != nil {
		return "", err
	}
	return models.Secret(whole), tx.Record(ctx, by, "key.create", "key:"+key.ID, nil, facts(key))
}

// Change changes a key. version is the one that the form was made of. Errors: *InputError, ErrEnded,
// ErrProgram, store.ErrNotFound, store.ErrConflict.
func (s *Service) Change(ctx context.Context, by models.Actor, id string, version int, d Draft) error {
	wanted, err := s.check(ctx, d)
	if err != nil {
		return err
	}
	return s.change(ctx, by, id, "key.change", func(key *models.APIKey) error {
		if key.RowVersion != version {
			return store.ErrConflict
		}
		key.Name, key.Scopes, key.Origins, key.Networks, key.RefundLimit = wanted.Name, wanted.Scopes, wanted.Origins, wanted.Networks, wanted.RefundLimit
		return nil
	})
}

// End ends a key at once. Errors: ErrEnded, ErrProgram, store.ErrNotFound.
func (s *Service) End(ctx context.Context, by models.Actor, id string) error {
	return s.change(ctx, by, id, "key.end", func(key *models.APIKey) error {
		key.EndedAt = s.clock()
		return nil
	})
}

func (s *Service) change(ctx context.Context, by models.Actor, id, action string, set func(*models.APIKey) error) error {
	if id == ProgramID {
		return ErrProgram
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		key, err := tx.APIKey(ctx, id)
		if err != nil {
			return err
		}
		if key.Ended() {
			return ErrEnded
		}
		before := facts(&key)
		if err := set(&key); err != nil {
			return err
		}
		was, is := models.ChangedFacts(before, facts(&key))
		if len(is) == 0 {
			return nil
		}
		if err := tx.ChangeAPIKey(ctx, &key); err != nil {
			return err
		}
		return tx.Record(ctx, by, action, "key:"+id, was, is)
	})
}

// facts are what the audit log records of a key.
func facts(k *models.APIKey) models.Facts {
	f := models.Facts{
		"name": k.Name, "key": k.Shown, "scopes": strings.Join(k.Scopes, " "), "origins": strings.Join(k.Origins, " "),
		"networks": strings.Join(k.Networks, " "), "refund_limit": k.RefundLimit.String(), "ended": "",
	}
	if k.Ended() {
		f["ended"] = wire.Time(k.EndedAt)
	}
	return f
}

// check returns the key that a form describes. The error is an *InputError with all that is wrong.
func (s *Service) check(ctx context.Context, d Draft) (models.APIKey, error) {
	settings, err := s.store.LoadSettings(ctx)
	if err != nil {
		return models.APIKey{}, fmt.Errorf("read the settings: %w", err)
	}
	problems := invalid.Problems{}
	key := models.APIKey{
		Name: checkName(problems, d.Name), Scopes: checkScopes(problems, d.Scopes), Origins: s.checkOrigins(problems, d.Origins),
		Networks: checkNetworks(problems, d.Networks), RefundLimit: checkLimit(problems, d.RefundLimit, settings.Currency().Digits),
	}
	const tenYears = 3653
	if d.Days < 0 || d.Days > tenYears {
		problems.Add("lifetime", invalid.Range)
	}
	if len(problems) > 0 {
		return models.APIKey{}, &InputError{problems}
	}
	return key, nil
}

func checkName(problems invalid.Problems, name string) string {
	name = strings.TrimSpace(name)
	switch {
	case text.Blank(name):
		problems.Add("name", invalid.Missing)
	case utf8.RuneCountInString(name) > maxName:
		problems.Add("name", invalid.TooLong)
	case !text.Line(name):
		problems.Add("name", invalid.Characters)
	}
	return name
}

// checkScopes returns the scopes in the order of models.Scopes, each once.
func checkScopes(problems invalid.Problems, chosen []string) (list models.TextList) {
	for _, scope := range chosen {
		if _, ok := models.ParseScope(scope); !ok {
			problems.Add("scope", invalid.Unknown)
		}
	}
	for _, scope := range models.Scopes() {
		if slices.Contains(chosen, string(scope)) {
			list = append(list, string(scope))
		}
	}
	if len(list) == 0 {
		problems.Add("scope", invalid.Missing)
	}
	return list
}

func (s *Service) checkOrigins(problems invalid.Problems, typed []string) (list models.TextList) {
	for _, address := range typed {
		if address = strings.TrimSpace(address); address == "" {
			continue
		}
		origin, ok := s.originOf(address)
		if !ok {
			problems.Add("origins", invalid.HTTPS)
		} else if !slices.Contains(list, origin) {
			list = append(list, origin)
		}
	}
	if len(list) > maxOrigins {
		problems.Add("origins", invalid.TooLong)
	}
	return list
}

// originOf returns the origin of an https address; in a demonstration also of http on this machine.
func (s *Service) originOf(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" || len(address) > maxOrigin || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", false
	}
	ip := net.ParseIP(u.Hostname())
	here := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	return models.Origin(u), u.Scheme == "https" || s.demo && u.Scheme == "http" && here
}

func checkNetworks(problems invalid.Problems, typed []string) (list models.TextList) {
	for _, network := range typed {
		if network = strings.TrimSpace(network); network == "" {
			continue
		}
		prefix, err := parseNetwork(network)
		if err != nil {
			problems.Add("networks", invalid.Network)
			continue
		}
		if !slices.Contains(list, prefix.String()) {
			list = append(list, prefix.String())
		}
	}
	if len(list) > maxOrigins {
		problems.Add("networks", invalid.TooLong)
	}
	return list
}

// parseNetwork parses a network, or an address alone.
func parseNetwork(typed string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(typed); err == nil {
		return address.Unmap().Prefix(address.Unmap().BitLen())
	}
	prefix, err := netip.ParsePrefix(typed)
	return prefix.Masked(), err
}

// Admits reports whether a key may be used from a network address.
func Admits(k *models.APIKey, from netip.Addr) bool {
	if len(k.Networks) == 0 {
		return true
	}
	return slices.ContainsFunc(k.Networks, func(network string) bool {
		prefix, err := netip.ParsePrefix(network)
		return err == nil && prefix.Contains(from.Unmap())
	})
}

func checkLimit(problems invalid.Problems, typed string, digits int) models.Amount {
	if typed = strings.TrimSpace(typed); typed == "" {
		return models.Amount{}
	}
	limit, err := models.ParseAmount(typed)
	switch {
	case err != nil:
		problems.Add("refund_limit", invalid.Number)
	case limit.Digits() > digits:
		problems.Add("refund_limit", invalid.Digits)
	}
	return limit
}

// PairRequest is what another program asks an owner for.
type PairRequest struct {
	Application string   // its name
	Scopes      []string // that it wants
	Redirect    string   // where the owner comes back to with the code
	State       string   // that comes back unchanged
	Challenge   string   // base64url of the SHA-256 of its verifier (RFC 7636, S256)
}

// maxState is the maximum number of bytes of the state of a pairing.
const maxState = 500

// CheckPair checks what a program asks for, and returns its origin. The error is an *InputError: the owner must not be sent back to an address that
// is not valid.
func (s *Service) CheckPair(r PairRequest) (origin string, err error) {
	problems := invalid.Problems{}
	checkName(problems, r.Application)
	checkScopes(problems, r.Scopes)
	origin, ok := s.originOf(r.Redirect)
	if !ok {
		problems.Add("redirect", invalid.HTTPS)
	}
	if sum, err := base64.RawURLEncoding.DecodeString(r.Challenge); err != nil || len(sum) != sha256.Size {
		problems.Add("challenge", invalid.Characters)
	}
	if len(r.State) > maxState || strings.ContainsFunc(r.State, func(c rune) bool { return c <= ' ' || c > '~' }) {
		problems.Add("state", invalid.Characters)
	}
	if len(problems) > 0 {
		return "", &InputError{problems}
	}
	return origin, nil
}

// Agree stores that an owner gives a program the key that it asks for, or less, and returns the address at which the program gets the code.
// Errors: *InputError.
func (s *Service) Agree(ctx context.Context, by models.Actor, r PairRequest, refundLimit string) (string, error) {
	origin, err := s.CheckPair(r)
	if err != nil {
		return "", err
	}
	draft, err := s.check(ctx, Draft{Name: r.Application, Scopes: r.Scopes, RefundLimit: refundLimit})
	if err != nil {
		return "", err
	}
	code, now := models.NewRef()+models.NewRef(), s.clock()
	after := models.Facts{"application": draft.Name, "scopes": strings.Join(draft.Scopes, " "), "origin": origin, "refund_limit": draft.RefundLimit.String()}
	err = s.store.Audited(ctx, by, "key.pair", "application:"+models.FactText(draft.Name), nil, after, func(tx *store.Store) error {
		if err := tx.ForgetPairings(ctx, now); err != nil {
			return err
		}
		return tx.InsertPairing(ctx, code, models.Pairing{
			Name: draft.Name, Scopes: draft.Scopes, Origin: origin, RefundLimit: draft.RefundLimit, Challenge: r.Challenge,
			CreatedBy: by.StaffID, CreatedAt: now, ExpiresAt: now.Add(models.PairingTime),
		})
	})
	if err != nil {
		return "", err
	}
	return comeBack(r, url.Values{"code": {code}})
}

// Refuse returns the address at which a program is told that the owner said no.
func (s *Service) Refuse(r PairRequest) (string, error) {
	if _, err := s.CheckPair(r); err != nil {
		return "", err
	}
	return comeBack(r, url.Values{"error": {"access_denied"}})
}

// comeBack adds an answer and the state to the address of a program.
func comeBack(r PairRequest, answer url.Values) (string, error) {
	u, err := url.Parse(r.Redirect)
	if err != nil {
		return "", fmt.Errorf("read the address of a program: %w", err)
	}
	query := u.Query()
	maps.Copy(query, answer)
	if r.State != "" {
		query.Set("state", r.State)
	}
	u.RawQuery, u.Fragment = query.Encode(), ""
	return u.String(), nil
}

// Exchange makes the key of a pairing for the program that has the code and the verifier. A code is good once, whether the verifier fits or not.
// by is where the request comes from.
//
// previous is the key that the program has from a pairing before; empty: none. If it can be renewed, the program's new key is the same key with
// another secret: it goes on with its checkouts, refunds and webhook endpoints, which another key could not see. The secret of before ends. What
// cannot be renewed is left alone: a key that is unknown, that a person has ended, or that has not the origin of this pairing.
//
// Errors: ErrCode.
func (s *Service) Exchange(ctx context.Context, by models.Actor, code, verifier string, previous models.Secret) (key models.APIKey, secret models.Secret, err error) {
	const shortest, longest = 43, 128 // RFC 7636 §4.1
	if len(code) != 2*len(models.NewRef()) || len(verifier) < shortest || len(verifier) > longest {
		return key, "", ErrCode
	}
	p, err := s.store.TakePairing(ctx, code)
	if errors.Is(err, store.ErrNotFound) {
		return key, "", ErrCode
	}
	if err != nil {
		return key, "", err
	}
	sum := sha256.Sum256([]byte(verifier))
	fits := subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(p.Challenge)) == 1
	if now := s.clock(); !fits || !now.Before(p.ExpiresAt) {
		return key, "", ErrCode
	}
	wanted := models.APIKey{Name: p.Name, Scopes: p.Scopes, Origins: models.TextList{p.Origin}, RefundLimit: p.RefundLimit, ExpiresAt: s.clock().Add(models.KeyLifetime)}
	by.StaffID, by.Who = p.CreatedBy, models.FactText(p.Name)
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		old, err := s.renewable(ctx, tx, previous, p.Origin)
		if errors.Is(err, store.ErrNotFound) {
			key = wanted
			secret, err = s.insert(ctx, tx, by, &key)
			return err
		}
		if err != nil {
			return err
		}
		key = old
		key.Name, key.Scopes, key.Origins, key.RefundLimit, key.ExpiresAt = wanted.Name, wanted.Scopes, wanted.Origins, wanted.RefundLimit, wanted.ExpiresAt
		secret, err = s.renew(ctx, tx, by, &key, facts(&old))
		return err
	})
	return key, secret, err
}

// renewable reads the key that a program with this origin may renew. store.ErrNotFound: there is none.
func (s *Service) renewable(ctx context.Context, tx *store.Store, previous models.Secret, origin string) (models.APIKey, error) {
	old, err := tx.APIKeyBySecret(ctx, previous)
	if err == nil && (old.Ended() || old.ID == ProgramID || !slices.Contains(old.Origins, origin)) {
		return old, store.ErrNotFound
	}
	return old, err
}

func (s *Service) renew(ctx context.Context, tx *store.Store, by models.Actor, key *models.APIKey, before models.Facts) (models.Secret, error) {
	whole, shown := models.NewKey(!s.demo)
	key.Shown = shown
	if err := tx.RenewAPIKey(ctx, key, models.Secret(whole)); err != nil {
		return "", err
	}
	was, is := models.ChangedFacts(before, facts(key))
	return models.Secret(whole), tx.Record(ctx, by, "key.change", "key:"+key.ID, was, is)
}
