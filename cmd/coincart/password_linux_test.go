package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// openTerminal opens a terminal: what is typed on keyboard arrives at screen, which shows it unless echo is off.
func openTerminal(t *testing.T) (keyboard, screen *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = keyboard.Close() })
	require.NoError(t, unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = screen.Close() })
	return keyboard, screen
}

// shown returns everything that the terminal has shown so far.
func shown(t *testing.T, keyboard *os.File) string {
	t.Helper()
	fds := []unix.PollFd{{Fd: int32(keyboard.Fd()), Events: unix.POLLIN}}
	text := ""
	for {
		n, err := unix.Poll(fds, 100)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		require.NoError(t, err)
		if n == 0 {
			return text
		}
		buf := make([]byte, 4096)
		n, err = keyboard.Read(buf)
		require.NoError(t, err)
		text += string(buf[:n])
	}
}

func echoes(t *testing.T, screen *os.File) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(screen.Fd()), unix.TCGETS)
	require.NoError(t, err)
	return state.Lflag&unix.ECHO != 0
}

// answer types each line when its prompt is shown and echo is off.
func answer(t *testing.T, keyboard, screen *os.File, prompts *output, lines ...string) {
	t.Helper()
	for i, line := range lines {
		prompts.find(t, []string{`(Password for Ada: )`, `Password for Ada: \s*(\S.*: )`}[i], func() bool { return false })
		require.Eventually(t, func() bool { return !echoes(t, screen) }, patience, time.Millisecond)
		_, err := keyboard.WriteString(line + "\n")
		require.NoError(t, err)
	}
}

func TestPassword_TypedTwiceAndNeverShown(t *testing.T) {
	errShort := errors.New("too short")
	for name, row := range map[string]struct {
		lines []string
		want  string
		says  string
	}{
		"the same twice":       {[]string{"tall grass", "tall grass"}, "tall grass", ""},
		"two that differ":      {[]string{"tall grass", "tall glass"}, "", "the two passwords"},
		"refused at first try": {[]string{"tall"}, "", "too short"},
	} {
		t.Run(name, func(t *testing.T) {
			keyboard, screen := openTerminal(t)
			prompts := &output{}
			type outcome struct {
				password string
				err      error
			}
			done := make(chan outcome, 1)
			go func() {
				password, err := console{in: screen, err: prompts}.newPassword(t.Context(), "Password for Ada", func(text string) error {
					if len(text) < 8 {
						return errShort
					}
					return nil
				})
				done <- outcome{password, err}
			}()
			answer(t, keyboard, screen, prompts, row.lines...)
			got := <-done
			if row.says != "" {
				require.ErrorContains(t, got.err, row.says)
			} else {
				require.NoError(t, got.err)
				assert.Equal(t, row.want, got.password)
			}
			assert.NotContains(t, shown(t, keyboard)+prompts.String(), "tall")
			assert.True(t, echoes(t, screen), "the terminal is as it was")
		})
	}
}

func TestPassword_InterruptedLeavesTheTerminalAsItWas(t *testing.T) {
	_, screen := openTerminal(t)
	prompts := &output{}
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := console{in: screen, err: prompts}.newPassword(ctx, "Password for Ada", func(string) error { return nil })
		failed <- err
	}()
	require.Eventually(t, func() bool { return !echoes(t, screen) }, patience, time.Millisecond, "nothing is shown while it is typed")
	cancel()
	require.ErrorIs(t, <-failed, context.Canceled)
	assert.True(t, echoes(t, screen))
}
