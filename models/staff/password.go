package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/text/unicode/norm"

	"github.com/coincart/coincart/models"
)

// The cost of a hash: the minimum that OWASP recommends for argon2id with 19 MiB. A hash takes about 27 ms.
const (
	passes   = 2
	memory   = 19 * 1024 // KiB
	threads  = 1
	saltSize = 16
	hashSize = 32
)

// MaxPassword is the maximum length of a password, in runes.
const MaxPassword = 256

// minDistinct is the minimum number of distinct characters in a password, against "aaaaaaaaaaaa".
const minDistinct = 5

// ErrHash means that a text is not an argon2id hash in PHC form, or that checking a password against it would cost too much.
var ErrHash = errors.New("not a password hash")

// hasher hashes passwords. A semaphore limits how many at a time, because each takes 19 MiB; a queue limits how many wait for it.
type hasher struct {
	slots    *semaphore.Weighted
	inside   atomic.Int64 // number of people in the queue, with those whose password is being hashed
	parallel int64
}

// The length of the queue for each slot: about half a second of work for strangers. People who are known may wait behind them, so that
// strangers cannot fill it.
const (
	queueStrangers = 16
	queueKnown     = 2 * queueStrangers
)

func newHasher(parallel int) *hasher {
	if parallel <= 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	return &hasher{slots: semaphore.NewWeighted(int64(parallel)), parallel: int64(parallel)}
}

// enter takes a place in the queue; leave gives it back. known means that the person has signed in before with this browser, or is signed
// in. Errors: ErrBusy, at once.
func (h *hasher) enter(known bool) (leave func(), err error) {
	places := h.parallel * queueStrangers
	if known {
		places = h.parallel * queueKnown
	}
	leave = func() { h.inside.Add(-1) }
	if h.inside.Add(1) > places {
		leave()
		return nil, ErrBusy
	}
	return leave, nil
}

// hash returns the hash of a password in PHC form: $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.slots.Acquire(ctx, 1); err != nil {
		return "", fmt.Errorf("wait to hash a password: %w", err)
	}
	defer h.slots.Release(1)
	return newHash(prepare(password)), nil
}

// verify reports whether password has the hash phc. outdated means that the hash has another cost than new ones and should be replaced.
func (h *hasher) verify(ctx context.Context, phc, password string) (ok, outdated bool, err error) {
	p, err := parsePHC(phc)
	if err != nil {
		return false, false, err
	}
	if err := h.slots.Acquire(ctx, 1); err != nil {
		return false, false, fmt.Errorf("wait to check a password: %w", err)
	}
	defer h.slots.Release(1)
	got := argon2.IDKey(prepare(password), p.salt, p.passes, p.memory, p.threads, uint32(len(p.hash))) //nolint:gosec // at most 64
	return subtle.ConstantTimeCompare(got, p.hash) == 1, p.outdated(), nil
}

func newHash(password []byte) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // crypto/rand never fails
	return writePHC(salt, argon2.IDKey(password, salt, passes, memory, threads, hashSize))
}

func writePHC(salt, sum []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, threads, b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// decoy returns a hash that no password has. Checking a password against it takes as long as against a real hash.
func decoy() string { return writePHC(make([]byte, saltSize), make([]byte, hashSize)) }

// prepare normalises a password, because keyboards compose characters differently.
func prepare(password string) []byte { return norm.NFKC.Bytes([]byte(password)) }

// phc is a hash with its parameters.
type phc struct {
	memory, passes uint32
	threads        uint8
	salt, hash     []byte
}

func (p phc) outdated() bool {
	return p.memory != memory || p.passes != passes || p.threads != threads || len(p.salt) != saltSize || len(p.hash) != hashSize
}

// Limits of a stored hash. They keep a planted row from stopping the server.
const (
	maxMemory  = 256 * 1024 // KiB
	maxPasses  = 16
	maxThreads = 16
	maxBytes   = 64
	minBytes   = 8
)

// parsePHC parses the PHC form of argon2id (github.com/P-H-C/phc-string-format). Errors: ErrHash.
func parsePHC(text string) (phc, error) {
	var p phc
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, ErrHash
	}
	var m, t, n uint32
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &n); err != nil || parts[3] != fmt.Sprintf("m=%d,t=%d,p=%d", m, t, n) {
		return p, ErrHash
	}
	if m < 8*n || m > maxMemory || t < 1 || t > maxPasses || n < 1 || n > maxThreads {
		return p, ErrHash
	}
	var err error
	if p.salt, err = unbase64(parts[4]); err != nil {
		return p, err
	}
	if p.hash, err = unbase64(parts[5]); err != nil {
		return p, err
	}
	p.memory, p.passes, p.threads = m, t, uint8(n)
	return p, nil
}

func unbase64(text string) ([]byte, error) {
	b, err := base64.RawStdEncoding.Strict().DecodeString(text)
	if err != nil || len(b) < minBytes || len(b) > maxBytes {
		return nil, ErrHash
	}
	return b, nil
}

// checkPassword refuses passwords that are shorter than models.MinPassword, longer than MaxPassword, or easy to guess. Errors: ErrPassword,
// ErrPasswordIs.
func checkPassword(password, email, name, shop string) error {
	n := utf8.RuneCountInString(password)
	if n < models.MinPassword || n > MaxPassword || !utf8.ValidString(password) {
		return ErrPassword
	}
	different := map[rune]bool{}
	for _, r := range lowered(password) {
		different[r] = true
	}
	local, _, _ := strings.Cut(email, "@")
	if len(different) < minDistinct || isGuessable(password, email, local, name, shop, program) {
		return ErrPasswordIs
	}
	return nil
}

// program is the name of this software, which many would put into a password.
const program = "coincart"
