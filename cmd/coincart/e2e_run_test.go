package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Payers of the sandbox (sandbox.DemoUsers).
const (
	alice = "22033390" // can pay anything
	bob   = "22033391" // has next to nothing
)

// patience is how long a start, or a state that follows from work in the background, is waited for.
const patience = time.Minute

// output collects what a program writes while a test reads it.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// find waits until the output has the pattern, and returns its first group.
func (o *output) find(tb testing.TB, pattern string, ended func() bool) string {
	tb.Helper()
	expression := regexp.MustCompile(pattern)
	var match []string
	assert.Eventually(tb, func() bool {
		gone := ended()
		match = expression.FindStringSubmatch(o.String())
		return gone || match != nil
	}, patience, 5*time.Millisecond)
	if match == nil {
		require.Fail(tb, "the program does not say what it should", "%s in:\n%s", pattern, o.String())
	}
	return match[1]
}

// demoRun is a demonstration that runs in the test's process.
type demoRun struct {
	shop, sandbox  string // addresses
	data           string
	stdout, stderr *output
	took           time.Duration // until it was ready
	stop           func() int
}

// startDemo runs the demonstration on free ports, which stay free for another one, and waits until it is ready. It is stopped after the test
// and must end in order.
func startDemo(t *testing.T, env map[string]string) *demoRun {
	t.Helper()
	d := &demoRun{data: env["COINCART_DATA_DIR"], stdout: &output{}, stderr: &output{}}
	if d.data == "" {
		d.data = filepath.Join(t.TempDir(), "data")
	}
	all := map[string]string{"COINCART_DATA_DIR": d.data, "COINCART_ADDR": freeAddress(t), "COINCART_SANDBOX_ADDR": freeAddress(t)}
	maps.Copy(all, env)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	code := -1
	began := time.Now()
	go func() {
		defer close(done)
		code = run(ctx, nil, func(name string) string { return all[name] }, d.stdout, d.stderr)
	}()
	d.stop = sync.OnceValue(func() int {
		cancel()
		<-done
		return code
	})
	t.Cleanup(func() {
		assert.Zero(t, d.stop())
		if t.Failed() {
			t.Log("the demonstration's log:\n" + d.stderr.String())
		}
	})
	ended := func() bool {
		select {
		case <-done:
			assert.Fail(t, "the demonstration ended", d.stderr.String())
			return true
		default:
			return false
		}
	}
	d.shop = d.stdout.find(t, `Shop +(http://\S+)`, ended)
	d.sandbox = d.stdout.find(t, `(?m)^ *Sandbox .*(http://\S+)$`, ended)
	d.took = time.Since(began)
	return d
}

// builtProgram is the program, built once for all tests of this run.
var builtProgram = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "coincart-test-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(folder, "coincart")
	args := append([]string{"build"}, raceFlags()...)
	out, err := exec.Command("go", append(args, "-o", file, "github.com/coincart/coincart/cmd/coincart")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return file, nil
})

// TestMain keeps gin quiet, as main does, and takes the program away that tests may have built.
func TestMain(m *testing.M) {
	gin.DebugPrintFunc = func(string, ...any) {}
	code := m.Run()
	if built {
		if file, err := builtProgram(); err == nil {
			_ = os.RemoveAll(filepath.Dir(file))
		}
	}
	os.Exit(code)
}

// built says that builtProgram was asked for.
var built bool

// buildProgram returns the program's file, building it where that was not done yet.
func buildProgram(tb testing.TB) string {
	tb.Helper()
	built = true
	file, err := builtProgram()
	require.NoError(tb, err)
	return file
}

// process is the program in a process of its own.
type process struct {
	t              testing.TB
	command        *exec.Cmd
	stdout, stderr *output
	done           chan struct{}
	asked          bool // to end
}

