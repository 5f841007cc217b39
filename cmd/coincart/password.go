package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// maxPasswordLine is more than the longest password takes.
const maxPasswordLine = 4 << 10

var errNoPassword = errors.New("no password given: enter it at the terminal prompt, or pass it on standard input as one line")

// newPassword asks for a new password. On a terminal it is typed twice and not shown; otherwise it is one line of standard input. It is
// never a flag, which other users of the machine could see. check refuses one before it has to be repeated.
func (con console) newPassword(ctx context.Context, prompt string, check func(string) error) (string, error) {
	file, ok := con.in.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return con.passwordLine(check)
	}
	password, err := con.typed(ctx, file, prompt+": ")
	if err != nil {
		return "", err
	}
	if err := check(password); err != nil {
		return "", err
	}
	again, err := con.typed(ctx, file, "Repeat password: ")
	if err != nil {
		return "", err
	}
	if again != password {
		return "", errors.New("the two passwords are different; nothing was changed")
	}
	return password, nil
}

func (con console) passwordLine(check func(string) error) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(con.in, maxPasswordLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	password := strings.TrimRight(line, "\r\n")
	if password == "" {
		return "", errNoPassword
	}
	return password, check(password)
}

// typed reads a line from a terminal without showing it. When ctx ends the terminal is as it was before.
func (con console) typed(ctx context.Context, file *os.File, prompt string) (string, error) {
	fd := int(file.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	fmt.Fprint(con.err, prompt)
	defer fmt.Fprintln(con.err)
	type answer struct {
		text []byte
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		if a.err != nil {
			return "", fmt.Errorf("read the password: %w", a.err)
		}
		return string(a.text), nil
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(fd, before))
	}
}
