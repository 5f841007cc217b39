package main

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// freeAddress is an address of this machine that nobody else is given until the test ends: a socket keeps its port without listening, and
// those that reuse addresses, as Go's listeners do, can listen there.
func freeAddress(tb testing.TB) string {
	tb.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = syscall.Close(socket) })
	require.NoError(tb, syscall.SetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1))
	require.NoError(tb, syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	name, err := syscall.Getsockname(socket)
	require.NoError(tb, err)
	address, ok := name.(*syscall.SockaddrInet4)
	require.True(tb, ok)
	return fmt.Sprintf("127.0.0.1:%d", address.Port)
}
