package media

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

const (
	waitTime = 5 * time.Second
	waitStep = time.Millisecond
)

func hash(letter string) string { return strings.Repeat(letter, 26) }

func TestParse_TakesOneSpellingOnly(t *testing.T) {
	_, ok := parseName(hash("a") + "-small.webp")
	assert.True(t, ok)
	for _, text := range []string{
		"", "-", ".", hash("a"), hash("a") + "-small", hash("a") + "-tiny.jpg", hash("a") + "-small.svg", hash("A") + "-small.jpg",
		hash("a") + "-small.jpg.exe", hash("a") + "-small.JPG", hash("a") + "--small.jpg", "a-small.jpg", hash("a") + "-small.jpg ",
	} {
		_, ok := parseName(text)
		assert.False(t, ok, "%q", text)
	}
}

func TestShelf_AsksOnceForManyAndForgetsTheOldest(t *testing.T) {
	var asked atomic.Int32
	gate := make(chan struct{})
	s := newShelf(func(_ context.Context, h, _ string) (models.MediaFile, error) {
		asked.Add(1)
		<-gate
		if h == hash("x") {
			return models.MediaFile{}, store.ErrNotFound
		}
		return models.MediaFile{Format: "jpg", Data: make([]byte, 40)}, nil
	}, 100)
	get := func(letter string) ([]byte, error) {
		text := hash(letter) + "-small.jpg"
		n, ok := parseName(text)
		require.True(t, ok)
		return s.data(t.Context(), text, n)
	}
	var group errgroup.Group
	for range 20 {
		group.Go(func() error { _, err := get("a"); return err })
	}
	require.Eventually(t, func() bool { return asked.Load() == 1 }, waitTime, waitStep)
	close(gate)
	require.NoError(t, group.Wait())
	most := asked.Load()
	assert.LessOrEqual(t, most, int32(20))

	for _, letter := range []string{"a", "b", "a", "c"} { // a was used last, so b goes
		_, err := get(letter)
		require.NoError(t, err)
	}
	before := asked.Load()
	_, err := get("a")
	require.NoError(t, err)
	assert.Equal(t, before, asked.Load(), "a is kept")
	_, err = get("b")
	require.NoError(t, err)
	assert.Equal(t, before+1, asked.Load(), "b was forgotten")
	assert.LessOrEqual(t, s.bytes, 100)
	_, err = get("x")
	require.ErrorIs(t, err, store.ErrNotFound)

	small := newShelf(s.load, 10)
	n, _ := parseName(hash("a") + "-small.jpg")
	_, err = small.data(t.Context(), "a", n)
	require.NoError(t, err, "one that is larger than the memory is served, not kept")
	assert.Zero(t, small.bytes)
	n.format = "png"
	_, err = small.data(t.Context(), "a.png", n)
	require.ErrorIs(t, err, store.ErrNotFound, "another format than the one it has")
}
