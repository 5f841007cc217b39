//go:build linux

package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// medusaEnv names the folder in which make test-medusa has installed Medusa. Without it the tests with Medusa are skipped.
const medusaEnv = "COINCART_TEST_MEDUSA"

// medusaShop is the real Medusa with the provider of docs/adapters/medusa.
type medusaShop struct {
	t       testing.TB
	address string
	seeded  struct{ Region, Variant, Publishable, Secret string }
}

// startMedusa compiles the provider into a project of its own, on a database of its own, and starts it at the address.
func startMedusa(t *testing.T, address, coincart, key, secret string) *medusaShop {
	t.Helper()
	folder, env := medusaProject(t), append(os.Environ(), "NODE_ENV=production", "MEDUSA_DISABLE_TELEMETRY=true", "DATABASE_URL="+startPostgres(t),
		"COINCART_URL="+coincart, "COINCART_KEY="+key, "COINCART_WEBHOOK_SECRET="+secret)
	medusa := func(args ...string) *exec.Cmd {
		command := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(folder, "node_modules", ".bin", "medusa"), args...)
		command.Dir, command.Env = folder, env
		return command
	}
	out, err := medusa("db:migrate").CombinedOutput()
	require.NoError(t, err, string(out))
	out, err = medusa("exec", "./src/scripts/seed.js").CombinedOutput()
	require.NoError(t, err, string(out))
	m := &medusaShop{t: t, address: "http://" + address}
	_, told, found := bytes.Cut(out, []byte("SEEDED "))
	require.True(t, found, string(out))
	require.NoError(t, json.NewDecoder(bytes.NewReader(told)).Decode(&m.seeded))
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	startForeign(t, medusa("start", "--port", port, "--host", "127.0.0.1"), syscall.SIGTERM, func() bool {
		status, err := m.ask(http.MethodGet, "/health", nil, nil)
		return err == nil && status == http.StatusOK
	})
	return m
}

// medusaProject returns the folder of a Medusa project with the provider, compiled.
func medusaProject(t *testing.T) string {
	t.Helper()
	installed, folder := os.Getenv(medusaEnv), t.TempDir()
	adapter := filepath.Join(moduleRoot(t), "docs", "adapters", "medusa")
	for from, to := range map[string]string{"src": "src", "test": "."} {
		require.NoError(t, os.CopyFS(filepath.Join(folder, to), os.DirFS(filepath.Join(adapter, from))))
	}
	build := filepath.Join(folder, "build")
	require.NoError(t, os.Mkdir(build, 0o755))
	for _, at := range []string{folder, build} {
		require.NoError(t, os.Symlink(filepath.Join(installed, "node_modules"), filepath.Join(at, "node_modules")))
		text, err := os.ReadFile(filepath.Join(adapter, "package.json"))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(at, "package.json"), text, 0o600))
	}
	settings, err := os.ReadFile(filepath.Join(adapter, "tsconfig.json"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "tsconfig.json"), settings, 0o600))
	compile := exec.CommandContext(t.Context(), filepath.Join(installed, "node_modules", ".bin", "tsc"), "--project", folder)
	out, err := compile.CombinedOutput()
	require.NoError(t, err, string(out))
	return build
}

// startPostgres runs Debian's PostgreSQL on a folder and a port of its own and returns the URL of an empty database.
func startPostgres(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	require.NoError(t, err)
	require.NotEmpty(t, found, "PostgreSQL is not installed")
	programs := found[len(found)-1]
	folder, err := os.MkdirTemp("", "coincart-postgres-") //nolint:usetesting // that is in a folder which only its owner may enter
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(folder)) })
	as := databaseUser(t, folder)
	data := filepath.Join(folder, "data")
	command := func(program string, args ...string) *exec.Cmd {
		c := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(programs, program), args...)
		c.Dir, c.SysProcAttr = folder, as()
		return c
	}
	out, err := command("initdb", "-D", data, "--auth", "trust", "-U", "postgres", "--no-sync").CombinedOutput()
	require.NoError(t, err, string(out))
	_, port, err := net.SplitHostPort(freeAddress(t))
	require.NoError(t, err)
	create := func() bool {
		return command("createdb", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "medusa").Run() == nil
	}
	startForeign(t, command("postgres", "-D", data, "-h", "127.0.0.1", "-p", port, "-k", folder, "-F"), syscall.SIGINT, create)
	return "postgres://postgres@127.0.0.1:" + port + "/medusa"
}

// databaseUser gives the folder to the user postgres, if this is root, which PostgreSQL refuses to run as.
func databaseUser(t *testing.T, folder string) func() *syscall.SysProcAttr {
	t.Helper()
	if os.Geteuid() != 0 {
		return func() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
	}
	owner, err := user.Lookup("postgres")
	require.NoError(t, err)
	var ids [2]uint32
	for i, text := range []string{owner.Uid, owner.Gid} {
		id, err := strconv.ParseUint(text, 10, 32)
		require.NoError(t, err)
		ids[i] = uint32(id)
	}
	require.NoError(t, os.Chown(folder, int(ids[0]), int(ids[1])))
	return func() *syscall.SysProcAttr {
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: ids[0], Gid: ids[1]}}
	}
}

