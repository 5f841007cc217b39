package books

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
)

// Limits of reading a statement.
const (
	statementTries = 3                // readings of a statement that changes while it is read
	statementPages = 5000             // ten million lines, more than any statement has
	statementDelay = 30 * time.Minute // after the end of a day, before its statement is first fetched
)

// Errors of statements.
var (
	// ErrDayFuture means that the day has not begun.
	ErrDayFuture = errors.New("the day has not begun")
	// ErrDayOpen means that the day is not over, not balanced or has open discrepancies; see SealError.
	ErrDayOpen = errors.New("the day cannot be sealed yet")
	// ErrDaySealed means that the day is sealed.
	ErrDaySealed = errors.New("the day is sealed")
	// ErrNothingFetched means that there is no complete statement of the day.
	ErrNothingFetched = errors.New("no complete statement of the day")
	// ErrStatement means that the platform's statement could not be read completely.
	ErrStatement = errors.New("the statement could not be read")
)

// day parses a day of the platform and returns its bounds. Errors: models.ErrDay, ErrDayFuture.
func (s *Service) day(text string) (from, to time.Time, err error) {
	from, to, err = models.ParseDay(text, s.zone)
	if err != nil {
		return from, to, err
	}
	if from.After(s.clock()) {
		return from, to, ErrDayFuture
	}
	return from, to, nil
}

// CheckDay reports whether a day can have a statement. Errors: models.ErrDay, ErrDayFuture.
func (s *Service) CheckDay(text string) error {
	_, _, err := s.day(text)
	return err
}

// FetchStatement fetches the platform's statement of a day, all pages of both types. It stores every raw page with its hash before it
// checks the page. The number of lines must equal the platform's count, and the first page must be the same at the end as at the beginning;
// a statement that changes meanwhile is read again, up to three times in all. An unreadable line is stored as such and does not spoil the
// others: Reconcile lists it, and the day stays open until a person has explained it. progress may be nil; its total is 0 until it is
// known.
//
// Errors: models.ErrDay, ErrDayFuture, ErrStatement with the reason, those of the gateway.
func (s *Service) FetchStatement(ctx context.Context, day, staffID string, progress func(done, total int)) (models.Statement, error) {
	if _, _, err := s.day(day); err != nil {
		return models.Statement{}, err
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	var last models.Statement
	var lastErr error
	for range statementTries {
		last, lastErr = s.fetchOnce(ctx, day, staffID, progress)
		if !errors.Is(lastErr, opay.ErrStatementShifted) {
			return last, lastErr
		}
		s.log.WarnContext(ctx, "the statement shifted while it was read", "day", day)
	}
	return last, fmt.Errorf("%w: it changed while it was being read, %d times: %w", ErrStatement, statementTries, lastErr)
}

// FetchStatementFor is FetchStatement on behalf of staff, without a task. The audit log has an entry of it before the exchange is asked.
func (s *Service) FetchStatementFor(ctx context.Context, by models.Actor, day string, progress func(done, total int)) (models.Statement, error) {
	if err := s.CheckDay(day); err != nil {
		return models.Statement{}, err
	}
	if err := s.store.Record(ctx, by, "statement.fetch", "day:"+day, nil, models.Facts{"day": day}); err != nil {
		return models.Statement{}, fmt.Errorf("write the audit log: %w", err)
	}
	return s.FetchStatement(ctx, day, by.StaffID, progress)
}

// fetchOnce stores one reading, complete or failed. opay.ErrStatementShifted means that another reading may succeed.
func (s *Service) fetchOnce(ctx context.Context, day, staffID string, progress func(done, total int)) (models.Statement, error) {
	st := models.Statement{
		ID: models.NewID(), Day: day, Zone: s.zone.String(), State: models.StatementFetching, FetchedBy: staffID, CreatedAt: s.clock(),
	}
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.OpenBookDay(ctx, day, st.Zone); err != nil { // the day is in the books even if its only reading fails
			return err
		}
		return tx.InsertStatement(ctx, &st)
	})
	if err != nil {
		return st, fmt.Errorf("begin statement: %w", err)
	}
	readErr := s.readPages(ctx, &st, progress)
	st.FetchedAt, st.State, st.Problem = s.clock(), models.StatementComplete, ""
	if readErr != nil {
		st.State, st.Problem = models.StatementFailed, jobs.RemarkOf(remarked(readErr))
	} else if hash, err := s.linesHash(ctx, st.ID); err != nil {
		return st, err
	} else {
		st.Hash = hash
	}
	keep, cancel := s.detached(ctx)
	defer cancel()
	set := store.StatementChange{
		Lines: new(st.Lines), Count: new(st.Count), Pages: new(st.Pages), Hash: new(st.Hash), Problem: new(st.Problem), FetchedAt: new(st.FetchedAt),
	}
	if err := s.store.FinishStatement(keep, st.ID, st.State, set); err != nil {
		return st, fmt.Errorf("finish statement: %w", err)
	}
	return st, readErr
}

