package store

import (
	"context"
	"time"

	"github.com/coincart/coincart/models"
)

const forAPIKeys = "api keys"

// InsertAPIKey stores a new key by its keyed digest. Ids and times that are empty are filled in. ErrNoSealKey, ErrText.
func (s *Store) InsertAPIKey(ctx context.Context, k *models.APIKey, secret models.Secret) error {
	digest, err := s.sealer.digest(forAPIKeys, secret.Reveal())
	if err != nil {
		return wrap("store the key", err)
	}
	if k.ID == "" {
		k.ID = models.NewID()
	}
	k.Digest, k.RowVersion = digest, 1
	k.CreatedAt = orTime(k.CreatedAt, s.now())
	k.UpdatedAt = orTime(k.UpdatedAt, k.CreatedAt)
	if err := checkTexts(*k); err != nil {
		return wrap("store the key", err)
	}
	return wrap("store the key", apiKeyTable.insert(ctx, s, k))
}

// APIKeyBySecret reads the row of a key. ErrNotFound: there is none, or the text has no form of a key. Whether the key still works is for the
// caller to see.
func (s *Store) APIKeyBySecret(ctx context.Context, secret models.Secret) (models.APIKey, error) {
	if !models.IsKeyForm(secret.Reveal()) {
		return models.APIKey{}, wrap("read the key", ErrNotFound)
	}
	digest, err := s.sealer.digest(forAPIKeys, secret.Reveal())
	if err != nil {
		return models.APIKey{}, wrap("read the key", err)
	}
	k, err := apiKeyTable.take(ctx, s, "WHERE digest = ?", digest)
	return k, wrap("read the key", err)
}

// APIKey reads a key by its row id; ErrNotFound.
func (s *Store) APIKey(ctx context.Context, id string) (models.APIKey, error) {
	if !isKey(id) {
		return models.APIKey{}, wrap("read the key", ErrNotFound)
	}
	k, err := apiKeyTable.take(ctx, s, "WHERE id = ?", id)
	return k, wrap("read the key", err)
}

// APIKeys reads all keys, newest first, those that were ended too.
func (s *Store) APIKeys(ctx context.Context) ([]models.APIKey, error) {
	list, err := apiKeyTable.query(ctx, s, "ORDER BY created_at DESC, id DESC")
	return list, wrap("read the keys", err)
}

// ChangeAPIKey stores a changed key by compare-and-set over RowVersion, which it counts up in k. ErrConflict: it was changed meanwhile. ErrText.
func (s *Store) ChangeAPIKey(ctx context.Context, k *models.APIKey) error {
	if err := checkTexts(*k); err != nil {
		return wrap("change the key", err)
	}
	was := k.RowVersion
	k.RowVersion, k.UpdatedAt = was+1, s.now()
	return wrap("change the key", s.update(ctx, "api_keys", apiKeyTable.change(k), "id = ? AND row_version = ?", k.ID, was))
}

// RenewAPIKey is ChangeAPIKey with another secret: that of before is unknown from then on. ErrNoSealKey.
func (s *Store) RenewAPIKey(ctx context.Context, k *models.APIKey, secret models.Secret) error {
	digest, err := s.sealer.digest(forAPIKeys, secret.Reveal())
	if err != nil {
		return wrap("renew the key", err)
	}
	if err := s.ChangeAPIKey(ctx, k); err != nil {
		return err
	}
	k.Digest = digest
	return wrap("renew the key", s.execOr(ctx, ErrConflict, "UPDATE api_keys SET digest = ?, shown = ? WHERE id = ? AND row_version = ?", digest, k.Shown, k.ID, k.RowVersion))
}

// UseAPIKey notes that a key was used now, at most once a minute.
func (s *Store) UseAPIKey(ctx context.Context, id, from string) error {
	now := s.now()
	_, err := s.exec(ctx, "UPDATE api_keys SET used_at = ?, used_from = ? WHERE id = ? AND (used_at IS NULL OR used_at < ?)",
		now, from, id, now.Add(-time.Minute))
	return wrap("note that the key was used", err)
}

// LockAPIKey makes other transactions that lock the same key wait, or start again on a cluster, until this one ends. ErrNotFound.
func (s *Store) LockAPIKey(ctx context.Context, id string) error {
	return wrap("lock the key", s.execOr(ctx, ErrNotFound, "UPDATE api_keys SET updated_at = ? WHERE id = ?", s.now(), id))
}
