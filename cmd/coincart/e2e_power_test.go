package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/modelstest"
)

// findTracer finds strace and makes sure that it may trace; otherwise the test is skipped, or fails with COINCART_REQUIRE_STRACE=1.
func findTracer(t *testing.T) string {
	t.Helper()
	give := t.Skip
	if os.Getenv("COINCART_REQUIRE_STRACE") == "1" {
		give = t.Fatal
	}
	tracer, err := exec.LookPath("strace")
	if err != nil {
		give("strace is not installed: apt-get install strace")
	}
	if out, err := exec.Command(tracer, "-f", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		give("strace may not trace here (in a container: --cap-add SYS_PTRACE): " + err.Error() + "\n" + string(out))
	}
	return tracer
}

// A callback is acknowledged once, and the platform does not send it again: a power cut right after the answer must not take back what
// was acknowledged. The kernel tells: between the last byte of a request that changes something and the first of its answer, the
// database's log is written, and then brought to the disk.
func TestE2E_WhatIsAcknowledgedIsOnDisk(t *testing.T) {
	tracer := findTracer(t)
	r := startRealShop(t, modelstest.SQLiteDSN(t), map[string]string{"COINCART_TRUSTED_PROXIES": "127.0.0.1"})
	r.shop.end()
	trace := filepath.Join(t.TempDir(), "trace")
	shop := startProcess(t, tracer, r.env, "-D", "-f", "-y", "-s", "64", "-o", trace, "-e", "trace=read,write,pwrite64,fsync,fdatasync",
		"-e", "signal=none", r.program)
	shop.find(`(is open at)`)
	const orders = 5
	for range orders {
		pay(checkout(newVisitor(t, "en"), r.address).submit("/checkout",
			toNewYork(map[string]string{"email": "ada@example.org", "coin": "USDT", "payer_uid": alice})))
	}
	r.sandbox.end() // no callback comes any more
	shop.end()

	callbacks, placements := readTrace(t, trace)
	assert.GreaterOrEqual(t, len(callbacks), orders)
	assert.GreaterOrEqual(t, len(placements), orders)
	for _, answers := range [][]bool{callbacks, placements} {
		for i, safe := range answers {
			assert.True(t, safe, "answer %d of %d was given before the log was on disk", i+1, len(answers))
		}
	}
}

// System calls in strace's output: begun, resumed by the thread that began it, and ended well.
var (
	callBegins  = regexp.MustCompile(`^(\d+) +(\w+)\((\d+)<([^>]*)>(.*)$`)
	callResumes = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)$`)
	callReturns = regexp.MustCompile(`= (\d+)$`)
	// The server reads the first letter by itself where it waits for the next request of a connection.
	requestLine = regexp.MustCompile(`"(?:G?ET|P?OST) (\S+) HTTP/1`)
)

// request is what is known of the request that was read last on a connection.
type request struct {
	path                   string
	written, begun, onDisk bool
	answered               bool
}

// readTrace says of each answer to a callback, and to an order that was placed, whether the log had been written and brought to the
// disk since the request was there.
func readTrace(t *testing.T, name string) (callbacks, placements []bool) {
	t.Helper()
	file, err := os.Open(name)
	require.NoError(t, err)
	defer file.Close()
	open := map[string]*request{} // by descriptor
	pending := map[string][3]string{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := lines.Text()
		if m := callBegins.FindStringSubmatch(line); m != nil {
			thread, call, fd, path, rest := m[1], m[2], m[3], m[4], m[5]
			begins(call, path, rest, fd, open, &callbacks, &placements)
			if strings.HasSuffix(rest, "<unfinished ...>") {
				pending[thread] = [3]string{call, fd, path}
			} else {
				returns(call, fd, path, rest, open)
			}
		} else if m := callResumes.FindStringSubmatch(line); m != nil {
			if p, ok := pending[m[1]]; ok && p[0] == m[2] {
				delete(pending, m[1])
				returns(p[0], p[1], p[2], m[3], open)
			}
		}
	}
	require.NoError(t, lines.Err())
	return callbacks, placements
}

func begins(call, path, rest, fd string, open map[string]*request, callbacks, placements *[]bool) {
	log := strings.HasSuffix(path, "-wal")
	switch {
	case log && (call == "fsync" || call == "fdatasync"):
		for _, r := range open {
			r.begun = r.begun || r.written
		}
	case call == "write" && strings.HasPrefix(rest, `, "HTTP/1.1 `):
		r := open[fd]
		if r == nil || r.answered {
			return
		}
		r.answered = true
		switch {
		case r.path == "/payments/notify" && strings.HasPrefix(rest, `, "HTTP/1.1 200`):
			*callbacks = append(*callbacks, r.onDisk)
		case r.path == "/checkout" && strings.HasPrefix(rest, `, "HTTP/1.1 303`):
			*placements = append(*placements, r.onDisk)
		}
	}
}

func returns(call, fd, path, rest string, open map[string]*request) {
	done := callReturns.FindStringSubmatch(rest)
	if done == nil {
		return // it failed
	}
	log := strings.HasSuffix(path, "-wal")
	switch {
	case log && (call == "write" || call == "pwrite64"):
		for _, r := range open {
			r.written = true
		}
	case log && (call == "fsync" || call == "fdatasync"):
		for _, r := range open {
			r.onDisk = r.onDisk || r.begun
		}
	case call == "read" && strings.Contains(path, "socket:"):
		if m := requestLine.FindStringSubmatch(rest); m != nil {
			open[fd] = &request{path: m[1]}
		}
	}
}
