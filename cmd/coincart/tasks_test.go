package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/web"
)

func TestRunTasks_StopsInTheOppositeOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped := make(chan string, 3)
		worker := func(name string) task {
			return task{name, func(ctx context.Context) error {
				<-ctx.Done()
				time.Sleep(time.Second) // in the bubble's time: the work in progress
				stopped <- name
				return ctx.Err()
			}}
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		require.NoError(t, runTasks(ctx, []task{worker("platform"), worker("workers"), worker("pages")}))
		close(stopped)
		var order []string
		for name := range stopped {
			order = append(order, name)
		}
		assert.Equal(t, []string{"pages", "workers", "platform"}, order)
	})
}

func TestRunTasks_OneFailureEndsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		err := runTasks(t.Context(), []task{
			{"patient", func(ctx context.Context) error { <-ctx.Done(); return nil }},
			{"hasty", func(context.Context) error { return broken }},
		})
		require.ErrorIs(t, err, broken)
		assert.EqualError(t, err, "hasty: broken")

		err = runTasks(t.Context(), []task{{"quitter", func(context.Context) error { return nil }}})
		assert.EqualError(t, err, "quitter ended unexpectedly")
	})
}

func TestRunTasks_DoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		begin := time.Now()
		err := runTasks(ctx, []task{
			{"deaf", func(context.Context) error { <-release; return nil }},
			{"deafer", func(context.Context) error { <-release; return nil }},
		})
		assert.ErrorContains(t, err, "deaf did not stop in time")
		assert.ErrorContains(t, err, "deafer did not stop in time")
		assert.Equal(t, stopTime, time.Since(begin))
	})
}

// A change of one timeout must not break another that depends on it.
func TestStopTime_LeavesTimeForTheLongestRequest(t *testing.T) {
	server := web.HTTPServer("", nil)
	assert.GreaterOrEqual(t, drainTime, web.LongestRequest)
	assert.Greater(t, server.WriteTimeout, web.LongestRequest, "the answer is not cut off while it is waited for")
	assert.Greater(t, web.LongestRequest, 2*payments.DefaultCallTimeout, "a call, and the storing of its answer")
	assert.GreaterOrEqual(t, stopTime, drainTime+2*payments.DefaultCallTimeout)

	compose, err := os.ReadFile("../../docker-compose.yml")
	require.NoError(t, err)
	said := regexp.MustCompile(`\n  stop_grace_period: (\d+s)\n`).FindSubmatch(compose)
	require.NotNil(t, said)
	grace, err := time.ParseDuration(string(said[1]))
	require.NoError(t, err)
	assert.Greater(t, grace, stopTime)

	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	seconds := strconv.Itoa(int(grace / time.Second))
	assert.Contains(t, string(compose), "up to "+strconv.Itoa(int(stopTime/time.Second))+" seconds")
	assert.Contains(t, string(readme), "may take "+strconv.Itoa(int(web.LongestRequest/time.Second))+" seconds, and the workers "+
		strconv.Itoa(int((stopTime-drainTime)/time.Second))+" more")
	for _, setting := range []string{"stop_grace_period: " + seconds + "s", "terminationGracePeriodSeconds: " + seconds, "TimeoutStopSec=" + seconds} {
		assert.Contains(t, string(readme), setting)
	}
}

func TestServeHTTP_AnswersWhatIsUnderWay(t *testing.T) {
	listener, err := listen(t.Context(), "The test", "127.0.0.1:0", "nothing")
	require.NoError(t, err)
	entered, leave := make(chan struct{}), make(chan struct{})
	server := &http.Server{ReadHeaderTimeout: patience, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-leave
		_, _ = io.WriteString(w, "done")
	})}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- runTasks(ctx, []task{serveHTTP("test", server, listener, slog.New(slog.DiscardHandler))})
	}()
	answer := make(chan string, 1)
	go func() {
		response, err := http.Get("http://" + listener.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		answer <- string(body)
	}()
	<-entered
	stop()
	close(leave)
	assert.Equal(t, "done", <-answer)
	require.NoError(t, <-ended)
	_, err = http.Get("http://" + listener.Addr().String())
	assert.Error(t, err, "nothing listens any more")
}

// memoryListener is a listener in memory that accepts the connections put into it.
type memoryListener struct {
	conns chan net.Conn
	once  sync.Once
	ended chan struct{}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.ended:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	l.once.Do(func() { close(l.ended) })
	return nil
}

func (l *memoryListener) Addr() net.Addr { return &net.TCPAddr{} }

func TestServeHTTP_WaitsNotForConnectionsThatAskNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := &memoryListener{conns: make(chan net.Conn), ended: make(chan struct{})}
		server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(3 * time.Second)
			_, _ = io.WriteString(w, "done")
		})}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- runTasks(ctx, []task{serveHTTP("test", server, listener, slog.New(slog.DiscardHandler))})
		}()
		spare, spareEnd := net.Pipe()
		asking, askingEnd := net.Pipe()
		listener.conns <- spareEnd
		listener.conns <- askingEnd
		_, err := io.WriteString(asking, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		synctest.Wait()

		begin := time.Now()
		stop()
		_, err = spare.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		assert.Zero(t, time.Since(begin))
		answer, err := io.ReadAll(asking)
		require.NoError(t, err)
		assert.Contains(t, string(answer), "done", "what was asked before is answered")
		require.NoError(t, <-ended)
		assert.Less(t, time.Since(begin), 4*time.Second)
	})
}

func TestUnused_ClosesWhatComesTooLate(t *testing.T) {
	u := unusedConns{conns: map[net.Conn]bool{}}
	u.close()
	here, there := net.Pipe()
	u.follow(there, http.StateNew)
	_, err := here.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}

func TestListen_TakenPortSaysWhatToDo(t *testing.T) {
	first, err := listen(t.Context(), "The shop", "127.0.0.1:0", "--addr or COINCART_ADDR")
	require.NoError(t, err)
	defer first.Close()
	_, err = listen(t.Context(), "The shop", first.Addr().String(), "--addr or COINCART_ADDR")
	require.Error(t, err)
	assert.Contains(t, err.Error(), "another program uses this address")
	assert.Contains(t, err.Error(), "--addr or COINCART_ADDR")
}
