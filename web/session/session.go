// Package session keeps what the shop remembers of a browser: its cart, the sign-in at the platform, a notice for the next
// page. The cookie holds a random id and nothing else; everything else is in the database, where the id is hashed and the
// content sealed (models/store). A session exists only once there is something to keep.
package session

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/sessions"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Lifetime is how long a browser is remembered after its session was last stored, in seconds: 60 days.
const Lifetime = 60 * 24 * 60 * 60

// firstLifetime is how long a new session is kept until its browser sends the cookie back. Programs that follow links put things into carts
// and never do.
const firstLifetime = 24 * time.Hour

// Jar is the shop's store of sessions: a sessions.Store over models/store. It is safe for concurrent use.
type Jar struct {
	store   *store.Store
	clock   models.Clock
	name    string
	options sessions.Options
}

var _ sessions.Store = (*Jar)(nil)

// NewJar returns a store of sessions over a database.
func NewJar(db *store.Store, clock models.Clock, scope Scope) *Jar {
	return &Jar{
		store: db, clock: clock, name: scope.Name("coincart-session"),
		options: sessions.Options{Path: scope.Root(), MaxAge: Lifetime, Secure: scope.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode},
	}
}

// Scope is the scope of the shop's cookies.
type Scope struct {
	Secure bool   // the shop is under https: no plain connection may set or read a cookie
	Path   string // "" at the root of the host, else such as "/shop"
}

// Root returns the path of all cookies.
func (s Scope) Root() string { return cmp.Or(s.Path, "/") }

// Name returns a cookie's name with the prefix that browsers check. Under https no other host and no plain connection can set a __Host- cookie; it
// must have the path /, so that a shop below another one has __Secure-, which no plain connection can set.
func (s Scope) Name(name string) string {
	switch {
	case !s.Secure:
		return name
	case s.Path != "":
		return "__Secure-" + name
	}
	return "__Host-" + name
}

// dataKey is the one key of sessions.Session.Values; its value is *Data.
type dataKey struct{}

// Of returns the visitor's session. A browser without a cookie gets a new, empty one without a query; nothing is stored before Save.
func (j *Jar) Of(r *http.Request) (*Session, error) {
	s, err := j.Get(r, j.name)
	if err != nil {
		return nil, err
	}
	data, ok := s.Values[dataKey{}].(*Data)
	if !ok {
		return nil, fmt.Errorf("session holds %T", s.Values[dataKey{}])
	}
	return &Session{Data: data, jar: j, session: s}, nil
}

// Get returns the request's session, read once per request. It implements sessions.Store.
func (j *Jar) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(j, name)
}

// New reads the session that the request's cookie names, or returns an empty one. It implements sessions.Store.
func (j *Jar) New(r *http.Request, name string) (*sessions.Session, error) {
	s := sessions.NewSession(j, name)
	options := j.options
	s.Options, s.IsNew = &options, true
	data := &Data{}
	s.Values[dataKey{}] = data
	cookie, err := r.Cookie(name)
	if err != nil || !models.IsRef(firstRef(cookie.Value)) || !models.IsRef(secondRef(cookie.Value)) {
		return s, nil //nolint:nilerr // no cookie, or one that we never made: a new visitor
	}
	row, err := j.store.Session(r.Context(), cookie.Value)
	if errors.Is(err, store.ErrNotFound) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("read session: %w", err)
	}
	if len(row.Data) > 0 {
		if err := json.Unmarshal(row.Data, data); err != nil {
			return s, fmt.Errorf("decode session: %w", err)
		}
	}
	data.CartID, data.CartCount, data.CreatedAt, data.SavedAt = row.CartID, row.CartCount, row.CreatedAt, row.UpdatedAt
	data.storedCart = row.CartID
	s.ID, s.IsNew = cookie.Value, false
	if row.ExpiresAt.Sub(row.UpdatedAt) <= firstLifetime { // the browser came back
		if err := j.store.ExtendSession(r.Context(), cookie.Value, row.UpdatedAt.Add(lifetime)); err != nil {
			return s, fmt.Errorf("keep session: %w", err)
		}
	}
	return s, nil
}

