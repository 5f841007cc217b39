package store

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/migrations"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// replacing writes the end of an INSERT that changes the row instead where its key is taken.
func (s *Store) replacing(key []string, columns ...string) string {
	sets := make([]string, len(columns))
	for i, c := range columns {
		if s.dialect == migrations.SQLite {
			sets[i] = c + " = excluded." + c
		} else {
			sets[i] = c + " = VALUES(" + c + ")"
		}
	}
	if s.dialect == migrations.SQLite {
		return " ON CONFLICT (" + strings.Join(key, ", ") + ") DO UPDATE SET " + strings.Join(sets, ", ")
	}
	return " ON DUPLICATE KEY UPDATE " + strings.Join(sets, ", ")
}

// Setting reads one setting; ErrNotFound where it was never set.
func (s *Store) Setting(ctx context.Context, key string) (string, error) {
	var value string
	err := s.one(ctx, "SELECT value FROM settings WHERE name = ?", []any{key}, &value)
	return value, wrap("read the setting "+key, err)
}

// PutSetting stores one setting.
func (s *Store) PutSetting(ctx context.Context, key, value string) error {
	if err := checkTexts(setting{Name: key, Value: value}); err != nil {
		return wrap("store a setting", err)
	}
	_, err := s.exec(ctx, "INSERT INTO settings (name, value) VALUES (?, ?)"+s.replacing([]string{"name"}, "value"), key, value)
	return wrap("store the setting "+key, err)
}

// Settings reads all settings.
func (s *Store) Settings(ctx context.Context) (map[string]string, error) {
	all, err := readMap[string, string](ctx, s, "SELECT name, value FROM settings")
	return all, wrap("read the settings", err)
}

// counterDay returns the day of a counter: UTC, as text.
func counterDay(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// AddCounters adds numbers to today's counters (UTC), by name, in one statement.
func (s *Store) AddCounters(ctx context.Context, add map[string]int) error {
	if len(add) == 0 {
		return nil
	}
	return wrap("count", s.addCounters(ctx, counterDay(s.now()), add))
}

func (s *Store) addCounters(ctx context.Context, day string, add map[string]int) error {
	args := make([]any, 0, 3*len(add))
	for _, name := range sortedKeys(add) { // in one order, or two replicas would wait for each other crosswise
		if err := widths["counters"]["name"].check("name", name); err != nil {
			return err
		}
		args = append(args, day, name, add[name])
	}
	query := "INSERT INTO counters (day, name, value) VALUES " + strings.TrimSuffix(strings.Repeat("(?, ?, ?), ", len(add)), ", ")
	if s.dialect == migrations.SQLite {
		query += " ON CONFLICT (day, name) DO UPDATE SET value = value + excluded.value"
	} else {
		query += " ON DUPLICATE KEY UPDATE value = value + VALUES(value)"
	}
	_, err := s.exec(ctx, query, args...)
	return err
}
