package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"encoding/pem"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/hooks"
)

// replicated is a shop of several processes behind a load balancer, over one database, with a sandbox in a process of its own and a receiver of
// webhooks in the test. Its processes can be killed at any moment.
type replicated struct {
	*realShop

	t        testing.TB
	dsn      string
	front    *relay // the load balancer: the shop's own address
	database *relay // between the replicas and the server; nil: SQLite has none
	replicas []*replica
	receiver *receiver
	rows     *sql.DB // the database, past every relay
	key      string  // an API key for everything that the tests do
}

// replica is one process of a shop. It has its address over all restarts.
type replica struct {
	shop    *replicated
	address string
	env     map[string]string
	process *process
}

// startReplicated starts a shop over a new, empty database: two replicas over MariaDB, one over SQLite.
func startReplicated(t *testing.T, dsn string) *replicated {
	t.Helper()
	s := &replicated{t: t, dsn: dsn, rows: openRows(t, dsn), receiver: startReceiver(t)}
	addresses, throughRelay := []string{freeAddress(t)}, dsn
	if strings.HasPrefix(dsn, "mysql:") {
		addresses = append(addresses, freeAddress(t))
		throughRelay = s.relayDatabase()
	}
	s.front = startRelay(t, dialAny(addresses))
	trusted := filepath.Join(t.TempDir(), "receiver.pem")
	require.NoError(t, os.WriteFile(trusted, s.receiver.certificate(), 0o600))
	s.realShop = startRealShop(t, throughRelay, map[string]string{
		"COINCART_ADDR": addresses[0], "COINCART_BASE_URL": "http://" + s.front.address(), "COINCART_TRUSTED_PROXIES": "127.0.0.1", "COINCART_LOG_LEVEL": "info",
		"COINCART_WEBHOOK_NETWORKS": "127.0.0.0/8", "SSL_CERT_FILE": trusted, // the receiver is on this machine, with a certificate of its own
	})
	s.replicas = append(s.replicas, &replica{shop: s, address: addresses[0], env: s.env, process: s.shop})
	for _, address := range addresses[1:] {
		r := &replica{shop: s, address: address, env: maps.Clone(s.env)}
		r.env["COINCART_ADDR"] = address
		r.start()
		s.replicas = append(s.replicas, r)
	}
	made := runProgram(t, s.program, s.env, "key", "create", "--name", "tests", "--scope", "checkouts:read,checkouts:write,orders:read,webhooks:write")
	require.Zero(t, made.code, made.stderr)
	s.key = strings.TrimSpace(made.stdout)
	s.listen()
	return s
}

// relayDatabase puts a relay before the server and returns the address of the database through it.
func (s *replicated) relayDatabase() string {
	s.t.Helper()
	u, err := url.Parse(s.dsn)
	require.NoError(s.t, err)
	network, server := "tcp", u.Host
	query := u.Query()
	if socket := query.Get("socket"); socket != "" {
		network, server = "unix", socket
		query.Del("socket")
	}
	s.database = startRelay(s.t, func() (net.Conn, error) { return net.Dial(network, server) })
	u.Host, u.RawQuery = s.database.address(), query.Encode()
	return u.String()
}

// start starts the process and waits until it is open.
func (r *replica) start() {
	r.shop.t.Helper()
	r.process = startProcess(r.shop.t, r.shop.program, r.env)
	r.process.find(`(is open at)`)
}

// kill ends the process as a power cut does. It returns when the process is gone, so that its connections are closed. It may be called by any
// goroutine.
func (r *replica) kill() {
	r.process.asked = true // or the end of the test would ask it to end in order
	_ = r.process.command.Process.Kill()
	<-r.process.done
}

// apiAnswer is an answer of the shop's API.
type apiAnswer struct {
	status   int
	replayed bool
	body     string
}

// id is the id of the object that was made.
func (a apiAnswer) id(tb testing.TB) string {
	tb.Helper()
	var object struct{ ID string }
	require.NoError(tb, json.Unmarshal([]byte(a.body), &object), a.body)
	require.NotEmpty(tb, object.ID, a.body)
	return object.ID
}

// askAt asks a replica for a checkout, once. The reference is the Idempotency-Key too.
func (s *replicated) askAt(address, reference string) (apiAnswer, error) {
	return s.send(&http.Client{Transport: one, Timeout: patience}, http.MethodPost, address, "/checkouts", reference, ask(reference, "32.24"))
}

func (s *replicated) send(client *http.Client, method, address, path, idempotencyKey string, body any) (a apiAnswer, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return a, err
	}
	request, err := http.NewRequestWithContext(s.t.Context(), method, "http://"+address+"/api/v1"+path, bytes.NewReader(text))
	if err != nil {
		return a, err
	}
	request.Header.Set("Authorization", "Bearer "+s.key)
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Idempotency-Key", idempotencyKey)
	}
	response, err := client.Do(request)
	if err != nil {
		return a, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return apiAnswer{response.StatusCode, response.Header.Get("Idempotent-Replayed") == "true", string(answer)}, err
}

