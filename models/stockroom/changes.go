// Package stockroom changes the stock on behalf of staff: by a correction of one variant, or by a count of many. What changes the stock is
// stored in one transaction with its entry in the audit log.
package stockroom

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Editor corrects and counts the stock.
type Editor struct {
	store *store.Store
}

// NewEditor returns an editor.
func NewEditor(db *store.Store) *Editor { return &Editor{store: db} }

// idOfToken returns the id of what a form makes: the same for the same form, or a new one without a token.
func idOfToken(token string) string {
	if token == "" {
		return models.NewID()
	}
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(token)).String()
}

// doing says what failed.
func doing(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
