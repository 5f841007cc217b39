package store_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// upload is a picture that nobody made, with files of a size that no single packet of MySQL's default holds together.
func upload(letter string) (models.Media, []models.MediaFile) {
	m := models.Media{Hash: strings.Repeat(letter, 26), Width: 2000, Height: 1000}
	m.Source = "media/" + m.Hash + "-2000x1000.jpg"
	return m, []models.MediaFile{
		{Size: "small", Format: "jpg", Data: []byte("s" + letter)},
		{Size: "large", Format: "jpg", Data: bytes.Repeat([]byte(letter), 3<<20)},
	}
}

func eachWithClock(t *testing.T, fn func(t *testing.T, s *store.Store, clock *modelstest.Clock)) {
	t.Helper()
	var clock *modelstest.Clock
	modelstest.EachWith(t, func() []modelstest.Option {
		clock = modelstest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
		return []modelstest.Option{modelstest.WithClock(clock)}
	}, func(t *testing.T, s *store.Store) {
		t.Helper()
		fn(t, s, clock)
	})
}

func TestMedia_IsReadAsItWasSaved(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		m, files := upload("a")
		require.NoError(t, s.SaveMedia(t.Context(), m, files))
		require.NoError(t, s.SaveMedia(t.Context(), m, files), "the same upload again")
		got, err := s.MediaFile(t.Context(), m.Hash, "large")
		require.NoError(t, err)
		assert.Equal(t, models.MediaFile{Hash: m.Hash, Size: "large", Format: "jpg", Data: files[1].Data}, got)
		for _, name := range [][2]string{{m.Hash, "medium"}, {strings.ToUpper(m.Hash), "small"}, {m.Hash + " ", "small"}, {"", ""}, {m.Hash, "small "}} {
			_, err := s.MediaFile(t.Context(), name[0], name[1])
			assert.ErrorIs(t, err, store.ErrNotFound, "%q", name)
		}
		require.Error(t, s.SaveMedia(t.Context(), m, nil))
	})
}

func TestMedia_ForgetsWhatWasNeverShown(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		shown, shownFiles := upload("b")
		forgotten, forgottenFiles := upload("c")
		again, againFiles := upload("d")
		require.NoError(t, s.SaveMedia(t.Context(), shown, shownFiles))
		require.NoError(t, s.SaveMedia(t.Context(), forgotten, forgottenFiles))
		require.NoError(t, s.SaveMedia(t.Context(), again, againFiles))
		require.NoError(t, s.KeepMedia(t.Context(), shown.Source, "pictures/mug.svg", shown.Source, ""))
		clock.Advance(2 * time.Hour)
		require.NoError(t, s.SaveMedia(t.Context(), again, againFiles), "uploaded once more")
		n, err := s.SweepMedia(t.Context(), clock.Now().Add(-time.Hour), 10)
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		_, err = s.MediaFile(t.Context(), forgotten.Hash, "small")
		require.ErrorIs(t, err, store.ErrNotFound, "its files went with it")
		for _, m := range []models.Media{shown, again} {
			_, err = s.MediaFile(t.Context(), m.Hash, "small")
			require.NoError(t, err)
		}
		clock.Advance(1000 * time.Hour)
		n, err = s.SweepMedia(t.Context(), clock.Now(), 10)
		require.NoError(t, err)
		assert.Equal(t, 1, n, "what was shown once is kept for ever")
	})
}

func TestKeepMedia_RefusesWhatIsNotThereAndKeepsNothingThen(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		m, files := upload("e")
		require.NoError(t, s.SaveMedia(t.Context(), m, files))
		wrong := strings.Replace(m.Source, "2000", "2001", 1)
		for _, missing := range []string{wrong, "media/" + strings.Repeat("z", 26) + "-1x1.jpg", "media/"} {
			err := s.Tx(t.Context(), func(tx *store.Store) error { return tx.KeepMedia(t.Context(), m.Source, missing) })
			require.ErrorIs(t, err, store.ErrNotFound, missing)
		}
		clock.Advance(time.Hour)
		n, err := s.SweepMedia(t.Context(), clock.Now(), 10)
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		require.NoError(t, errors.Join(s.KeepMedia(t.Context()), s.KeepMedia(t.Context(), "pictures/a.svg")))
	})
}
