package web

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/web/visit"
)

// lockedBuffer is a buffer for a log that several requests write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Two aborts that were ERROR lines: a visitor who breaks off a download, and one who leaves while something fails because of it.
func TestAborts_OfDownloadsAndOfSlowPagesAreNoErrors(t *testing.T) {
	logs := &lockedBuffer{}
	s := bare(t, slog.New(slog.NewTextHandler(logs, nil)))
	s.get("/test/download", func(v *visit.Visit) error {
		const pieces = 4000
		piece := make([]byte, 64<<10)
		return v.Download("big.csv", "text/csv", pieces*int64(len(piece)), func(write func([]byte) error) error {
			for range pieces {
				if err := write(piece); err != nil {
					return fmt.Errorf("send a file: %w", err)
				}
			}
			return nil
		})
	})
	began := make(chan struct{})
	s.get("/test/slow", func(v *visit.Visit) error {
		close(began)
		<-v.Context().Done()
		return errors.New("sql: transaction has already been committed or rolled back")
	})
	front := httptest.NewServer(s.Handler())
	defer front.Close()
	for _, path := range []string{"/test/download", "/test/slow"} {
		var d net.Dialer
		conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(front.URL, "http://"))
		require.NoError(t, err)
		_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: shop\r\n\r\n", path)
		require.NoError(t, err)
		if path == "/test/download" {
			_, err = conn.Read(make([]byte, 10))
			require.NoError(t, err)
		} else {
			<-began
		}
		require.NoError(t, conn.(*net.TCPConn).SetLinger(0)) //nolint:forcetypeassert,errcheck // what it is
		require.NoError(t, conn.Close())
		require.Eventually(t, func() bool { return strings.Contains(logs.String(), `msg=request method=GET route=`+path) }, 20*time.Second, 10*time.Millisecond)
	}
	assert.NotContains(t, logs.String(), "level=ERROR")
	assert.Equal(t, 2, strings.Count(logs.String(), `msg="visitor left"`))
}