// Save stores the session and sets its cookie, for another Lifetime. It implements sessions.Store. An Options.MaxAge below 0
// deletes it instead.
func (j *Jar) Save(r *http.Request, w http.ResponseWriter, s *sessions.Session) error {
	if s.Options.MaxAge < 0 {
		if s.ID != "" {
			if err := j.store.DeleteSession(r.Context(), s.ID); err != nil {
				return fmt.Errorf("delete session: %w", err)
			}
		}
		http.SetCookie(w, sessions.NewCookie(s.Name(), "", s.Options))
		return nil
	}
	if s.ID == "" {
		s.ID = newID()
	}
	err := j.write(r.Context(), s)
	if errors.Is(err, store.ErrNotFound) {
		return nil // it was ended while this request was under way, and stays ended
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, sessions.NewCookie(s.Name(), s.ID, s.Options))
	return nil
}

func (j *Jar) write(ctx context.Context, s *sessions.Session) error {
	row, err := j.row(s)
	if err != nil {
		return err
	}
	put := j.store.UpdateSession
	if s.IsNew {
		put = j.store.PutSession
		row.ExpiresAt = row.UpdatedAt.Add(firstLifetime)
	}
	if err := put(ctx, s.ID, row); err != nil {
		return fmt.Errorf("store session: %w", err)
	}
	s.IsNew = false
	return nil
}

// row returns a session as it is stored.
func (j *Jar) row(s *sessions.Session) (models.Session, error) {
	data, ok := s.Values[dataKey{}].(*Data)
	if !ok {
		return models.Session{}, fmt.Errorf("session holds %T", s.Values[dataKey{}])
	}
	content, err := json.Marshal(data)
	if err != nil {
		return models.Session{}, fmt.Errorf("encode session: %w", err)
	}
	now := j.clock()
	if data.CreatedAt.IsZero() {
		data.CreatedAt = now
	}
	return models.Session{
		CartID: data.CartID, Data: content, CreatedAt: data.CreatedAt, UpdatedAt: now, ExpiresAt: now.Add(lifetime),
	}, nil
}

// Session is one visitor's session.
type Session struct {
	*Data

	jar     *Jar
	session *sessions.Session
}

// StoredPayer reads the account of the session again, because another request may have stored it meanwhile; it is not Known if there is
// none.
func (s *Session) StoredPayer(ctx context.Context) (models.Payer, error) {
	if s.session.ID == "" {
		return models.Payer{}, nil
	}
	row, err := s.jar.store.Session(ctx, s.session.ID)
	if err != nil {
		return models.Payer{}, fmt.Errorf("read session: %w", err)
	}
	var data Data
	if len(row.Data) > 0 {
		if err := json.Unmarshal(row.Data, &data); err != nil {
			return models.Payer{}, fmt.Errorf("decode session: %w", err)
		}
	}
	return data.SignedIn(), nil
}

// Stored reports whether the session is in the database.
func (s *Session) Stored() bool { return s.session.ID != "" }

// Changed reports whether the session got another cart since it was read.
func (s *Session) Changed() bool { return s.CartID != s.storedCart }

// Save stores the session and sets its cookie. It must run before the answer is written.
func (s *Session) Save(w http.ResponseWriter, r *http.Request) error { return s.session.Save(r, w) }

// Renew stores the session under a new id and deletes the old one, as must happen at every change of privilege: an id that somebody planted
// or saw before is then worthless.
func (s *Session) Renew(w http.ResponseWriter, r *http.Request) error {
	row, err := s.jar.row(s.session)
	if err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	id := newID()
	if err := s.jar.store.ReplaceSession(r.Context(), s.session.ID, id, row); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	s.session.ID, s.session.IsNew = id, false
	http.SetCookie(w, sessions.NewCookie(s.session.Name(), s.session.ID, s.session.Options))
	return nil
}
