// Package settings changes the shop's settings on behalf of staff. Each change of a group is stored in one transaction with its entry in the
// audit log.
package settings

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
)

// Editor edits settings.
type Editor struct {
	store *store.Store
}

// NewEditor returns an editor.
func NewEditor(db *store.Store) *Editor { return &Editor{store: db} }

// Save changes settings of one group. If nothing would be different, it changes nothing and the audit log has no entry. version is the
// one that the changed form was made of (Settings.Group). Errors: store.ErrConflict (the group was changed meanwhile), *models.SettingError
// (a value that the setting cannot have), store.ErrNoSealKey.
func (e *Editor) Save(ctx context.Context, by models.Actor, group models.SettingGroup, version int, changes []models.SettingChange) error {
	normal, err := normalChanges(group, changes)
	if err != nil {
		return err
	}
	err = e.store.Tx(ctx, func(tx *store.Store) error {
		old, err := tx.LoadSettings(ctx)
		if err != nil {
			return err
		}
		if old.Group(group).Version != version {
			return store.ErrConflict
		}
		changed, before, after := effective(old, normal)
		if len(changed) == 0 {
			return nil
		}
		if err := check(ctx, tx, old, group, changed); err != nil {
			return err
		}
		return tx.Audited(ctx, by, "settings.change", "settings:"+string(group), before, after, func(tx *store.Store) error {
			return tx.WriteSettings(ctx, group, version, by.Who, changed)
		})
	})
	if err != nil {
		return fmt.Errorf("save the settings: %w", err)
	}
	return nil
}

// normalChanges checks each value by itself.
func normalChanges(group models.SettingGroup, changes []models.SettingChange) ([]models.SettingChange, error) {
	normal := slices.Clone(changes)
	for i, c := range normal {
		known, ok := models.FindSetting(c.Key)
		if !ok || known.Group != group {
			return nil, &models.SettingError{Key: c.Key, Problem: invalid.Unknown}
		}
		if c.Reset {
			continue
		}
		value, err := known.Normal(c.Value)
		if err != nil {
			return nil, err
		}
		normal[i].Value = value
	}
	return normal, nil
}

// effective returns the changes that change something, with what the audit log records of them.
func effective(old models.Settings, changes []models.SettingChange) (kept []models.SettingChange, before, after models.Facts) {
	before, after = models.Facts{}, models.Facts{}
	for _, c := range changes {
		known, _ := models.FindSetting(c.Key)
		stored := old.Source(c.Key) == models.FromDatabase
		if c.Reset && !stored || !c.Reset && stored && c.Value == old.Text(c.Key) && !old.Unreadable(c.Key) {
			continue
		}
		kept = append(kept, c)
		before[string(c.Key)] = fact(known, old.Text(c.Key))
		after[string(c.Key)] = fact(known, c.Value)
		if c.Reset {
			after[string(c.Key)] = "(not set)"
		}
	}
	return kept, before, after
}

// fact returns a value as the audit log records it: secrets not at all, long texts by their size and digest.
func fact(known models.Setting, value string) string {
	switch {
	case value == "":
		return ""
	case known.Secret:
		return "(secret)"
	case known.Kind == models.KindMarkdown:
		sum := sha256.Sum256([]byte(value))
		return strconv.Itoa(utf8.RuneCountInString(value)) + " characters, SHA-256 " + hex.EncodeToString(sum[:8])
	}
	return value
}
