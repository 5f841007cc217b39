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
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/text/unicode/norm"

	"github.com/coincart/coincart/models"
)

// The cost of a password: OWASP's least for argon2id with 19 MiB. A hash takes about 27 ms.
const (
	passes   = 2
	memory   = 19 * 1024 // KiB
	threads  = 1
	saltSize = 16
	hashSize = 32
)

// MaxPassword is the longest password, in runes.
const MaxPassword = 256

// leastVariety is how many different characters a password has at least: "aaaaaaaaaaaa" is none.
const leastVariety = 5

// ErrHash says that a text is no argon2id hash in PHC form, or one whose cost is not ours to pay.
var ErrHash = errors.New("not a password hash")

// hasher hashes passwords, so many at a time: each takes 19 MiB.
type hasher struct{ turns *semaphore.Weighted }

func newHasher(parallel int) *hasher {
	if parallel <= 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	return &hasher{turns: semaphore.NewWeighted(int64(parallel))}
}

// hash writes a password's hash in PHC form: $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.turns.Acquire(ctx, 1); err != nil {
		return "", fmt.Errorf("wait to hash a password: %w", err)
	}
	defer h.turns.Release(1)
	return hashed(prepare(password)), nil
}

// HashPassword writes a password's hash in PHC form at today's cost, for tests and for tools.
func HashPassword(ctx context.Context, password string) (string, error) {
	return newHasher(1).hash(ctx, password)
}

// verify reports that the hash is the password's. old says that it was made at another cost than today's and should be made again.
func (h *hasher) verify(ctx context.Context, phc, password string) (ok, old bool, err error) {
	p, err := parsePHC(phc)
	if err != nil {
		return false, false, err
	}
	if err := h.turns.Acquire(ctx, 1); err != nil {
		return false, false, fmt.Errorf("wait to check a password: %w", err)
	}
	defer h.turns.Release(1)
	got := argon2.IDKey(prepare(password), p.salt, p.passes, p.memory, p.threads, uint32(len(p.hash))) //nolint:gosec // at most 64
	return subtle.ConstantTimeCompare(got, p.hash) == 1, p.old(), nil
}

func hashed(password []byte) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails: crypto/rand
	return writePHC(salt, argon2.IDKey(password, salt, passes, memory, threads, hashSize))
}

func writePHC(salt, sum []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, threads, b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// decoy looks like a hash, and checking a password against it takes as long as against a real one.
func decoy() string { return writePHC(make([]byte, saltSize), make([]byte, hashSize)) }

// prepare brings a password into one form, however a keyboard composes its characters.
func prepare(password string) []byte { return norm.NFKC.Bytes([]byte(password)) }

// phc is a hash with its cost.
type phc struct {
	memory, passes uint32
	threads        uint8
	salt, hash     []byte
}

func (p phc) old() bool {
	return p.memory != memory || p.passes != passes || p.threads != threads || len(p.salt) != saltSize || len(p.hash) != hashSize
}

// The most that a stored hash may cost: rows that somebody planted must not stop the server.
const (
	mostMemory  = 256 * 1024 // KiB
	mostPasses  = 16
	mostThreads = 16
	mostBytes   = 64
	leastBytes  = 8
)

// parsePHC reads the PHC form of argon2id (github.com/P-H-C/phc-string-format). The error is ErrHash.
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
	if m < 8*n || m > mostMemory || t < 1 || t > mostPasses || n < 1 || n > mostThreads {
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
	if err != nil || len(b) < leastBytes || len(b) > mostBytes {
		return nil, ErrHash
	}
	return b, nil
}

// checkPassword refuses passwords that are too short (models.MinPassword) or too long, and those that anybody would try first. Errors:
// ErrPassword, ErrPasswordIs.
func checkPassword(password, email, name, shop string) error {
	n := utf8.RuneCountInString(password)
	if n < models.MinPassword || n > MaxPassword || !utf8.ValidString(password) {
		return ErrPassword
	}
	plain := fold(password)
	different := map[rune]bool{}
	for _, r := range plain {
		different[r] = true
	}
	if len(different) < leastVariety {
		return ErrPasswordIs
	}
	local, _, _ := strings.Cut(email, "@")
	for _, word := range append(firstGuesses(), email, local, name, shop) {
		if word = fold(word); word != "" && strings.Trim(strings.ReplaceAll(plain, word, ""), "0123456789!?.") == "" {
			return ErrPasswordIs
		}
	}
	return nil
}

// fold writes a password as a guesser would: small letters, no spaces.
func fold(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(text), ""))
}

// firstGuesses are what a password must not be made of alone, with or without digits around it. They are the words behind the most
// used passwords of twelve characters and more.
func firstGuesses() []string {
	return []string{
		"password", "passwort", "passw0rd", "qwertyuiop", "qwerty", "asdfghjkl", "zxcvbnm", "1q2w3e4r5t6y", "1qaz2wsx3edc", "iloveyou", "letmein",
		"welcome", "administrator", "admin", "changeme", "secret", "coincart", "abcdefghijkl", "football", "princess", "sunshine", "dragon", "monkey",
		"trustno1",
	}
}
