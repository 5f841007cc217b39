package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// onceTime is how long something that is told once waits for the page that tells it.
const onceTime = 5 * time.Minute

// TellOnce redirects to a page that tells a value, such as the secret of a key, to this person's session once: Told takes it there. The form is
// answered by a redirect, so that loading the page again makes nothing a second time. The store encrypts the value.
func (r *Request) TellOnce(to string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return errors.New("keep what is told once: it cannot be encoded") // the cause could quote the secret
	}
	now := r.Site.Clock()
	if err := r.Site.Store.PutSession(r.Context(), r.onceID(to), models.Session{Data: data, CreatedAt: now, ExpiresAt: now.Add(onceTime)}); err != nil {
		return fmt.Errorf("keep what is told once: %w", err)
	}
	return r.SeeOther(to)
}

// Told reads what TellOnce kept for a page into a value, and forgets it. It reports whether there was something.
func (r *Request) Told(page string, into any) (bool, error) {
	row, err := r.Site.Store.Session(r.Context(), r.onceID(page))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read what is told once: %w", err)
	}
	if err := r.Site.Store.DeleteSession(r.Context(), r.onceID(page)); err != nil {
		return false, fmt.Errorf("forget what is told once: %w", err)
	}
	if json.Unmarshal(row.Data, into) != nil {
		return false, errors.New("read what is told once: it is damaged") // the cause could quote the secret
	}
	return true, nil
}

// onceID names what is told once to this person's session on a page.
func (r *Request) onceID(page string) string { return "once:" + r.who.Session.ID + ":" + page }
