package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"github.com/coincart/coincart/models"
)

// slowStatement is the time from which a statement is worth a line in the log.
const slowStatement = 200 * time.Millisecond

// maxStatements is the maximum number of prepared statements that are kept: texts that vary with the number of rows must not fill memory.
const maxStatements = 256

// pool is where every statement of the store passes: it routes reads and writes, prepares once, counts, times, brings arguments
// into the form that is stored, and translates errors. GORM runs on it as its ConnPool.
type pool struct {
	write, read *statements
	textTimes   bool // SQLite: times are written as text of fixed width
	waits       *waits
	log         *slog.Logger
	observe     func(ctx context.Context, query string) // nil: nobody
}

// statements is a database handle with its prepared statements.
type statements struct {
	db      *sql.DB
	prepare bool

	mu     sync.RWMutex
	cache  map[string]*sql.Stmt
	wanted []string // met inside transactions, prepared before the next one begins
}

// conn is what a pool and a transaction have in common.
type conn interface {
	gorm.ConnPool
	exec(ctx context.Context, query string, args []any) (sql.Result, error)
	query(ctx context.Context, query string, args []any) (*sql.Rows, error)
}

// statement returns the prepared statement of a text, or nil where none is kept.
func (s *statements) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if !s.prepare {
		return nil, nil //nolint:nilnil // "none is kept" is not an error
	}
	s.mu.RLock()
	stmt, n := s.cache[query], len(s.cache)
	s.mu.RUnlock()
	if stmt != nil || n >= maxStatements {
		return stmt, nil
	}
	stmt, err := s.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if earlier := s.cache[query]; earlier != nil {
		return earlier, stmt.Close() //nolint:sqlclosecheck // kept until the store closes
	}
	s.cache[query] = stmt
	return stmt, nil
}

// statementInTx returns the prepared statement of a text for a transaction, or nil where there is none yet. It cannot be prepared now:
// the transaction has the only connection.
func (s *statements) statementInTx(query string) *sql.Stmt {
	if !s.prepare {
		return nil
	}
	s.mu.RLock()
	stmt, n := s.cache[query], len(s.cache)
	s.mu.RUnlock()
	if stmt == nil && n < maxStatements {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.wanted) < maxStatements {
			s.wanted = append(s.wanted, query)
		}
	}
	return stmt
}

// prepareWanted prepares what transactions have met.
func (s *statements) prepareWanted(ctx context.Context) {
	if !s.prepare {
		return
	}
	s.mu.RLock()
	none := len(s.wanted) == 0
	s.mu.RUnlock()
	if none {
		return
	}
	s.mu.Lock()
	wanted := s.wanted
	s.wanted = nil
	s.mu.Unlock()
	for _, query := range wanted {
		_, _ = s.statement(ctx, query) //nolint:sqlclosecheck // kept until the store closes
	}
}

// close ends the prepared statements and the handle.
func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.cache)
	return s.db.Close()
}

// textTime is the layout of times in SQLite: of fixed width, so that text order is time order, in UTC.
const textTime = "2006-01-02 15:04:05.000"

// arguments brings values into the form that is stored. The slice may be changed: it belongs to the call.
func (p *pool) arguments(args []any) ([]any, error) {
	for i, arg := range args {
		switch v := arg.(type) {
		case time.Time:
			args[i] = p.instant(v)
		case *time.Time:
			if v != nil {
				args[i] = p.instant(*v)
			}
		case string:
			if !utf8.ValidString(v) {
				return nil, fmt.Errorf("%w: argument %d is not UTF-8", ErrText, i+1)
			}
		}
	}
	return args, nil
}

func (p *pool) instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	t = models.Instant(t)
	if p.textTimes {
		return t.Format(textTime)
	}
	return t
}

// watch shows a statement to whoever observes them, and logs a slow one, without its values.
func (p *pool) watch(ctx context.Context, query string) func() {
	if p.observe != nil {
		p.observe(ctx, query)
	}
	began := time.Now()
	return func() {
		if took := time.Since(began); took >= slowStatement {
			p.log.WarnContext(ctx, "slow statement", slog.String("sql", query), slog.Duration("took", took))
		}
	}
}

// run runs a statement: its arguments are brought into the form that is stored, and it is watched and waits only so long.
func run[R any](
	ctx context.Context, p *pool, query string, args []any, send func(ctx context.Context, args []any, w wait) (R, error),
) (result R, err error) {
	if err := ctx.Err(); err != nil {
		return result, err // the database has nothing to do with it
	}
	if args, err = p.arguments(args); err != nil {
		return result, err
	}
	defer p.watch(ctx, query)()
	limited, w := p.waits.start(ctx)
	return send(limited, args, w)
}

func (p *pool) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	return run(ctx, p, query, args, func(limited context.Context, args []any, w wait) (sql.Result, error) {
		result, err := p.write.exec(limited, query, args)
		err = w.end(err)
		p.suspect(ctx, err)
		return result, translate(err)
	})
}

func (s *statements) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	stmt, err := s.statement(ctx, query) //nolint:sqlclosecheck // kept until the store closes
	if err != nil {
		return nil, err
	}
	if stmt != nil {
		return stmt.ExecContext(ctx, args...)
	}
	return s.db.ExecContext(ctx, query, args...)
}

