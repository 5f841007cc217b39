package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"github.com/coincart/coincart/models"
)

// SaveMedia stores an uploaded picture with its files. One that is there already stays as it is, and counts as uploaded now. It is
// forgotten again by SweepMedia unless KeepMedia names it.
func (s *Store) SaveMedia(ctx context.Context, m models.Media, files []models.MediaFile) error {
	if len(files) == 0 {
		return errors.New("store the picture: it has no files")
	}
	m.CreatedAt = s.now()
	return wrap("store the picture", s.Tx(ctx, func(tx *Store) error {
		n, err := tx.exec(ctx, "UPDATE media SET created_at = ? WHERE hash = ?", m.CreatedAt, m.Hash)
		if err != nil || n > 0 {
			return err
		}
		row := m
		if err := tx.create(ctx, &row); err != nil {
			return err
		}
		for _, f := range files { // each is large: one statement for all might be larger than the database takes
			f.Hash = m.Hash
			if err := tx.create(ctx, &f, clause.OnConflict{DoNothing: true}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// MediaFile reads one size of an uploaded picture; ErrNotFound.
func (s *Store) MediaFile(ctx context.Context, hash, size string) (models.MediaFile, error) {
	f := models.MediaFile{Hash: hash, Size: size}
	if !isKey(hash) || !isKey(size) {
		return f, fmt.Errorf("read the picture: %w", ErrNotFound)
	}
	err := s.one(ctx, "SELECT format, data FROM media_files WHERE hash = ? AND size = ?", []any{hash, size}, &f.Format, &f.Data)
	return f, wrap("read the picture", err)
}

// KeepMedia says that something shows these pictures, in the caller's transaction: from now on they stay. Names that are not of uploads
// are passed over; an upload that is not there is ErrNotFound.
func (s *Store) KeepMedia(ctx context.Context, sources ...string) error {
	sources = slices.Clone(sources)
	slices.Sort(sources) // in one order everywhere, so that no two wait for each other
	for _, source := range slices.Compact(sources) {
		name, ok := strings.CutPrefix(source, "media/")
		if !ok {
			continue
		}
		hash, _, _ := strings.Cut(name, "-")
		if err := s.execOr(ctx, ErrNotFound, "UPDATE media SET kept = ? WHERE hash = ? AND source = ?", true, hash, source); err != nil {
			return wrap("keep the picture", err)
		}
	}
	return nil
}

// SweepMedia deletes uploads from before a time that nothing ever showed, at most limit, and returns their number. Pictures that were
// shown once are kept: orders and mails of the past may name them.
func (s *Store) SweepMedia(ctx context.Context, before time.Time, limit int) (int, error) {
	hashes, err := s.readTexts(ctx, "SELECT hash FROM media WHERE kept = ? AND created_at < ? ORDER BY created_at, hash LIMIT ?", false, before, limit)
	if err != nil {
		return 0, wrap("find forgotten pictures", err)
	}
	deleted := 0
	for _, hash := range hashes {
		n, err := s.exec(ctx, "DELETE FROM media WHERE hash = ? AND kept = ? AND created_at < ?", hash, false, before)
		if err != nil {
			return deleted, wrap("delete a forgotten picture", err)
		}
		deleted += int(n)
	}
	return deleted, nil
}
