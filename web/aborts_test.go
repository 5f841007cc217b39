package web_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// A visitor who leaves in the middle of a request is no error of the shop's, wherever the request is at that moment.
func TestAborts_AreNoErrors(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	host := strings.TrimPrefix(s.url, "http://")
	const multi = "Content-Type: multipart/form-data; boundary=x\r\n"
	const form = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n"
	requests := map[string]string{
		"page":      "GET /products/mug HTTP/1.1\r\nHost: %s\r\n\r\n",
		"search":    "GET /search?q=mug HTTP/1.1\r\nHost: %s\r\n\r\n",
		"form":      "POST /cart/items HTTP/1.1\r\nHost: %s\r\n" + form + "Content-Length: 500\r\n\r\nvariant=" + s.blue().ID,
		"checkout":  "POST /checkout HTTP/1.1\r\nHost: %s\r\n" + form + "Content-Length: 11\r\n\r\nemail=a@b.c",
		"upload":    "POST /cart/items HTTP/1.1\r\nHost: %s\r\n" + multi + "Sec-Fetch-Site: same-origin\r\nContent-Length: 500\r\n\r\n--x\r\nContent-",
		"callback":  "POST /payments/notify HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"data\":",
		"sign-in":   "POST /admin/login HTTP/1.1\r\nHost: %s\r\n" + form + "Content-Length: 40\r\n\r\nemail=nobody@shop.example&password=wrongs",
		"back page": "GET /admin/login HTTP/1.1\r\nHost: %s\r\n\r\n",
	}
	var d net.Dialer
	for range 5 {
		for name, request := range requests {
			conn, err := d.DialContext(t.Context(), "tcp", host)
			require.NoError(t, err, name)
			_, err = fmt.Fprintf(conn, request, host)
			require.NoError(t, err, name)
			require.NoError(t, conn.(*net.TCPConn).SetLinger(0)) //nolint:forcetypeassert,errcheck // what it is
			require.NoError(t, conn.Close())
		}
	}
	// The shop answers others meanwhile, and afterwards.
	s.browser().get("/").is(200)
	require.Eventually(t, func() bool { return strings.Count(s.logs.String(), `"msg":"request"`) >= 5*len(requests) }, 20*time.Second, 20*time.Millisecond)
	assert.Empty(t, s.logs.errors())
}

// A visitor who leaves while the database is slow cancels its statements: their errors are many and none is the shop's.
func TestAborts_WhileTheDatabaseWorks(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		host := strings.TrimPrefix(s.url, "http://")
		var d net.Dialer
		require.NoError(t, s.db.Tx(t.Context(), func(tx *store.Store) error {
			if _, err := tx.CreateCart(t.Context()); err != nil { // SQLite's one writer is busy now
				return err
			}
			conn, err := d.DialContext(t.Context(), "tcp", host)
			require.NoError(t, err)
			body := "variant=" + s.blue().ID + "&quantity=1"
			fmt.Fprintf(conn, "POST /cart/items HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\nContent-Length: %d\r\n\r\n%s",
				host, len(body), body)
			require.NoError(t, conn.SetReadDeadline(time.Now().Add(200*time.Millisecond)))
			_, _ = bufio.NewReader(conn).ReadByte()
			return conn.Close()
		}))
		require.Eventually(t, func() bool { return strings.Contains(s.logs.String(), `"route":"/cart/items"`) }, 20*time.Second, 20*time.Millisecond)
		assert.Empty(t, s.logs.errors())
	})
}