func (p *pool) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return run(ctx, p, query, args, func(limited context.Context, args []any, w wait) (*sql.Rows, error) {
		rows, err := w.answered(p.read.query(limited, query, args))
		p.suspect(ctx, err)
		return rows, translate(err)
	})
}

func (s *statements) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	stmt, err := s.statement(ctx, query) //nolint:sqlclosecheck // kept until the store closes
	if err != nil {
		return nil, err
	}
	if stmt != nil {
		return stmt.QueryContext(ctx, args...)
	}
	return s.db.QueryContext(ctx, query, args...)
}

// PrepareContext is asked for by gorm.ConnPool; GORM's own statement cache stays off, because it would pass by this pool.
func (p *pool) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return p.write.db.PrepareContext(ctx, query)
}

// ExecContext runs a statement that changes something.
func (p *pool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return p.exec(ctx, query, args)
}

// QueryContext runs a statement that only reads.
func (p *pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.query(ctx, query, args)
}

// QueryRowContext runs a statement that reads one row; its error is the database's own.
func (p *pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	defer p.watch(ctx, query)()
	ctx, w := p.waits.start(ctx)
	return w.answeredRow(p.read.db.QueryRowContext(ctx, query, args...))
}

// BeginTx begins a transaction on a writing connection.
func (p *pool) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	return p.begin(ctx, opts)
}

func (p *pool) begin(ctx context.Context, opts *sql.TxOptions) (*transaction, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	limited, w := p.waits.start(ctx)
	p.write.prepareWanted(limited)
	tx, err := p.write.db.BeginTx(limited, opts)
	if err != nil {
		err = w.end(err)
		p.suspect(ctx, err)
		return nil, translate(err)
	}
	release, late := w.keep()
	if late {
		err := errors.Join(w.late, tx.Rollback())
		release()
		return nil, err
	}
	return &transaction{pool: p, tx: tx, release: release}, nil
}

func (p *pool) close() error {
	err := p.write.close()
	if p.read != p.write {
		if e := p.read.close(); err == nil {
			err = e
		}
	}
	return err
}

// transaction is the pool inside a transaction: reads see what was written.
//
// After a deadlock MySQL has rolled everything back, and whatever is sent next stands alone and is kept. So a transaction that
// gave way is over: it runs nothing more, and its commit fails with the same error.
//
// The same holds for one that got no answer in time: SQLite rolls back what it is interrupted in.
type transaction struct {
	pool    *pool
	tx      *sql.Tx
	release func() // gives back what the transaction's context holds
	failed  error  // why nothing more runs
}

func (t *transaction) noteFailure(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	t.pool.suspect(ctx, err)
	unanswered := connectionLost(err) || errors.Is(err, context.Canceled)
	err = translate(err)
	if t.failed == nil && (unanswered || isRetryable(err)) {
		t.failed = err
	}
	return err
}

func (t *transaction) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	if t.failed != nil {
		return nil, t.failed
	}
	return run(ctx, t.pool, query, args, func(limited context.Context, args []any, w wait) (result sql.Result, err error) {
		if stmt := t.pool.write.statementInTx(query); stmt != nil {
			result, err = t.tx.StmtContext(limited, stmt).ExecContext(limited, args...) //nolint:sqlclosecheck // ends with the transaction
		} else {
			result, err = t.tx.ExecContext(limited, query, args...)
		}
		return result, t.noteFailure(ctx, w.end(err))
	})
}

func (t *transaction) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if t.failed != nil {
		return nil, t.failed
	}
	return run(ctx, t.pool, query, args, func(limited context.Context, args []any, w wait) (rows *sql.Rows, err error) {
		if stmt := t.pool.write.statementInTx(query); stmt != nil {
			rows, err = w.answered(t.tx.StmtContext(limited, stmt).QueryContext(limited, args...)) //nolint:sqlclosecheck // ends with the transaction
		} else {
			rows, err = w.answered(t.tx.QueryContext(limited, query, args...))
		}
		return rows, t.noteFailure(ctx, err)
	})
}

// PrepareContext is asked for by gorm.ConnPool.
func (t *transaction) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return t.tx.PrepareContext(ctx, query)
}

// ExecContext runs a statement that changes something.
func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return t.exec(ctx, query, args)
}

// QueryContext runs a statement that reads.
func (t *transaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.query(ctx, query, args)
}

// QueryRowContext runs a statement that reads one row; its error is the database's own.
func (t *transaction) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	defer t.pool.watch(ctx, query)()
	ctx, w := t.pool.waits.start(ctx)
	return w.answeredRow(t.tx.QueryRowContext(ctx, query, args...))
}

// Commit ends the transaction well; one that gave way is rolled back instead.
func (t *transaction) Commit() error {
	if t.failed != nil {
		return errors.Join(t.failed, t.Rollback())
	}
	defer t.release()
	return translate(t.tx.Commit())
}

// Rollback undoes the transaction.
func (t *transaction) Rollback() error {
	defer t.release()
	return translate(t.tx.Rollback())
}