// startForeign starts a program and waits until it is ready. After the test it and its children are asked to end by the signal.
func startForeign(t *testing.T, command *exec.Cmd, stop syscall.Signal, ready func() bool) {
	t.Helper()
	log := &output{}
	command.Stdout, command.Stderr = log, log
	if command.SysProcAttr == nil {
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	command.SysProcAttr.Setpgid = true
	require.NoError(t, command.Start())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = command.Wait()
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, stop)
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
			<-done
		}
		if t.Failed() {
			t.Log(command.Path + "\n" + log.String())
		}
	})
	ended := func() bool {
		select {
		case <-done:
			return true
		default:
			return false
		}
	}
	require.Eventually(t, func() bool { return ended() || ready() }, patience, 100*time.Millisecond, log)
	require.False(t, ended(), log)
}

// ask sends JSON to the store's API, or to the back office's (/admin), and reads the answer into what is given.
func (m *medusaShop) ask(method, path string, body, into any) (status int, err error) {
	var sent []byte
	if body != nil {
		if sent, err = json.Marshal(body); err != nil {
			return 0, err
		}
	}
	request, err := http.NewRequestWithContext(context.WithoutCancel(m.t.Context()), method, m.address+path, bytes.NewReader(sent))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Publishable-Api-Key", m.seeded.Publishable)
	request.SetBasicAuth(m.seeded.Secret, "")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && into != nil {
		err = json.Unmarshal(text, into)
	}
	if answer.StatusCode >= http.StatusBadRequest && err == nil {
		err = fmt.Errorf("%s %s: HTTP %d: %s", method, path, answer.StatusCode, text)
	}
	return answer.StatusCode, err
}

// medusaCart is a cart of one mug, with its payment session.
type medusaCart struct {
	shop     *medusaShop
	id       string
	item     string // the mug
	customer string
	session  string // of the payment
	checkout string // of Coincart
	url      string // where it is paid
}

// cart does what a storefront does until the buyer is sent to pay.
func (m *medusaShop) cart(email string) (*medusaCart, error) {
	var made struct {
		Cart struct {
			ID         string
			CustomerID string `json:"customer_id"`
			Items      []struct{ ID string }
		}
	}
	_, err := m.ask(http.MethodPost, "/store/carts", map[string]any{
		"region_id": m.seeded.Region, "email": email, "items": []any{map[string]any{"variant_id": m.seeded.Variant, "quantity": 1}},
	}, &made)
	if err != nil {
		return nil, err
	}
	c := &medusaCart{shop: m, id: made.Cart.ID, item: made.Cart.Items[0].ID, customer: made.Cart.CustomerID}
	return c, c.startPayment()
}

// startPayment makes a payment session, in place of the one before.
func (c *medusaCart) startPayment() error {
	var made struct {
		Collection struct {
			ID       string
			Sessions []struct {
				ID   string
				Data struct{ Checkout, URL string }
			} `json:"payment_sessions"`
		} `json:"payment_collection"`
	}
	if _, err := c.shop.ask(http.MethodPost, "/store/payment-collections", map[string]any{"cart_id": c.id}, &made); err != nil {
		return err
	}
	path := "/store/payment-collections/" + made.Collection.ID + "/payment-sessions"
	if _, err := c.shop.ask(http.MethodPost, path, map[string]any{"provider_id": "pp_coincart_coincart"}, &made); err != nil {
		return err
	}
	session := made.Collection.Sessions[len(made.Collection.Sessions)-1]
	c.session, c.checkout, c.url = session.ID, session.Data.Checkout, session.Data.URL
	return nil
}

// complete asks Medusa for the order, as the page does that the buyer comes back to. Without an order, it says why.
func (c *medusaCart) complete() (order, problem string) {
	var answer struct {
		Type    string
		Order   struct{ ID string }
		Error   struct{ Message string }
		Message string
	}
	if _, err := c.shop.ask(http.MethodPost, "/store/carts/"+c.id+"/complete", nil, &answer); err != nil && answer.Message == "" {
		return "", err.Error()
	}
	return answer.Order.ID, cmp.Or(answer.Error.Message, answer.Message)
}

// medusaOrder is an order with what Medusa believes to have been paid and paid back for it.
type medusaOrder struct {
	ID          string
	Collections []struct {
		Payments []struct {
			ID                string
			Captures, Refunds []struct{ Amount json.Number }
		}
	} `json:"payment_collections"`
}

func (o medusaOrder) captures() (n int) {
	for _, collection := range o.Collections {
		for _, payment := range collection.Payments {
			n += len(payment.Captures)
		}
	}
	return n
}

// orders returns all orders that came of the cart.
func (c *medusaCart) orders() ([]medusaOrder, error) {
	var list struct{ Orders []medusaOrder }
	fields := "id,payment_collections.payments.id,*payment_collections.payments.captures,*payment_collections.payments.refunds"
	_, err := c.shop.ask(http.MethodGet, "/admin/orders?customer_id="+c.customer+"&fields="+fields, nil, &list)
	return slices.Clip(list.Orders), err
}