func (s *Service) readPages(ctx context.Context, st *models.Statement, progress func(done, total int)) error {
	var first string
	for page := 1; page <= statementPages; page++ {
		got, err := s.statementPage(ctx, st.Day, page)
		if len(got.Raw) > 0 {
			if err := s.keepPage(ctx, st, page, got.Raw); err != nil {
				return err
			}
		}
		if err != nil {
			return unreadablePage(err, page, got)
		}
		hash := hashOf(got)
		if page == 1 {
			st.Count, first = got.Count, hash
		}
		if got.Count != st.Count {
			return fmt.Errorf("page %d counts %d records, page 1 counted %d: %w", page, got.Count, st.Count, opay.ErrStatementShifted)
		}
		if err := s.storeLines(ctx, st, page, got); err != nil {
			return err
		}
		progress(st.Lines, st.Count)
		if st.Lines >= st.Count || got.Size() == 0 {
			return s.samePage(ctx, st, first)
		}
	}
	err := fmt.Errorf("%w: more than %d pages", ErrStatement, statementPages)
	return jobs.Remarked(err, "pages", "pages", strconv.Itoa(statementPages))
}

// unreadablePage adds the page's number to the error of a page that was verified and stored but cannot be parsed.
func unreadablePage(err error, page int, got opay.StatementPage) error {
	if len(got.Raw) == 0 {
		return err
	}
	return jobs.Remarked(fmt.Errorf("%w: %w", ErrStatement, err), "page", "page", strconv.Itoa(page))
}

func (s *Service) statementPage(ctx context.Context, day string, page int) (opay.StatementPage, error) {
	got, err := s.gateway.Statement(ctx, opay.StatementRequest{Day: day, Page: page, PageSize: opay.MaxPageSize})
	if err != nil {
		return got, fmt.Errorf("read page %d of the statement of %s: %w", page, day, err)
	}
	return got, nil
}

// samePage checks that the first page has not changed: the count does not reveal records that were added and removed in equal number.
func (s *Service) samePage(ctx context.Context, st *models.Statement, first string) error {
	if st.Lines != st.Count {
		err := fmt.Errorf("%d lines, the platform counts %d: %w", st.Lines, st.Count, opay.ErrStatementShifted)
		return jobs.Remarked(err, "count", "lines", strconv.Itoa(st.Lines), "count", strconv.Itoa(st.Count))
	}
	if st.Pages < 2 {
		return nil
	}
	again, err := s.statementPage(ctx, st.Day, 1)
	if err != nil {
		return err
	}
	if again.Count != st.Count || hashOf(again) != first {
		return fmt.Errorf("page 1 is another than before: %w", opay.ErrStatementShifted)
	}
	return nil
}