// startProcess starts the program with these settings alone. After the test it is asked to end, and must do so in order.
func startProcess(tb testing.TB, program string, env map[string]string, args ...string) *process {
	tb.Helper()
	p := &process{t: tb, command: exec.Command(program, args...), stdout: &output{}, stderr: &output{}, done: make(chan struct{})}
	p.command.Dir = tb.TempDir()
	p.command.Env = []string{}
	for name, value := range env {
		p.command.Env = append(p.command.Env, name+"="+value)
	}
	p.command.Stdout, p.command.Stderr = p.stdout, p.stderr
	require.NoError(tb, p.command.Start())
	go func() {
		defer close(p.done)
		_ = p.command.Wait()
	}()
	tb.Cleanup(func() {
		p.end()
		if tb.Failed() {
			tb.Log(p.command.String() + "\n" + p.stderr.String())
		}
	})
	return p
}

// find waits until the program has printed the pattern.
func (p *process) find(pattern string) string {
	p.t.Helper()
	return p.stdout.find(p.t, pattern, func() bool {
		if p.ended() {
			assert.Fail(p.t, "the program ended", p.stderr.String())
			return true
		}
		return false
	})
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// end asks the program to end and checks that it does, within the time that container engines give.
func (p *process) end() {
	p.t.Helper()
	if p.asked {
		return
	}
	p.asked = true
	_ = p.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
		assert.Zero(p.t, p.command.ProcessState.ExitCode(), p.stderr.String())
	case <-time.After(10 * time.Second):
		_ = p.command.Process.Kill()
		<-p.done
		assert.Fail(p.t, "the program did not end when it was asked to", p.stderr.String())
	}
}

// runProgram runs the program to its end.
func runProgram(tb testing.TB, program string, env map[string]string, args ...string) result {
	tb.Helper()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(tb.Context(), program, args...)
	command.Env = []string{}
	for name, value := range env {
		command.Env = append(command.Env, name+"="+value)
	}
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); command.ProcessState == nil {
		require.NoError(tb, err)
	}
	return result{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// realShop are a shop and a sandbox in processes of their own, each with its own keys.
type realShop struct {
	program       string
	shop, sandbox *process
	address       string            // of the shop
	platform      string            // address of the sandbox
	keys          string            // folder
	env           map[string]string // the shop's settings
}

// startRealShop does what an operator does: keys for both parties, migration, catalogue, and both programs.
// The sandbox gets these further arguments.
func startRealShop(tb testing.TB, dsn string, extra map[string]string, sandbox ...string) *realShop {
	tb.Helper()
	folder := tb.TempDir()
	r := &realShop{program: buildProgram(tb), keys: filepath.Join(folder, "keys")}
	for _, party := range []string{"merchant", "platform"} {
		made := runProgram(tb, r.program, nil, "keygen", "--private-key", filepath.Join(r.keys, party+".pem"), "--public-key", filepath.Join(r.keys, party+".pub.pem"))
		require.Zero(tb, made.code, made.stderr)
	}
	address, platform := freeAddress(tb), freeAddress(tb)
	r.address, r.platform = "http://"+address, "http://"+platform
	r.env = map[string]string{
		"COINCART_ADDR": address, "COINCART_BASE_URL": r.address, "COINCART_DATABASE": dsn, "COINCART_DATA_DIR": filepath.Join(folder, "data"),
		"COINCART_PLATFORM_URL": r.platform, "COINCART_APP_ID": "test_app", "COINCART_LOG_LEVEL": "debug",
		"COINCART_MERCHANT_KEY": filepath.Join(r.keys, "merchant.pem"), "COINCART_PLATFORM_KEY": filepath.Join(r.keys, "platform.pub.pem"),
	}
	maps.Copy(r.env, extra)
	for _, args := range [][]string{{"migrate", "up"}, {"migrate", "status"}, {"seed"}, {"seed"}} {
		done := runProgram(tb, r.program, r.env, args...)
		require.Zero(tb, done.code, fmt.Sprint(args, done.stderr))
	}
	r.sandbox = startProcess(tb, r.program, map[string]string{"COINCART_LOG_LEVEL": "debug"}, append([]string{
		"sandbox", "--addr", platform,
		"--app-id", "test_app", "--key", filepath.Join(r.keys, "platform.pem"), "--merchant-key", filepath.Join(r.keys, "merchant.pub.pem"),
	}, sandbox...)...)
	r.sandbox.find(`(open at)`)
	r.shop = startProcess(tb, r.program, r.env)
	r.shop.find(`(is open at)`)
	return r
}
