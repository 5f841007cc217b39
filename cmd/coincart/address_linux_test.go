package main

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// freeAddress returns an address of this machine that stays reserved until the test ends. A socket holds the port without listening;
// sockets that reuse addresses, as Go's listeners do, can still listen on it.
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