// insist sends a request through the load balancer until it is answered.
func (s *replicated) insist(method, path, idempotencyKey string, body any) apiAnswer {
	s.t.Helper()
	a, err := s.send(&http.Client{Transport: &insisting{}}, method, s.front.address(), path, idempotencyKey, body)
	require.NoError(s.t, err)
	return a
}

// listen tells the shop of the receiver, and the receiver the secret.
func (s *replicated) listen() {
	s.t.Helper()
	made := s.insist(http.MethodPost, "/webhook_endpoints", "listen", map[string]any{"url": s.receiver.URL})
	require.Equal(s.t, http.StatusCreated, made.status, made.body)
	var endpoint struct{ Secret string }
	require.NoError(s.t, json.Unmarshal([]byte(made.body), &endpoint))
	s.receiver.know(endpoint.Secret)
}

// count counts rows of the database.
func (s *replicated) count(query string, args ...any) (n int) {
	s.t.Helper()
	require.NoError(s.t, s.rows.QueryRowContext(s.t.Context(), query, args...).Scan(&n))
	return n
}

// openRows opens a database with its driver alone.
func openRows(tb testing.TB, dsn string) *sql.DB {
	tb.Helper()
	driver, source := "sqlite", strings.TrimPrefix(dsn, "sqlite:")
	if u, err := url.Parse(dsn); err == nil && u.Scheme == "mysql" {
		c := mysql.NewConfig()
		c.Net, c.Addr, c.User, c.DBName = "tcp", u.Host, u.User.Username(), strings.TrimPrefix(u.Path, "/")
		c.Passwd, _ = u.User.Password()
		if socket := u.Query().Get("socket"); socket != "" {
			c.Net, c.Addr = "unix", socket
		}
		driver, source = "mysql", c.FormatDSN()
	}
	db, err := sql.Open(driver, source)
	require.NoError(tb, err)
	tb.Cleanup(func() { assert.NoError(tb, db.Close()) })
	return db
}

// insisting is a transport that sends a request again, also one that changes something, until somebody has answered it: what people and programs do
// when a connection breaks. A 503 is no answer yet, nor is the API's 409 of a request that is being handled.
type insisting struct {
	mu    sync.Mutex
	again int
}

const insistFor = 2 * patience

// RoundTrip implements http.RoundTripper.
func (i *insisting) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if r.Body != nil {
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		response, err := one.RoundTrip(r)
		inFlight := err == nil && response.StatusCode == http.StatusConflict && r.Header.Get("Idempotency-Key") != ""
		answered := err == nil && response.StatusCode != http.StatusServiceUnavailable && !inFlight
		if answered { // a connection may break in the middle of an answer too
			var whole []byte
			if whole, err = io.ReadAll(response.Body); err == nil {
				response.Body = io.NopCloser(bytes.NewReader(whole))
				return response, nil
			}
		}
		if response != nil {
			_ = response.Body.Close()
		}
		if r.Context().Err() != nil || time.Since(began) > insistFor {
			return response, err
		}
		i.mu.Lock()
		i.again++
		i.mu.Unlock()
	}
}

// one uses each connection once.
var one = &http.Transport{DisableKeepAlives: true}

// arrival is a webhook that came and was signed by the shop.
type arrival struct {
	id, kind, object, status, amount string
	sequence                         int
}

// receiver takes webhooks and keeps them in the order in which they came.
type receiver struct {
	*httptest.Server

	mu       sync.Mutex
	verifier *hooks.Verifier
	arrivals []arrival
	forged   []string // what was not signed, or no event
}

func startReceiver(tb testing.TB) *receiver {
	tb.Helper()
	r := &receiver{}
	r.Server = httptest.NewTLSServer(r)
	tb.Cleanup(r.Close)
	return r
}

// certificate returns the receiver's certificate as PEM.
func (r *receiver) certificate() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate().Raw})
}

func (r *receiver) know(secret string) {
	verifier, err := hooks.New(secret)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.verifier = verifier
	if err != nil {
		r.forged = append(r.forged, err.Error())
	}
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.verifier == nil { // the secret is on its way
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	event, err := r.verifier.Read(request)
	var object struct {
		hooks.Object

		Amount string
	}
	if err == nil {
		err = json.Unmarshal(event.Data, &object)
	}
	if err != nil {
		r.forged = append(r.forged, err.Error())
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.arrivals = append(r.arrivals, arrival{
		id: event.ID, kind: event.Type, object: object.ID, status: object.Status, amount: object.Amount, sequence: object.Sequence,
	})
}

// all returns what came, and checks that the shop has signed it all.
func (r *receiver) all(tb testing.TB) []arrival {
	tb.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	assert.Empty(tb, r.forged, "every webhook is signed")
	return append([]arrival(nil), r.arrivals...)
}
