package staff

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"rsc.io/qr"

	"github.com/coincart/coincart/models"
)

// rfc6238 is the secret of RFC 6238, Appendix B: the ASCII text "12345678901234567890" in base32.
const rfc6238 = models.Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")

// The vectors are those of RFC 6238, Appendix B, for SHA-1, cut to six digits.
func TestCode_FollowsRFC6238(t *testing.T) {
	for second, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		code, err := Code(rfc6238, Step(time.Unix(second, 0)))
		require.NoError(t, err)
		assert.Equal(t, want, code, second)
	}
	_, err := Code(rfc6238, -1)
	require.Error(t, err)
	_, err = Code("not base32!", 1)
	require.Error(t, err)
}

func TestMatchStep_TakesTheNeighboursAndNothingUsed(t *testing.T) {
	now := time.Unix(1234567890, 0)
	step := Step(now)
	for offset := int64(-3); offset <= 3; offset++ {
		code, err := Code(rfc6238, step+offset)
		require.NoError(t, err)
		got, ok, err := matchStep(rfc6238, code, now, 0)
		require.NoError(t, err)
		near := offset >= -1 && offset <= 1
		assert.Equal(t, near, ok, "step %+d", offset)
		if near {
			assert.Equal(t, step+offset, got)
		}
		_, ok, err = matchStep(rfc6238, code, now, step+offset)
		require.NoError(t, err)
		assert.False(t, ok, "step %+d was used", offset)
	}
}

func TestNewSecret_IsRandomAndReadable(t *testing.T) {
	a, b := newSecret(), newSecret()
	assert.NotEqual(t, a, b)
	assert.Len(t, a.Reveal(), 32)
	_, err := Code(a, 1)
	require.NoError(t, err)
}

