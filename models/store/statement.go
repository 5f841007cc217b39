package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
)

// InsertStatement stores the beginning of a fetch; ids and times that are empty are filled in.
func (s *Store) InsertStatement(ctx context.Context, m *models.Statement) error {
	m.ID, m.State = cmp.Or(m.ID, models.NewID()), cmp.Or(m.State, models.StatementFetching)
	m.CreatedAt = orTime(m.CreatedAt, s.now())
	clipTexts(m, "problem")
	return wrap("store the statement", s.create(ctx, m))
}

const pageColumn = "statement_pages.sealed"

func pageRow(p *models.StatementPage) string { return p.StatementID + ":" + strconv.Itoa(p.Page) }

// AddStatementPage keeps a raw page, sealed (ErrNoSealKey), as proof. A page that is there already is ErrDuplicate.
func (s *Store) AddStatementPage(ctx context.Context, p *models.StatementPage) error {
	var err error
	if p.Sealed, err = s.sealer.seal(pageColumn, pageRow(p), p.Raw); err != nil {
		return wrap("store a page of the statement", err)
	}
	p.CreatedAt = orTime(p.CreatedAt, s.now())
	return wrap("store a page of the statement", s.create(ctx, p))
}

// AddStatementLines stores lines of a statement, all or none. Ids that are empty are filled in. What the platform claims is cut to its
// columns, and whatever cannot be an appOrderId of the shop (spaces, control characters, anything but ASCII) becomes "?": such a line
// matches nothing, and the raw page has it as it was. A position that is taken is ErrDuplicate.
func (s *Store) AddStatementLines(ctx context.Context, lines []models.StatementLine) error {
	for i := range lines {
		line := &lines[i]
		line.ID = cmp.Or(line.ID, models.NewID())
		line.Type, line.AppOrderID = models.StatementType(asKey(string(line.Type))), asKey(line.AppOrderID)
		line.Unreadable, line.Digest = asKey(line.Unreadable), asKey(line.Digest)
		clipTexts(line, "type", "app_order_id", "coin", "user_id", "unreadable", "digest", "line_text")
	}
	return wrap("store lines of the statement", s.Tx(ctx, func(tx *Store) error { return statementLineTable.insertAll(ctx, tx, lines) }))
}

// asKey leaves only what both databases and Go sort and compare alike: printable ASCII without spaces.
func asKey(text string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
}

// FinishStatement ends a fetch: complete or failed. ErrConflict: it is not being fetched. ErrText. The accounts of people
// who were erased go off its lines again.
func (s *Store) FinishStatement(ctx context.Context, id string, state models.StatementState, set StatementChange) error {
	if state == models.StatementFetching {
		return fmt.Errorf("finish the statement: %w", ErrConflict)
	}
	c, err := changed[models.Statement](set)
	if err != nil {
		return wrap("finish the statement", err)
	}
	c.set("state", string(state))
	return wrap("finish the statement", s.Tx(ctx, func(tx *Store) error {
		if err := tx.update(ctx, "statements", c, "id = ? AND state = ?", id, string(models.StatementFetching)); err != nil {
			return err
		}
		return tx.eraseAgain(ctx, id)
	}))
}

// Statement reads a statement by its id; ErrNotFound.
func (s *Store) Statement(ctx context.Context, id string) (models.Statement, error) {
	m, err := take[models.Statement](ctx, s, "id = ?", id)
	return m, wrap("read the statement", err)
}

// NewestStatement reads the newest complete statement of a day; ErrNotFound.
func (s *Store) NewestStatement(ctx context.Context, day string) (models.Statement, error) {
	var m models.Statement
	err := s.orm.WithContext(ctx).Where("day = ? AND state = ?", day, string(models.StatementComplete)).
		Order("created_at DESC, id DESC").Take(&m).Error
	return m, wrap("read the statement", translate(err))
}

// Statements reads all fetches of a day, newest first.
func (s *Store) Statements(ctx context.Context, day string) ([]models.Statement, error) {
	list, err := find[models.Statement](ctx, s, "created_at DESC, id DESC", "day = ?", day)
	return list, wrap("read the day's statements", err)
}

// EachStatementPage calls fn with every raw page of a statement in order, opened, one at a time.
func (s *Store) EachStatementPage(ctx context.Context, id string, fn func(models.StatementPage) error) error {
	for number := 0; ; {
		var p models.StatementPage
		err := s.orm.WithContext(ctx).Where("statement_id = ? AND page > ?", id, number).Order("page").Take(&p).Error
		if err = translate(err); errors.Is(err, ErrNotFound) {
			return nil
		}
		if err == nil {
			p.Raw, err = s.sealer.open(pageColumn, pageRow(&p), p.Sealed)
		}
		if err != nil {
			return wrap("read a page of the statement", err)
		}
		if err := fn(p); err != nil {
			return err
		}
		number = p.Page
	}
}

// EachStatementLine calls fn with every line of a statement, ordered by type, appOrderId and position, each compared byte by byte as Go
// does: together with EachBooked it makes a merge. Lines are read a batch at a time, so fn may use the store, and memory does not
// grow with the statement. An error of fn ends it and is returned as it is.
func (s *Store) EachStatementLine(ctx context.Context, id string, fn func(models.StatementLine) error) error {
	return eachInBatches(batch, func(last *models.StatementLine) ([]models.StatementLine, error) {
		where := conditions{}
		where.add("statement_id = ?", id)
		if last != nil {
			part, args := s.beyond(">", []string{"?", "?", "?"}, []any{string(last.Type), last.AppOrderID, last.Position},
				"type", "app_order_id", "position")
			where.add(part, args...)
		}
		list, err := statementLineTable.query(ctx, s, "WHERE "+where.sql()+" ORDER BY type, app_order_id, position LIMIT ?", append(where.args, batch)...)
		return list, wrap("read lines of the statement", err)
	}, fn)
}

// StatementLines reads a page of a statement's lines as they came, of one type or (empty) of all, after a position (0: from the first).
// ErrFilter.
func (s *Store) StatementLines(ctx context.Context, id string, kind models.StatementType, after, limit int) ([]models.StatementLine, error) {
	where := conditions{}
	where.add("statement_id = ?", id)
	where.equal("type", asKey(string(kind)))
	list, err := rowsAfter[models.StatementLine](ctx, s, where, after, limit)
	return list, wrap("read lines of the statement", err)
}
