package mount_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// freeAddress returns an address of this machine that is free now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// output collects what a program prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// The program of docs/mount.md is built in a module of its own, run, and used as the page says.
func TestPage_ProgramTakesAPayment(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "docs", "mount.md"))
	require.NoError(t, err)
	found := regexp.MustCompile("(?s)```go\n(package main\n.*?)```").FindSubmatch(text)
	require.NotNil(t, found, "the page has a program")
	address, exchange := freeAddress(t), freeAddress(t)
	program := strings.ReplaceAll(string(found[1]), "127.0.0.1:9000", address)
	program = strings.Replace(program, "Demo:    true,", "Demo:    true, SandboxAddr: \""+exchange+"\",", 1)
	require.Contains(t, program, exchange)

	folder := t.TempDir()
	write := func(name string, content []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), content, 0o600))
	}
	write("main.go", []byte(program))
	for _, name := range []string{"go.mod", "go.sum"} { // the same versions, so that nothing is fetched
		content, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		if name == "go.mod" {
			content = bytes.Replace(content, []byte("module github.com/coincart/coincart"), []byte("module example.org/till"), 1)
			content = append(content, []byte("\nrequire github.com/coincart/coincart v0.0.0\nreplace github.com/coincart/coincart => "+root+"\n")...)
		}
		write(name, content)
	}
	run := func(name string, args ...string) *exec.Cmd {
		command := exec.CommandContext(t.Context(), name, args...)
		command.Dir = folder
		command.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GIN_MODE=release")
		return command
	}
	built, err := run("go", "build", "-tags", "nomsgpack", "-o", "till", ".").CombinedOutput()
	require.NoError(t, err, string(built))

	var said output
	till := run(filepath.Join(folder, "till"))
	till.Stdout, till.Stderr = &said, &said
	require.NoError(t, till.Start())
	t.Cleanup(func() {
		_ = till.Process.Kill()
		_ = till.Wait()
	})
	require.Eventually(t, func() bool { return reachable(t.Context(), "http://"+address) }, time.Minute, 100*time.Millisecond, said.String())

	s := newShopper(t)
	bought := s.submit(s.get("http://"+address+"/"), "/buy", url.Values{})
	require.Contains(t, bought.at.Path, "/pay/c/co_", bought.text)
	s.pay(bought.at.String())
	require.Eventually(t, func() bool { return strings.Contains(said.String(), "checkout.paid {") }, time.Minute, 100*time.Millisecond, "the program is told")
	id := strings.TrimPrefix(bought.at.Path, "/pay/c/")
	assert.Equal(t, "Order 1001 is paid.", s.get("http://"+address+"/thanks?checkout="+id).text)
}

func reachable(ctx context.Context, address string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil
}
