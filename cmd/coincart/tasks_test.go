package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRunTasks_StopsInTheOppositeOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped := make(chan string, 3)
		worker := func(name string) task {
			return task{name, func(ctx context.Context) error {
				<-ctx.Done()
				time.Sleep(time.Second) // in the bubble's time: what it has begun
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
		assert.EqualError(t, err, "quitter ended by itself")
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

func TestListen_TakenPortSaysWhatToDo(t *testing.T) {
	first, err := listen(t.Context(), "The shop", "127.0.0.1:0", "--addr or COINCART_ADDR")
	require.NoError(t, err)
	defer first.Close()
	_, err = listen(t.Context(), "The shop", first.Addr().String(), "--addr or COINCART_ADDR")
	require.Error(t, err)
	assert.Contains(t, err.Error(), "another program uses this address")
	assert.Contains(t, err.Error(), "--addr or COINCART_ADDR")
}
