// Package keyfile reads the key files of a shop, and says what is wrong with one in a way that a program can decide by
// (reliability.md E7).
package keyfile

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/coincart/coincart/payments/opay"
)

// maxSize is more than any key of 8192 bits needs.
const maxSize = 16 << 10

// Problem is what is wrong with a key file.
type Problem string

// The problems.
const (
	Missing    Problem = "missing"    // there is no such file
	Denied     Problem = "denied"     // this user may not read it
	Unreadable Problem = "unreadable" // it cannot be read
	NoFile     Problem = "no_file"    // a folder, a device
	TooLarge   Problem = "too_large"  // so it is no key
	Exposed    Problem = "exposed"    // a private key that others may read or change
	Writable   Problem = "writable"   // a public key that others may change
	Public     Problem = "public"     // a public key where the private one is needed
	Private    Problem = "private"    // a private key where the public one is needed
	Damaged    Problem = "damaged"    // no key at all, or not one that can be used
)

// Error is what is wrong with a key file. It never holds the file's content.
type Error struct {
	File    string
	Problem Problem
	Mode    fs.FileMode // permissions, where they matter
	Err     error       // the cause, or nil
}

// Error says what is wrong, and what mends it where a command does.
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

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// ReadPrivate reads a private key file, which others must not be able to read. Its group may: that is how containers are given
// secrets. That a file holds a public key is said before anything about its mode. Errors are *Error.
func ReadPrivate(name string) (*rsa.PrivateKey, error) {
	text, mode, err := read(name)
	if err != nil {
		return nil, err
	}
	key, err := opay.ParsePrivateKey("private key", text)
	if err != nil {
		if _, other := opay.ParsePublicKey("public key", text); other == nil {
			return nil, &Error{File: name, Problem: Public, Mode: mode}
		}
	}
	if mode&0o037 != 0 {
		return nil, &Error{File: name, Problem: Exposed, Mode: mode}
	}
	if err != nil {
		return nil, &Error{File: name, Problem: Damaged, Mode: mode, Err: err}
	}
	return key, nil
}

// ReadPublic reads a public key file, which others may read but not change: whoever replaces the platform's key can forge payments.
// Errors are *Error.
func ReadPublic(name string) (*rsa.PublicKey, error) {
	text, mode, err := read(name)
	if err != nil {
		return nil, err
	}
	key, err := opay.ParsePublicKey("public key", text)
	if err != nil {
		if _, other := opay.ParsePrivateKey("private key", text); other == nil {
			return nil, &Error{File: name, Problem: Private, Mode: mode}
		}
	}
	if mode&0o022 != 0 {
		return nil, &Error{File: name, Problem: Writable, Mode: mode}
	}
	if err != nil {
		return nil, &Error{File: name, Problem: Damaged, Mode: mode, Err: err}
	}
	return key, nil
}

// read reads a file of bounded size.
func read(name string) ([]byte, fs.FileMode, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, 0, unread(name, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, 0, &Error{File: name, Problem: NoFile, Err: err}
	}
	text, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	switch {
	case err != nil:
		return nil, 0, unread(name, err)
	case len(text) > maxSize:
		return nil, 0, &Error{File: name, Problem: TooLarge}
	}
	return text, info.Mode().Perm(), nil
}

func unread(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Error{File: name, Problem: Missing, Err: err}
	case errors.Is(err, fs.ErrPermission):
		return &Error{File: name, Problem: Denied, Err: err}
	}
	return &Error{File: name, Problem: Unreadable, Err: err}
}
