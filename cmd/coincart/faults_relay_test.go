package main

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// watch sees what passes a relay on one connection, as it was read, and says whether it passes on. What comes after something that was held is held
// too.
type watch func(line *relayed, toServer bool, data []byte) bool

// relay passes TCP connections on. Tests put it before replicas, as a load balancer is, or before a database, to see and to hold what passes.
type relay struct {
	listener net.Listener
	dial     func() (net.Conn, error)

	mu    sync.Mutex
	sees  watch
	open  map[*relayed]struct{}
	ended bool
	group sync.WaitGroup
}

// relayed is one connection through a relay.
type relayed struct {
	client, server net.Conn

	marked bool // by the watch; only it reads and writes this
}

// startRelay opens a relay on a free address. It ends with the test.
func startRelay(tb testing.TB, dial func() (net.Conn, error)) *relay {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	r := &relay{listener: listener, dial: dial, open: map[*relayed]struct{}{}}
	r.group.Go(r.accept)
	tb.Cleanup(r.close)
	return r
}

func (r *relay) address() string { return r.listener.Addr().String() }

// watch replaces what sees the traffic; nil: nothing does.
func (r *relay) watch(sees watch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sees = sees
}

func (r *relay) accept() {
	for {
		client, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.group.Go(func() { r.serve(client) })
	}
}

func (r *relay) serve(client net.Conn) {
	defer client.Close()
	server, err := r.dial()
	if err != nil {
		return
	}
	defer server.Close()
	line := &relayed{client: client, server: server}
	if !r.keep(line) {
		return
	}
	defer r.drop(line)
	var answers sync.WaitGroup
	answers.Go(func() {
		r.pass(line, false, client, server)
		_ = client.Close()
	})
	r.pass(line, true, server, client)
	_ = server.Close()
	answers.Wait()
}

// pass passes one direction on until one side has ended.
func (r *relay) pass(line *relayed, toServer bool, to io.Writer, from io.Reader) {
	buffer, held := make([]byte, 32<<10), false
	for {
		n, err := from.Read(buffer)
		if n > 0 && !held {
			held = !r.passes(line, toServer, buffer[:n])
		}
		if n > 0 && !held {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// passes asks the watch, one chunk at a time.
func (r *relay) passes(line *relayed, toServer bool, data []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sees == nil || r.sees(line, toServer, data)
}

func (r *relay) keep(line *relayed) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended {
		r.open[line] = struct{}{}
	}
	return !r.ended
}

func (r *relay) drop(line *relayed) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, line)
}

func (r *relay) close() {
	r.mu.Lock()
	r.ended = true
	for line := range r.open {
		_ = line.client.Close()
		_ = line.server.Close()
	}
	r.mu.Unlock()
	_ = r.listener.Close()
	r.group.Wait()
}

// dialAny connects to the first of some addresses that answers, beginning with another one each time.
func dialAny(list []string) func() (net.Conn, error) {
	var mu sync.Mutex
	turn := 0
	return func() (net.Conn, error) {
		mu.Lock()
		turn++
		first := turn
		mu.Unlock()
		var failed error
		for i := range list {
			conn, err := net.Dial("tcp", list[(first+i)%len(list)])
			if err == nil {
				return conn, nil
			}
			failed = errors.Join(failed, err)
		}
		return nil, failed
	}
}
