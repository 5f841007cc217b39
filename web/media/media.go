// Package media serves the pictures that were uploaded. They are in the database, so that every replica has them, and each replica keeps
// those that are asked for most in a bounded part of its memory.
package media

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/sync/singleflight"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/pictures"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/web/visit"
)

// Prefix is where the pictures' addresses begin: /media/{hash}-{size}.{format}.
const Prefix = "/media/"

// DefaultMemory is the maximum size of the pictures that a replica keeps, in bytes.
const DefaultMemory = 64 << 20

// loadTimeout bounds one question to the database, which answers all that wait for the picture.
const loadTimeout = 5 * time.Second

// Shelf serves pictures from memory, or else from the database.
type Shelf struct {
	load     func(ctx context.Context, hash, size string) (models.MediaFile, error)
	maxBytes int
	flight   singleflight.Group

	mu    sync.Mutex
	kept  *simplelru.LRU[string, []byte]
	bytes int
}

// New returns a shelf that holds at most memory bytes.
func New(s *store.Store, memory int) *Shelf {
	return newShelf(s.MediaFile, memory)
}

// entries is the maximum number of pictures; memory is the limit that counts.
const entries = 1 << 20

func newShelf(load func(ctx context.Context, hash, size string) (models.MediaFile, error), memory int) *Shelf {
	s := &Shelf{load: load, maxBytes: memory}
	kept, err := simplelru.NewLRU(entries, func(_ string, data []byte) { s.bytes -= len(data) })
	if err != nil {
		panic(err) // the number of entries is a constant
	}
	s.kept = kept
	return s
}

// name is a picture's address without the prefix.
type name struct {
	hash   string
	size   pictures.Size
	format pictures.Format
}

// parseName parses the canonical spelling of an address.
func parseName(text string) (name, bool) {
	hash, rest, ok := strings.Cut(text, "-")
	size, format, dot := strings.Cut(rest, ".")
	n := name{hash, pictures.Size(size), pictures.Format(format)}
	return n, ok && dot && pictures.IsHash(hash) && n.size.Width() > 0 && n.format.ContentType() != ""
}

// Serve answers GET and HEAD of /media/{name}. The content of an address never changes, so that browsers may keep it for ever.
func (s *Shelf) Serve(v *visit.Visit) error {
	text := v.Param("name")
	n, ok := parseName(text)
	if !ok {
		return visit.ErrNoPage
	}
	data, err := s.data(v.Context(), text, n)
	if errors.Is(err, store.ErrNotFound) {
		return visit.ErrNoPage
	}
	if err != nil {
		return fmt.Errorf("read a picture: %w", err)
	}
	v.SetHeader("Cache-Control", "public, max-age=31536000, immutable")
	tag := `"` + text + `"`
	v.SetHeader("ETag", tag)
	if strings.Contains(v.Header("If-None-Match"), tag) {
		return v.Bytes(http.StatusNotModified, "", nil)
	}
	return v.Bytes(http.StatusOK, n.format.ContentType(), data)
}

// data returns a picture from memory, else from the database; simultaneous requests cause one query.
func (s *Shelf) data(ctx context.Context, text string, n name) ([]byte, error) {
	if data, ok := s.cachedData(text); ok {
		return data, nil
	}
	found := s.flight.DoChan(text, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		defer cancel()
		file, err := s.load(ctx, n.hash, string(n.size))
		if err != nil {
			return nil, err
		}
		if file.Format != string(n.format) {
			return nil, store.ErrNotFound
		}
		s.store(text, file.Data)
		return file.Data, nil
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-found:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.([]byte), nil //nolint:forcetypeassert,errcheck // the function above returns nothing else
	}
}

func (s *Shelf) cachedData(text string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.Get(text)
}

// store stores a picture in memory and evicts the least recently used ones.
func (s *Shelf) store(text string, data []byte) {
	if len(data) > s.maxBytes {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept.Contains(text) {
		return
	}
	s.bytes += len(data)
	s.kept.Add(text, data)
	for s.bytes > s.maxBytes {
		s.kept.RemoveOldest()
	}
}
