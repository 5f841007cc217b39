package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
)

const sealedSetting = "settings.sealed"

// readSettings reads values and the groups' versions in one statement, so that both are of one moment. The join that matches nothing gives
// the columns of both halves their types: SQLite knows a time by its column.
const readSettings = `SELECT s.name, s.value, s.sealed, g.version, g.changed_at, g.who FROM settings s LEFT JOIN setting_groups g ON 1 = 0
	UNION ALL SELECT name, '', NULL, version, changed_at, who FROM setting_groups`

// LoadSettings reads the shop's settings: what the database holds, over Options.Given, over the defaults. A secret that cannot be
// opened is reported by Settings.Unreadable.
func (s *Store) LoadSettings(ctx context.Context) (models.Settings, error) {
	stored := map[models.SettingKey]string{}
	unreadable := map[models.SettingKey]bool{}
	groups := map[models.SettingGroup]models.SettingGroupState{}
	err := s.each(ctx, readSettings, nil, func(rows *sql.Rows) error {
		var name, value string
		var sealed []byte
		var group models.SettingGroupState
		if err := rows.Scan(&name, &value, &sealed, orZero(&group.Version), orZero(&group.At), orZero(&group.Who)); err != nil {
			return fmt.Errorf("read a setting: %w", err)
		}
		key := models.SettingKey(name)
		switch {
		case group.Version > 0:
			groups[models.SettingGroup(name)] = group
		case sealed != nil:
			plain, err := s.sealer.open(sealedSetting, name, sealed)
			stored[key], unreadable[key] = string(plain), err != nil
		default:
			stored[key] = value
		}
		return nil
	})
	if err != nil {
		return models.Settings{}, wrap("read the settings", err)
	}
	return models.NewSettings(stored, s.given, unreadable, groups), nil
}

