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

// maxPasswordLine exceeds the length of any password, in bytes.
const maxPasswordLine = 4 << 10

var errNoPassword = errors.New("no password given: enter it at the terminal prompt, or pass it on standard input as one line")

// newPassword reads a new password. On a terminal it is typed twice without being shown; otherwise it is one line of standard input. It is
// never a flag, because other users of the machine could see it. check can refuse the password before it has to be repeated.
func (con console) newPassword(ctx context.Context, prompt string, check func(string) error) (string, error) {
	file, ok := con.in.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return con.passwordLine(check)
	}
	password, err := con.readHidden(ctx, file, prompt+": ")
	if err != nil {
		return "", err
	}
	if err := check(password); err != nil {
		return "", err
	}
	again, err := con.readHidden(ctx, file, "Repeat password: ")
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

// readHidden reads a line from a terminal without showing it. It restores the terminal when ctx ends.
func (con console) readHidden(ctx context.Context, file *os.File, prompt string) (string, error) {
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
