package staff

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHasher_ChecksItsOwnHashes(t *testing.T) {
	h := newHasher(1)
	hash, err := h.hash(t.Context(), "correct horse battery staple")
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$"), hash)
	for password, want := range map[string]bool{
		"correct horse battery staple": true, "correct horse battery stapl": false, "Correct horse battery staple": false, "": false,
	} {
		ok, old, err := h.verify(t.Context(), hash, password)
		require.NoError(t, err)
		assert.Equal(t, want, ok, password)
		assert.False(t, old)
	}
	again, err := h.hash(t.Context(), "correct horse battery staple")
	require.NoError(t, err)
	assert.NotEqual(t, hash, again, "the salt is random")
}

func TestHasher_TakesAPasswordHoweverItWasComposed(t *testing.T) {
	h := newHasher(1)
	hash, err := h.hash(t.Context(), "cafe\u0301 cafe\u0301 cafe\u0301")
	require.NoError(t, err)
	ok, _, err := h.verify(t.Context(), hash, "caf\u00e9 caf\u00e9 caf\u00e9")
	require.NoError(t, err)
	assert.True(t, ok)
}

// The hash is the one in the tests of the reference implementation (phc-winner-argon2, test.c: version 0x13, argon2id, t=2, m=2^16, p=1,
// password "password", salt "somesalt").
func TestHasher_KnowsTheReferenceHash(t *testing.T) {
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	ok, old, err := newHasher(1).verify(t.Context(), reference, "password")
	require.NoError(t, err)
	assert.True(t, ok)
	assert.True(t, old, "another cost than today's is hashed anew")
}

func TestHasher_WaitsForItsTurn(t *testing.T) {
	h := newHasher(1)
	require.NoError(t, h.slots.Acquire(t.Context(), 1))
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := h.hash(ctx, "anything")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, _, err = h.verify(ctx, decoy(), "anything")
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestDecoy_CostsWhatAHashCosts(t *testing.T) {
	p, err := parsePHC(decoy())
	require.NoError(t, err)
	assert.False(t, p.outdated())
	ok, _, err := newHasher(1).verify(t.Context(), decoy(), "")
	require.NoError(t, err)
	assert.False(t, ok)
}

func TestParsePHC_RefusesEverythingElse(t *testing.T) {
	const salt, sum = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for _, text := range []string{
		"", "$", "argon2id", "$argon2i$v=19$m=65536,t=2,p=1$" + salt + "$" + sum, "$argon2id$v=16$m=65536,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=65536,t=2$" + salt + "$" + sum, "$argon2id$v=19$m=065536,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=65536,t=2,p=1 $" + salt + "$" + sum, "$argon2id$v=19$m=4294967295,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=65536,t=4000000,p=1$" + salt + "$" + sum, "$argon2id$v=19$m=65536,t=2,p=255$" + salt + "$" + sum,
		"$argon2id$v=19$m=65536,t=0,p=1$" + salt + "$" + sum, "$argon2id$v=19$m=65536,t=2,p=0$" + salt + "$" + sum,
		"$argon2id$v=19$m=7,t=2,p=1$" + salt + "$" + sum, "$argon2id$v=19$m=65536,t=2,p=1$$" + sum, "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$",
		"$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$" + sum + "=", "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$" + sum + "$x",
		"$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", "$argon2id$v=19$m=-1,t=2,p=1$" + salt + "$" + sum,
	} {
		_, err := parsePHC(text)
		require.ErrorIs(t, err, ErrHash, text)
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add(decoy())
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=99999999999,t=2,p=1$$")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parsePHC(text)
		if err != nil {
			return
		}
		if p.memory > maxMemory || p.passes > maxPasses || p.threads > maxThreads || p.passes < 1 || p.threads < 1 {
			t.Fatalf("%q costs too much: %+v", text, p)
		}
		if len(p.salt) > maxBytes || len(p.hash) > maxBytes || len(p.hash) < minBytes {
			t.Fatalf("%q has odd sizes", text)
		}
	})
}

func TestCheckPassword(t *testing.T) {
	const email, name, shop = "margaret@shop.example", "Margaret Hamilton", "Osier"
	for password, want := range map[string]error{
		"correct horse battery": nil,
		"十二个字符的密码也可以用吧":         nil,
		"short 1 !":                     ErrPassword,
		strings.Repeat("ab1! cdef", 30): ErrPassword,
		"twelve\xffbytes here":          ErrPassword,
		"aaaaaaaaaaaaaaaa":              ErrPasswordIs,
		"abababababab":                  ErrPasswordIs,
		"password1234":                  ErrPasswordIs,
		"PassWord 2026!!":               ErrPasswordIs,
		"margaret2026":                  ErrPasswordIs,
		"margaret@shop.example":         ErrPasswordIs,
		"MargaretHamilton1":             ErrPasswordIs,
		"osierosierosier":               ErrPasswordIs,
		"margaret likes tea":            nil,
		"123456789012":                  ErrPasswordIs,
	} {
		err := checkPassword(password, email, name, shop)
		if want == nil {
			require.NoError(t, err, password)
		} else {
			require.ErrorIs(t, err, want, password)
		}
	}
}

func TestSlowdown_DoublesUpToTheMost(t *testing.T) {
	d := slowdown{free: 3, max: 10 * time.Second}
	var waits []string
	for n := range 10 {
		waits = append(waits, fmt.Sprint(d.wait(n)))
	}
	assert.Equal(t, "0s 0s 0s 1s 2s 4s 8s 10s 10s 10s", strings.Join(waits, " "))
	assert.Equal(t, 10*time.Second, d.wait(1_000_000_000), "no overflow")
}

func TestWaitError_RoundsUp(t *testing.T) {
	assert.Equal(t, 1, (&WaitError{Left: time.Millisecond}).Seconds())
	assert.Equal(t, 2, (&WaitError{Left: 1001 * time.Millisecond}).Seconds())
	assert.Equal(t, 60, RetryAfter(fmt.Errorf("sign in: %w", &WaitError{Left: time.Minute})))
	assert.Zero(t, RetryAfter(ErrCode))
}