// SaveSettings changes settings of one group, with an entry in the audit log; nothing that stays as it is counts as a change, and
// where nothing does there is no entry and no new version. version is the one that the changed form was made of
// (Settings.Group). Errors: ErrConflict when somebody else changed the group meanwhile, *models.SettingError for a value
// that the setting cannot have, ErrNoSealKey.
func (s *Store) SaveSettings(
	ctx context.Context, by models.Actor, group models.SettingGroup, version int, changes []models.SettingChange,
) error {
	normal, err := normalChanges(group, changes)
	if err != nil {
		return err
	}
	return wrap("save the settings", s.Tx(ctx, func(tx *Store) error {
		old, err := tx.LoadSettings(ctx)
		if err != nil {
			return err
		}
		if old.Group(group).Version != version {
			return ErrConflict
		}
		normal, before, after := whatChanges(old, normal)
		if len(normal) == 0 {
			return nil
		}
		if err := tx.checkSettings(ctx, old, group, normal); err != nil {
			return err
		}
		return tx.Audited(ctx, by, "settings.change", "settings:"+string(group), before, after, func(tx *Store) error {
			if err := tx.nextVersion(ctx, group, version, by.Who); err != nil {
				return err
			}
			return tx.writeSettings(ctx, normal)
		})
	}))
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

// whatChanges leaves out what stays as it is, and tells of the rest for the audit log.
func whatChanges(old models.Settings, changes []models.SettingChange) (kept []models.SettingChange, before, after models.Facts) {
	before, after = models.Facts{}, models.Facts{}
	for _, c := range changes {
		known, _ := models.FindSetting(c.Key)
		stored := old.Source(c.Key) == models.FromDatabase
		if c.Reset && !stored || !c.Reset && stored && c.Value == old.Text(c.Key) && !old.Unreadable(c.Key) {
			continue
		}
		kept = append(kept, c)
		before[string(c.Key)] = tell(known, old.Text(c.Key))
		after[string(c.Key)] = tell(known, c.Value)
		if c.Reset {
			after[string(c.Key)] = "(not set)"
		}
	}
	return kept, before, after
}

// tell is a value as the audit log has it: secrets not at all, long texts by their size and digest.
func tell(known models.Setting, value string) string {
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

// checkSettings checks what depends on more than one value, or on other rows.
func (s *Store) checkSettings(ctx context.Context, old models.Settings, group models.SettingGroup, changes []models.SettingChange) error {
	switch group {
	case models.GroupCurrency:
		return s.checkCurrency(ctx, old, changes)
	case models.GroupMail:
		return checkMail(old, changes)
	case models.GroupShop, models.GroupLegal, models.GroupOrders, models.GroupRetention:
	}
	return nil
}

// checkCurrency refuses another currency once there are orders: all their sums, and the reports over them, are in the old one.
// Before, prices stay the numbers that they are, so the new currency must have as many digits as the finest price.
func (s *Store) checkCurrency(ctx context.Context, old models.Settings, changes []models.SettingChange) error {
	code, digits := old.Currency().Code, old.Currency().Digits
	for _, c := range changes {
		known, _ := models.FindSetting(c.Key)
		if c.Reset {
			c.Value = known.Default
		}
		if c.Key == models.SettingCurrency {
			code = c.Value
			continue
		}
		n, err := strconv.Atoi(c.Value)
		if err != nil {
			return &models.SettingError{Key: c.Key, Problem: invalid.Between}
		}
		digits = n
	}
	used, err := s.HasOrders(ctx)
	switch {
	case err != nil:
		return err
	case used && code != old.Currency().Code:
		return &models.SettingError{Key: models.SettingCurrency, Problem: invalid.InUse}
	case used && digits != old.Currency().Digits:
		return &models.SettingError{Key: models.SettingCurrencyDigits, Problem: invalid.InUse}
	}
	return s.checkPriceDigits(ctx, digits)
}

func (s *Store) checkPriceDigits(ctx context.Context, digits int) error {
	fine := false
	err := s.each(ctx, "SELECT price FROM variants", nil, func(rows *sql.Rows) error {
		var price models.Amount
		err := rows.Scan(&price)
		fine = fine || price.Digits() > digits
		return err
	})
	if err == nil && fine {
		err = &models.SettingError{Key: models.SettingCurrencyDigits, Problem: invalid.Fine}
	}
	return err
}

// checkMail insists on what a mail server needs. A password that is kept goes to the server that it was typed for and to no other:
// whoever may change the server must not learn it that way.
func checkMail(old models.Settings, changes []models.SettingChange) error {
	now := map[models.SettingKey]string{}
	if old.Source(models.SettingMailHost) == models.FromDatabase {
		for _, key := range []models.SettingKey{models.SettingMailHost, models.SettingMailUser, models.SettingMailPassword, models.SettingMailFrom} {
			now[key] = old.Text(key)
		}
	}
	kept := now[models.SettingMailPassword] != ""
	was := now[models.SettingMailHost]
	for _, c := range changes {
		now[c.Key] = c.Value
		if c.Reset {
			delete(now, c.Key)
		}
		kept = kept && c.Key != models.SettingMailPassword
	}
	switch {
	case now[models.SettingMailHost] == "":
	case now[models.SettingMailFrom] == "":
		return &models.SettingError{Key: models.SettingMailFrom, Problem: invalid.NoSender}
	case now[models.SettingMailUser] == "" && now[models.SettingMailPassword] != "":
		return &models.SettingError{Key: models.SettingMailUser, Problem: invalid.NoUser}
	case kept && was != now[models.SettingMailHost]:
		return &models.SettingError{Key: models.SettingMailPassword, Problem: invalid.PasswordAgain}
	}
	return nil
}

// HasOrders reports that anybody has ever ordered.
func (s *Store) HasOrders(ctx context.Context) (bool, error) {
	var id string
	err := s.one(ctx, "SELECT id FROM orders LIMIT 1", nil, &id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, wrap("look for orders", err)
}

func (s *Store) nextVersion(ctx context.Context, group models.SettingGroup, version int, who string) error {
	row := settingGroup{string(group), version + 1, s.now(), who}
	clipTexts(&row, "who")
	if version == 0 {
		err := settingGroupTable.insert(ctx, s, &row)
		if errors.Is(err, ErrDuplicate) {
			return ErrConflict
		}
		return err
	}
	return s.update(ctx, "setting_groups", settingGroupTable.change(&row), "name = ? AND version = ?", row.Name, version)
}

func (s *Store) writeSettings(ctx context.Context, changes []models.SettingChange) error {
	for _, c := range changes {
		known, _ := models.FindSetting(c.Key)
		if known.Legacy != "" {
			if _, err := s.exec(ctx, "DELETE FROM settings WHERE name = ?", known.Legacy); err != nil {
				return err
			}
		}
		if err := s.writeSetting(ctx, known, c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) writeSetting(ctx context.Context, known models.Setting, c models.SettingChange) error {
	if c.Reset {
		_, err := s.exec(ctx, "DELETE FROM settings WHERE name = ?", c.Key)
		return err
	}
	row := setting{Name: string(c.Key), Value: c.Value}
	if known.Secret && c.Value != "" {
		var err error
		row.Value = ""
		if row.Sealed, err = s.sealer.seal(sealedSetting, row.Name, []byte(c.Value)); err != nil {
			return err
		}
	}
	return settingTable.put(ctx, s, &row)
}