func TestKey_IsWhatAuthenticatorsRead(t *testing.T) {
	key := Key{Secret: rfc6238, Issuer: "Tea & Pots: Ltd", Email: "ann+shop@example.com"}
	u, err := url.Parse(key.URL())
	require.NoError(t, err)
	assert.Equal(t, "otpauth", u.Scheme)
	assert.Equal(t, "totp", u.Host)
	assert.Equal(t, "/Tea & Pots  Ltd:ann+shop@example.com", u.Path, "a colon divides issuer and account")
	assert.Equal(t, rfc6238.Reveal(), u.Query().Get("secret"))
	assert.Equal(t, "Tea & Pots  Ltd", u.Query().Get("issuer"))
	assert.NotContains(t, key.URL(), "+", "spaces are %20")
	assert.Equal(t, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ", key.Grouped())
	assert.NotContains(t, key.Secret.String(), "GEZD")
}

func TestKey_QRDrawsEveryBlackModule(t *testing.T) {
	key := Key{Secret: rfc6238, Issuer: "Osier", Email: "ann@example.com"}
	size, path, err := key.QR()
	require.NoError(t, err)
	code, err := qr.Encode(key.URL(), qr.M)
	require.NoError(t, err)
	require.Equal(t, code.Size+2*quietZone, size)
	assert.Equal(t, "", strings.Trim(path, "Mhvz-0123456789 "), "nothing but a path")

	drawn := make([][]bool, size)
	for i := range drawn {
		drawn[i] = make([]bool, size)
	}
	for run := range strings.SplitSeq(strings.TrimPrefix(path, "M"), "M") {
		var x, y, width int
		_, err := fmt.Sscanf(run, "%d %dh%d", &x, &y, &width)
		require.NoError(t, err, run)
		for i := range width {
			drawn[y][x+i] = true
		}
	}
	for y := range size {
		for x := range size {
			inside := x >= quietZone && y >= quietZone && x < size-quietZone && y < size-quietZone
			require.Equal(t, inside && code.Black(x-quietZone, y-quietZone), drawn[y][x], "%d,%d", x, y)
		}
	}
}

func TestRecovery_CodesMatchTheirHashes(t *testing.T) {
	codes, hashes := newRecovery()
	stored := strings.Fields(hashes)
	require.Len(t, codes, recoveryCodes)
	require.Len(t, stored, recoveryCodes)
	seen := map[string]bool{}
	for i, code := range codes {
		assert.Regexp(t, `^[a-z2-7]{4}(-[a-z2-7]{4}){3}$`, code)
		assert.False(t, seen[code])
		seen[code] = true
		read, recovery, ok := readCode(" " + strings.ToUpper(code) + " ")
		assert.True(t, ok && recovery)
		assert.Equal(t, stored[i], RecoveryHash(read))
		assert.Equal(t, stored[i], RecoveryHash(code))
		assert.NotContains(t, hashes, normalCode(code))
	}
	assert.Equal(t, recoveryCodes, RecoveryLeft(models.Staff{RecoveryHash: hashes}))
	assert.Zero(t, RecoveryLeft(models.Staff{}))
}

func TestReadCode(t *testing.T) {
	for typed, want := range map[string]struct {
		code         string
		recovery, ok bool
	}{
		"123456": {"123456", false, true}, "123 456": {"123456", false, true}, "12-34-56": {"123456", false, true},
		"abcd-efgh-ijkl-mnop": {"ABCDEFGHIJKLMNOP", true, true}, "ABCDEFGHIJKLMNO2": {"ABCDEFGHIJKLMNO2", true, true},
		"": {}, "12345": {}, "1234567": {}, "12345a": {}, "١٢٣٤٥٦": {}, "abcd-efgh-ijkl-mno1": {}, "abcd-efgh-ijkl-mn": {}, strings.Repeat(" ", 100) + "123456": {},
	} {
		code, recovery, ok := readCode(typed)
		assert.Equal(t, want.code, code, typed)
		assert.Equal(t, want.recovery, recovery, typed)
		assert.Equal(t, want.ok, ok, typed)
	}
}

func FuzzReadCode(f *testing.F) {
	for _, seed := range []string{"123456", "abcd-efgh-ijkl-mnop", "１２３４５６", "--- ---"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, recovery, ok := readCode(typed)
		switch {
		case !ok && code != "":
			t.Fatalf("%q is refused and read as %q", typed, code)
		case ok && recovery && len(code) != recoveryLength, ok && !recovery && len(code) != 6:
			t.Fatalf("%q is read as %q", typed, code)
		case strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "":
			t.Fatalf("%q is read as %q", typed, code)
		}
	})
}

func TestUserAgent_IsMadeFit(t *testing.T) {
	assert.Equal(t, "Mozilla/5.0 (X11)", userAgent("Mozilla/5.0\x00 \x1b(X11)\xff\u202e"))
	assert.Len(t, []rune(userAgent(strings.Repeat("界", 5000))), 200)
}

func TestIsID(t *testing.T) {
	assert.True(t, IsID(newID()))
	for _, text := range []string{"", "a", strings.Repeat("a", 52), strings.Repeat("A", 51), strings.Repeat("A", 53), strings.Repeat("é", 26)} {
		assert.False(t, IsID(text), text)
	}
}

func TestCheckEmailAndName(t *testing.T) {
	for email, ok := range map[string]bool{
		"ann@example.com": true, "ann+x@localhost": true, "": false, "ann": false, "ann@": false, "@x": false, "Ann <ann@x.example>": false,
		"ann@x.example\r\nBcc: y": false, "änn@x.example": false, "a b@x.example": false, strings.Repeat("a", 250) + "@x.example": false,
	} {
		assert.Equal(t, ok, checkEmail(email) == nil, email)
	}
	for name, ok := range map[string]bool{
		"Ann Lee": true, "李安": true, "": false, "a\nb": false, "a\u202eb": false, "\xff": false, strings.Repeat("a", 101): false, strings.Repeat("安", 100): true,
	} {
		assert.Equal(t, ok, checkName(name) == nil, name)
	}
}
