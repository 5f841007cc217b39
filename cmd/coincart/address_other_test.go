//go:build !linux

package main

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// freeAddress returns an address of this machine that was free a moment ago. On this system a port cannot be held by one socket and
// listened on by another.
func freeAddress(tb testing.TB) string {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	require.NoError(tb, listener.Close())
	return listener.Addr().String()
}
