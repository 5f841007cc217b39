package staff

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCommonLists_AreFoldedAndSorted(t *testing.T) {
	for name, list := range map[string]string{"passwords": commonPasswords, "words": commonWords} {
		lines := strings.Split(strings.TrimSuffix(list, "\n"), "\n")
		require.Greater(t, len(lines), 10_000, name)
		assert.True(t, slices.IsSorted(lines), name)
		for _, line := range lines {
			require.Equal(t, foldLeet(line), line, name)
		}
		for _, line := range []string{lines[0], lines[1], lines[len(lines)/2], lines[len(lines)-1]} {
			assert.True(t, listed(list, line), line)
		}
		for _, other := range []string{"", "\n", "a", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", lines[7] + "\n", lines[0][1:] + "\x00"} {
			assert.False(t, listed(list, other), "%q", other)
		}
	}
}

func TestCheckPassword_RefusesCommonOnes(t *testing.T) {
	const email, name, shop = "margaret.h@shop.example", "Margaret Hamilton", "Osier & Oak"
	for _, password := range []string{
		"123qweasdzxc", "1qaz2wsx3edc", "Leavemealone", "unbelievable", "sonyericsson", "finalfantasy", // on the list
		"P@ssw0rd2026!", "p455w0rd-1234", "Passw0rd!Passw0rd!", "1loveY0u2026!!", "Qwerty123456!", "$unsh1ne2026", // with digits and signs for letters
		"dragonmonkey99", "sunshine & princess", "welcome-football-1", // two common words
		"hunter2hunter2", "abcabcabcabc", "0123456789ab", "qwertyuiop12", "abcdefghijkl", "zyxwvutsrqpo", // repetitions and sequences
		"osier-oak-2026", "OsierPassword1", "Margaret.Hamilton!", "hamilton@osier", "margaretshop26", "0s1er&0ak2026", // own words
		"coincart2026!", "CoincartOsier!", "8675309867530", "2026-11-30-12",
	} {
		require.ErrorIs(t, checkPassword(password, email, name, shop), ErrPasswordIs, password)
	}
	for _, password := range []string{
		"correct horse battery staple", "a rather different phrase", "another phrase of mine", "something else entirely", "kV9#tqLw2!zXm", "Xk29fjQw81Lp",
		"margaret likes tea", "mein Hund frisst gerne Äpfel", "十二个字符的密码也可以用吧", "wrong wrong wrong turn",
	} {
		require.NoError(t, checkPassword(password, email, name, shop), password)
	}
}

func TestHasher_RefusesAtOnceBeyondItsQueue(t *testing.T) {
	h := newHasher(1)
	var leave []func()
	for range queueStrangers {
		done, err := h.enter(false)
		require.NoError(t, err)
		leave = append(leave, done)
	}
	_, err := h.enter(false)
	require.ErrorIs(t, err, ErrBusy)
	for range queueKnown - queueStrangers {
		done, err := h.enter(true)
		require.NoError(t, err, "strangers do not fill the queue for people who are known")
		leave = append(leave, done)
	}
	_, err = h.enter(true)
	require.ErrorIs(t, err, ErrBusy)
	for _, done := range leave {
		done()
	}
	done, err := h.enter(false)
	require.NoError(t, err)
	done()
}
