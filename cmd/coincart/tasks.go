package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/web"
)

// task is a server or a worker, which runs until it is told to stop. run returns soon after ctx ends.
type task struct {
	name string
	run  func(ctx context.Context) error
}

// Limits on the duration of an orderly end. An idle program ends at once.
//
// Requests in progress are answered first; the longest is a form about money, which waits for the platform. Then the workers finish their
// current call to the platform, store its answer, and write the counters. Whatever runs the program must wait longer than stopTime before
// it kills it. Container engines wait for ten seconds by default: see stop_grace_period in docker-compose.yml, and "Stopping" in README.md.
const (
	drainTime = web.LongestRequest
	stopTime  = drainTime + 2*payments.DefaultCallTimeout + 2*time.Second
)

// runTasks starts the tasks in order and waits until ctx ends or one of them returns. Then it stops them in reverse order, waiting for
// each, so that no task loses one that it needs: the shop's server stops before its workers, and these before the sandbox that they call.
// It returns nil for an orderly end.
func runTasks(ctx context.Context, tasks []task) error {
	type running struct {
		stop context.CancelFunc
		done chan error
	}
	all := make([]running, len(tasks))
	ended := make(chan struct{}, len(tasks))
	for i, t := range tasks {
		taskCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
		all[i] = running{stop: stop, done: make(chan error, 1)}
		go func() {
			err := t.run(taskCtx)
			switch {
			case err != nil && !errors.Is(err, context.Canceled):
				err = fmt.Errorf("%s: %w", t.name, err)
			case taskCtx.Err() == nil:
				err = fmt.Errorf("%s ended unexpectedly", t.name)
			default:
				err = nil
			}
			all[i].done <- err
			ended <- struct{}{}
		}()
	}
	select {
	case <-ctx.Done():
	case <-ended:
	}
	var errs []error
	deadline := time.NewTimer(stopTime)
	defer deadline.Stop()
	for i, t := range slices.Backward(all) {
		t.stop()
		select {
		case err := <-t.done:
			errs = append(errs, err)
		case <-deadline.C:
			deadline.Reset(0) // the remaining tasks are told to stop, but not waited for
			errs = append(errs, fmt.Errorf("%s did not stop in time", tasks[i].name))
		}
	}
	return errors.Join(errs...)
}

// listen opens an address. If the address is taken, the error says what to do.
func listen(ctx context.Context, what, addr, setting string) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return listener, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s cannot listen on %s: another program uses this address, perhaps another Coincart. Stop it, or set another address with %s",
			what, addr, setting)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%s cannot listen on %s: ports below 1024 need permissions that this user does not have. Set another with %s", what, addr, setting)
	default:
		return nil, fmt.Errorf("%s cannot listen on %s (%s): %w", what, addr, setting, err)
	}
}

// unusedConns holds the connections without a request yet. Browsers open spare ones, and Shutdown waits more than five seconds for new
// connections, although the server does not answer on them any more.
type unusedConns struct {
	mu     sync.Mutex
	conns  map[net.Conn]bool
	closed bool
}

// follow implements http.Server.ConnState.
func (u *unusedConns) follow(conn net.Conn, state http.ConnState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(u.conns, conn)
	case u.closed:
		_ = conn.Close()
	default:
		u.conns[conn] = true
	}
}

// close closes the connections when the server shuts down.
func (u *unusedConns) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closed = true
	for conn := range u.conns {
		_ = conn.Close()
	}
}

// serveHTTP returns a task that runs a server. When it stops, it answers requests in progress before it returns.
func serveHTTP(name string, server *http.Server, listener net.Listener, log *slog.Logger) task {
	server.ErrorLog = slog.NewLogLogger(log.With("server", name).Handler(), slog.LevelWarn)
	spare := unusedConns{conns: map[net.Conn]bool{}}
	server.ConnState = spare.follow
	server.RegisterOnShutdown(spare.close)
	return task{name: name, run: func(ctx context.Context) error {
		failed := make(chan error, 1)
		go func() { failed <- server.Serve(listener) }()
		select {
		case err := <-failed:
			return fmt.Errorf("serve: %w", err)
		case <-ctx.Done():
		}
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
		defer cancel()
		if err := server.Shutdown(drain); err != nil {
			return fmt.Errorf("requests were still running when the timeout expired: %w", errors.Join(err, server.Close()))
		}
		return nil
	}}
}
