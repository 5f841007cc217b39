package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/go-sql-driver/mysql"
)

// defaultTimeout bounds a statement where Options.Timeout does not.
const defaultTimeout = 10 * time.Second

// The error numbers of servers that another one has taken the place of, or that are about to end.
const (
	mysqlShutdown       = 1053
	mysqlReadOnlyOption = 1290
	mysqlReadOnlyMode   = 1836
)

// suspectPause is the minimum time between two looks at the pool: one broken network fails many statements at once.
const suspectPause = time.Second

// waits limits how long a pool waits (reliability.md R18).
type waits struct {
	limit time.Duration // of a statement whose context has no deadline: the wait for a connection and for the first answer
	late  error         // what a statement that took longer ends with
	idle  int           // connections that are kept open; 0: they cannot break

	suspected atomic.Int64 // when idle connections were dropped last, in Unix nanoseconds
}

func newWaits(limit time.Duration) *waits {
	if limit <= 0 {
		limit = defaultTimeout
	}
	return &waits{limit: limit, late: fmt.Errorf("the database did not answer within %s: %w", limit, context.DeadlineExceeded)}
}

// wait is the deadline of one statement; the zero value is none.
type wait struct {
	cancel context.CancelCauseFunc
	timer  *time.Timer
	late   error
}

// start gives a statement a context with a deadline, where the caller's has none.
func (w *waits) start(ctx context.Context) (context.Context, wait) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, wait{}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, wait{cancel: cancel, timer: time.AfterFunc(w.limit, func() { cancel(w.late) }), late: w.late}
}

// end ends the wait and returns the statement's error: the context only knows that it was cancelled, not that the time was over. Nothing
// may use the context any more.
func (w wait) end(err error) error {
	if w.cancel == nil {
		return err
	}
	inTime := w.timer.Stop()
	w.cancel(nil)
	if err != nil && !inTime {
		return w.late
	}
	return err
}

// keep takes the deadline off a context that lives on until release is called; late reports whether it was over in this very moment.
func (w wait) keep() (release func(), late bool) {
	if w.cancel == nil {
		return func() {}, false
	}
	return func() { w.cancel(nil) }, !w.timer.Stop()
}

// answered takes the deadline off rows that have begun to come: reading them may take longer, as an export does. The caller's own
// context goes on ending them. Nothing reports when rows are closed, so what the context holds is given back when they are collected.
func (w wait) answered(rows *sql.Rows, err error) (*sql.Rows, error) {
	if w.cancel == nil || err != nil {
		return rows, w.end(err)
	}
	release, late := w.keep()
	if late {
		_ = rows.Close()
		release()
		return nil, w.late
	}
	runtime.AddCleanup(rows, func(release func()) { release() }, release)
	return rows, nil
}

// answeredRow is answered for a single row, which keeps its error until it is read.
func (w wait) answeredRow(row *sql.Row) *sql.Row {
	if w.cancel != nil {
		release, _ := w.keep()
		runtime.AddCleanup(row, func(release func()) { release() }, release)
	}
	return row
}

// bound is start for what is not one statement: pinging, or reading the schema's state.
func (w *waits) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, w.limit, w.late)
}

// suspect drops all idle connections after an error which means that the server behind them does not answer any more: when another host
// takes over an address, the old connections stay open and nobody answers, and each of them would cost somebody a whole time-out.
func (p *pool) suspect(ctx context.Context, err error) {
	if err == nil || p.waits.idle == 0 || !connectionLost(err) {
		return
	}
	now, last := time.Now().UnixNano(), p.waits.suspected.Load()
	if now-last < int64(suspectPause) || !p.waits.suspected.CompareAndSwap(last, now) {
		return
	}
	idle := p.write.db.Stats().Idle
	p.write.db.SetMaxIdleConns(0)
	p.write.db.SetMaxIdleConns(p.waits.idle)
	p.log.WarnContext(ctx, "the database did not answer as it should: idle connections are closed",
		slog.Int("idle", idle), slog.Any("error", err))
}

// connectionLost reports whether an error is about the way to the server, or about a server that does not serve any more; of a statement that
// changes something nobody knows then whether it was done.
func connectionLost(err error) bool {
	if e, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return e.Number == mysqlShutdown || e.Number == mysqlReadOnlyOption || e.Number == mysqlReadOnlyMode
	}
	if _, ok := errors.AsType[net.Error](err); ok { // a context's deadline is one too
		return true
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
