package keys

import (
	"context"
	"errors"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// ProgramID is the row of the key of the program that the shop is a part of. Nobody has its secret: the program needs none.
const ProgramID = "00000000-0000-7000-8000-000000000001"

// Program is who acts when the program does that the shop is a part of.
func Program() models.Actor { return models.Actor{Who: "program"} }

// ErrProgram means that the key is the program's own: the program says what it may do, and nobody else.
var ErrProgram = errors.New("the key is the program's own")

// OfProgram returns the key of the program that the shop is a part of, and makes or changes it as d says. Checkouts and refunds that the program asks
// for are this key's. Errors: *InputError, store.ErrNoSealKey.
func (s *Service) OfProgram(ctx context.Context, d Draft) (key models.APIKey, err error) {
	for _, scope := range models.Scopes() {
		d.Scopes = append(d.Scopes, string(scope))
	}
	wanted, err := s.check(ctx, d)
	if err != nil {
		return key, err
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		key, err = tx.APIKey(ctx, ProgramID)
		if errors.Is(err, store.ErrNotFound) {
			key = wanted
			key.ID = ProgramID
			_, err = s.insert(ctx, tx, Program(), &key)
			return err
		}
		if err != nil {
			return err
		}
		before := facts(&key)
		key.Name, key.Scopes, key.Origins, key.RefundLimit = wanted.Name, wanted.Scopes, wanted.Origins, wanted.RefundLimit
		was, is := models.ChangedFacts(before, facts(&key))
		if len(is) == 0 {
			return nil
		}
		if err := tx.ChangeAPIKey(ctx, &key); err != nil {
			return err
		}
		return tx.Record(ctx, Program(), "key.change", "key:"+key.ID, was, is)
	})
	if errors.Is(err, store.ErrDuplicate) || errors.Is(err, store.ErrConflict) { // another replica has begun at the same moment
		return s.store.APIKey(ctx, ProgramID)
	}
	return key, err
}
