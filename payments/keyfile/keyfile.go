// Package keyfile reads the key files of a shop. Its errors say what is wrong with a file in a form that programs can test (reliability.md
// E7).
package keyfile

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/coincart/coincart/payments/opay"
)

// maxSize exceeds the size of any key of 8192 bits, in bytes.
const maxSize = 16 << 10

// Problem is the reason why a key file cannot be used.
type Problem string

// The problems.
const (
	Missing    Problem = "missing"    // the file does not exist
	Denied     Problem = "denied"     // this user may not read it
	Unreadable Problem = "unreadable" // it cannot be read
	NoFile     Problem = "no_file"    // a folder or a device
	TooLarge   Problem = "too_large"  // too large for a key
	Exposed    Problem = "exposed"    // a private key or a secret that others may read or change
	Writable   Problem = "writable"   // a public key that others may change
	Public     Problem = "public"     // a public key in place of the private one
	Private    Problem = "private"    // a private key in place of the public one
	Damaged    Problem = "damaged"    // no key or secret, or one that cannot be used
)

// Error describes a problem of a key file. It never contains the content of the file.
type Error struct {
	File    string
	Problem Problem
	Mode    fs.FileMode // permissions, if the problem concerns them
	Err     error       // cause, or nil
}

// Error says what is wrong, with the command that fixes it if there is one.
func (e *Error) Error() string {
	switch e.Problem {
	case Missing:
		return e.File + " does not exist"
	case Denied:
		return e.File + " may not be read by this user"
	case NoFile:
		return e.File + " is no file"
	case TooLarge:
		return fmt.Sprintf("%s is larger than %d bytes, so it is no key", e.File, maxSize)
	case Exposed:
		return fmt.Sprintf("%s can be read or changed by others (mode %04o): chmod 600 %[1]s", e.File, e.Mode)
	case Writable:
		return fmt.Sprintf("%s can be changed by others (mode %04o): chmod 644 %[1]s", e.File, e.Mode)
	case Public:
		return e.File + " holds a public key, the private key is needed"
	case Private:
		return e.File + " holds a private key, the public key is needed"
	case Unreadable, Damaged:
	}
	return fmt.Sprintf("%s cannot be read: %v", e.File, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ReadPrivate reads a private key file. Others must not be able to read it; its group may, because containers get secrets that way. A
// public key is reported as such, whatever the file's permissions. Errors are of type *Error.
func ReadPrivate(name string) (*rsa.PrivateKey, error) {
	text, mode, err := read(name)
	if err != nil {
		return nil, err
	}
	key, err := opay.ParsePrivateKey("private key", text)
	_, otherErr := opay.ParsePublicKey("public key", text)
	switch {
	case err != nil && otherErr == nil:
		return nil, &Error{File: name, Problem: Public, Mode: mode}
	case mode&0o037 != 0:
		return nil, &Error{File: name, Problem: Exposed, Mode: mode}
	case err != nil:
		return nil, &Error{File: name, Problem: Damaged, Mode: mode, Err: err}
	}
	return key, nil
}

// ReadPublic reads a public key file. Others may read it but not change it, because whoever replaces the platform's key can forge payments.
// Errors are of type *Error.
func ReadPublic(name string) (*rsa.PublicKey, error) {
	text, mode, err := read(name)
	if err != nil {
		return nil, err
	}
	key, err := opay.ParsePublicKey("public key", text)
	_, otherErr := opay.ParsePrivateKey("private key", text)
	switch {
	case err != nil && otherErr == nil:
		return nil, &Error{File: name, Problem: Private, Mode: mode}
	case mode&0o022 != 0:
		return nil, &Error{File: name, Problem: Writable, Mode: mode}
	case err != nil:
		return nil, &Error{File: name, Problem: Damaged, Mode: mode, Err: err}
	}
	return key, nil
}

// ReadSecret reads a file with the text that shop and platform share with md5 signing (platform/api.md §5), on one line. Others must not be
// able to read it; its group may. Errors are of type *Error.
func ReadSecret(name string) (string, error) {
	content, mode, err := read(name)
	if err != nil {
		return "", err
	}
	if mode&0o037 != 0 {
		return "", &Error{File: name, Problem: Exposed, Mode: mode}
	}
	text := strings.TrimRight(string(content), "\r\n")
	if _, err := opay.NewSecret(text); err != nil {
		return "", &Error{File: name, Problem: Damaged, Mode: mode, Err: err}
	}
	return text, nil
}

// read returns the content and the permissions of a file of at most maxSize bytes.
func read(name string) ([]byte, fs.FileMode, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, 0, readError(name, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, 0, &Error{File: name, Problem: NoFile, Err: err}
	}
	text, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	switch {
	case err != nil:
		return nil, 0, readError(name, err)
	case len(text) > maxSize:
		return nil, 0, &Error{File: name, Problem: TooLarge}
	}
	return text, info.Mode().Perm(), nil
}

func readError(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Error{File: name, Problem: Missing, Err: err}
	case errors.Is(err, fs.ErrPermission):
		return &Error{File: name, Problem: Denied, Err: err}
	}
	return &Error{File: name, Problem: Unreadable, Err: err}
}