// hashOf returns a digest of the values on a page. It does not depend on how the JSON is written.
func hashOf(p opay.StatementPage) string {
	h := sha256.New()
	for l, bad := range p.InOrder() {
		if bad != nil {
			writeFields(h, bad.Member, bad.Digest)
			continue
		}
		writeFields(h, l.OrderType, l.AppOrderID, l.Coin, models.CanonicalAmount(string(l.Amount)), l.UserID, millis(l.PaidAt))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func millis(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}

// writeFields writes each field with its length, so that no two lists give the same bytes.
func writeFields(w interface{ Write(p []byte) (int, error) }, fields ...string) {
	for _, f := range fields {
		_, _ = w.Write([]byte(strconv.Itoa(len(f)) + ":" + f)) // a hash never fails
	}
}

// keepPage stores a raw page before it is checked, so that a person can look at it whatever is wrong.
func (s *Service) keepPage(ctx context.Context, st *models.Statement, page int, raw []byte) error {
	ctx, cancel := s.detached(ctx)
	defer cancel()
	hash := sha256.Sum256(raw)
	err := s.store.AddStatementPage(ctx, &models.StatementPage{
		StatementID: st.ID, Page: page, Raw: raw, Hash: hex.EncodeToString(hash[:]), CreatedAt: s.clock(),
	})
	if err != nil {
		return fmt.Errorf("keep page %d: %w", page, err)
	}
	return nil
}

// storeLines stores the lines of a page, including unreadable ones.
func (s *Service) storeLines(ctx context.Context, st *models.Statement, page int, got opay.StatementPage) error {
	lines := make([]models.StatementLine, 0, got.Size())
	for l, bad := range got.InOrder() {
		line := lineOf(l, bad)
		line.ID, line.StatementID, line.Position = models.NewID(), st.ID, st.Lines+len(lines)+1
		if line.Unreadable != "" {
			s.log.WarnContext(ctx, "a line of the statement cannot be read", "day", st.Day, "line", line.Position, "member", line.Unreadable)
		}
		lines = append(lines, line)
	}
	if err := s.store.AddStatementLines(ctx, lines); err != nil {
		return fmt.Errorf("store the lines of page %d: %w", page, err)
	}
	st.Lines += len(lines)
	st.Pages = page
	return nil
}

// lineOf converts a line for the store: l, or bad if it is unreadable.
func lineOf(l *opay.StatementLine, bad *opay.UnreadableLine) models.StatementLine {
	if bad == nil {
		amount, err := models.ParseAmount(string(l.Amount))
		if err == nil {
			return models.StatementLine{
				Type: models.StatementType(l.OrderType), AppOrderID: l.AppOrderID, Coin: l.Coin, Amount: amount, UserID: l.UserID,
				CreateTime: models.Instant(l.CreatedAt), PayTime: models.Instant(l.PaidAt),
			}
		}
		h := sha256.New()
		writeFields(h, l.OrderType, l.AppOrderID, l.Coin, string(l.Amount), l.UserID, millis(l.PaidAt))
		bad = &opay.UnreadableLine{
			Member: "orderAmount", AppOrderID: l.AppOrderID, OrderType: l.OrderType, Coin: l.Coin, Digest: hex.EncodeToString(h.Sum(nil)),
		}
	}
	return models.StatementLine{
		Type: models.StatementType(bad.OrderType), AppOrderID: bad.AppOrderID, Coin: bad.Coin, Unreadable: bad.Member, Digest: bad.Digest,
		LineText: bad.Text,
	}
}

// linesHash returns the statement's fingerprint. It covers the lines in sorted order, so that two readings of the same records agree
// whatever their order and pages. An unreadable line contributes the digest of its JSON.
func (s *Service) linesHash(ctx context.Context, id string) (string, error) {
	h := sha256.New()
	err := s.store.EachStatementLine(ctx, id, func(l models.StatementLine) error {
		if l.Unreadable != "" {
			writeFields(h, l.Unreadable, l.Digest)
			return nil
		}
		writeFields(h, string(l.Type), l.AppOrderID, l.Coin, l.Amount.String(), l.UserID, millis(l.PayTime))
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("fingerprint the statement: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// statementStep plans the fetches of day D at D+1, D+2 and D+7 (reliability.md R10). Each is a task that exists once among all replicas.
func (s *Service) statementStep(ctx context.Context) (int, error) {
	if !s.planned.due(s.clock(), statementDelay/3) {
		return 0, nil
	}
	firstDay, err := s.store.FirstOrderDay(ctx, s.zone)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("find the first day: %w", err)
	}
	today := s.clock().Add(-statementDelay).In(s.zone)
	for _, back := range []int{1, 2, 7} {
		day := today.AddDate(0, 0, -back).Format(time.DateOnly)
		if day < firstDay {
			continue
		}
		task := jobs.Request{Kind: models.TaskStatement, Token: "schedule:" + day + ":" + strconv.Itoa(back), Params: statementParams{day}}
		if err := s.jobs.StartOwn(ctx, "schedule", task); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// checkSealed opens a review if a statement of a sealed day differs from the one that was sealed.
func (s *Service) checkSealed(ctx context.Context, book models.BookDay, st models.Statement) error {
	if book.State != models.DaySealed || book.SealedHash == st.Hash {
		return nil
	}
	now := s.clock()
	return s.store.OpenReview(ctx, models.Review{
		ID: models.NewID(), Kind: models.ReviewSealedDay, Subject: st.Day + ":" + st.Hash[:16], Note: models.Remark("sealed_day", "day", st.Day),
		Open: true, CreatedAt: now, UpdatedAt: now,
	})
}
