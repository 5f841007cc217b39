package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/coincart/coincart/models"
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

// WriteSettings stores changes of one group's settings, which must be checked. ErrConflict: the group has another version than version;
// ErrNoSealKey.
func (s *Store) WriteSettings(ctx context.Context, group models.SettingGroup, version int, who string, changes []models.SettingChange) error {
	return s.Tx(ctx, func(tx *Store) error {
		if err := tx.nextVersion(ctx, group, version, who); err != nil {
			return err
		}
		return tx.writeSettings(ctx, changes)
	})
}

// PriceDigits returns the number of decimals of the finest price of all variants.
func (s *Store) PriceDigits(ctx context.Context) (digits int, err error) {
	err = s.each(ctx, "SELECT price FROM variants", nil, func(rows *sql.Rows) error {
		var price models.Amount
		err := rows.Scan(&price)
		digits = max(digits, price.Digits())
		return err
	})
	return digits, err
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
