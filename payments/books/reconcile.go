package books

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Reconcile compares the newest complete statement of a day with the shop's records, stores the discrepancies, and confirms the refunds
// that the statement shows. It never changes a payment (reliability.md R16). Errors: models.ErrDay, ErrDayFuture, ErrNothingFetched.
func (s *Service) Reconcile(ctx context.Context, day string) (Reconciliation, error) {
	from, to, err := s.day(day)
	if err != nil {
		return Reconciliation{}, err
	}
	st, err := s.store.NewestStatement(ctx, day)
	if errors.Is(err, store.ErrNotFound) {
		return Reconciliation{}, ErrNothingFetched
	}
	if err != nil {
		return Reconciliation{}, fmt.Errorf("load statement: %w", err)
	}
	m := &merge{
		service: s, from: from, to: to, result: Reconciliation{Day: day, Zone: s.zone.String(), StatementID: st.ID},
		totals: map[[2]string]*CoinTotal{}, unreadable: map[string][]models.StatementLine{}, paid: payTimes{},
	}
	if err := m.run(ctx, st.ID); err != nil {
		return Reconciliation{}, fmt.Errorf("reconcile %s: %w", day, err)
	}
	if err := s.storeReconciliation(ctx, st, &m.result, m.confirmed); err != nil {
		return Reconciliation{}, err
	}
	return m.result, nil
}

// storeReconciliation confirms the refunds that the statement shows, and stores the report and the discrepancies unless the day is sealed.
func (s *Service) storeReconciliation(ctx context.Context, st models.Statement, r *Reconciliation, confirmed []string) error {
	for _, id := range confirmed {
		if err := s.money.ConfirmRefund(ctx, id, s.clock()); err != nil {
			return fmt.Errorf("confirm refund: %w", err)
		}
	}
	book, err := s.store.BookDay(ctx, r.Day)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("load day: %w", err)
	}
	if err := s.checkSealed(ctx, book, st); err != nil {
		return fmt.Errorf("compare with the sealed day: %w", err)
	}
	if book.State == models.DaySealed {
		return nil
	}
	report, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	now := s.clock()
	return s.store.Tx(ctx, func(tx *store.Store) error {
		err := tx.PutBookDay(ctx, models.BookDay{
			Day: r.Day, Zone: r.Zone, State: models.DayOpen, StatementID: st.ID, Report: string(report), CreatedAt: now, UpdatedAt: now,
		})
		if err != nil {
			return fmt.Errorf("store day: %w", err)
		}
		if err := tx.PutDiscrepancies(ctx, r.Day, r.Found); err != nil {
			return fmt.Errorf("store discrepancies: %w", err)
		}
		return nil
	})
}

// merge compares the lines of a statement with bookings. Both are read in the order of (type, appOrderId).
type merge struct {
	service   *Service
	from, to  time.Time // bounds of the day
	result    Reconciliation
	totals    map[[2]string]*CoinTotal // by type and coin
	confirmed []string                 // appOrderIds of refunds that the statement shows

	// Rows without a counterpart on the day, collected to look up their counterparts on other days. All rows of a batch have the same type.
	theirs []models.StatementLine
	ours   []models.Booked

	unreadable map[string][]models.StatementLine // unreadable lines by keyOf

	paid payTimes // pay times of the lines that match a booking, to guess the zone
}

// lookupBatch is the maximum number of rows that are looked up on other days at once.
const lookupBatch = 500

// stream reads rows one by one, so that two streams can be merged in constant memory.
type stream[T any] struct {
	row  T
	err  error
	more bool // row or err is set
	next func() (T, error, bool)
	stop func()
}

// newStream returns a stream of the rows for which each calls its argument. It stands on the first row. The caller must call stop.
func newStream[T any](each func(func(T) error) error) *stream[T] {
	stopped := errors.New("stopped")
	next, stop := iter.Pull2(func(yield func(T, error) bool) {
		err := each(func(row T) error {
			if !yield(row, nil) {
				return stopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, stopped) {
			var none T
			yield(none, err)
		}
	})
	s := &stream[T]{next: next, stop: stop}
	s.advance()
	return s
}

func (s *stream[T]) advance() { s.row, s.err, s.more = s.next() }

func (m *merge) run(ctx context.Context, statementID string) error {
	db := m.service.store
	lines := newStream(func(f func(models.StatementLine) error) error {
		return db.EachStatementLine(ctx, statementID, m.setAside(f))
	})
	defer lines.stop()
	booked := newStream(func(f func(models.Booked) error) error { return db.EachBooked(ctx, m.from, m.to, f) })
	defer booked.stop()

	last, copies := "", 0 // key of the last line, and how often it occurred
	for lines.more || booked.more {
		if err := errors.Join(lines.err, booked.err); err != nil {
			return err
		}
		line, booking := lines.row, booked.row
		key, order := keyOf(line.Type, line.AppOrderID), compare(lines, booked)
		var err error
		switch {
		case order <= 0 && key == last:
			copies++
			m.duplicate(line, copies)
			lines.advance()
		case order < 0:
			last, copies = key, 1
			err = m.lineAlone(ctx, line)
			lines.advance()
		case order > 0:
			err = m.bookedAlone(ctx, booking)
			booked.advance()
		default:
			last, copies = key, 1
			m.pair(line, booking)
			lines.advance()
			booked.advance()
		}
		if err != nil {
			return err
		}
	}
	if err := errors.Join(m.lookUpLines(ctx), m.lookUpBooked(ctx)); err != nil {
		return err
	}
	m.listUnreadable()
	if err := m.nameOrders(ctx); err != nil {
		return err
	}
	m.finish()
	return nil
}

// compare returns -1 if the line comes first, 1 if the booking does, and 0 if they belong together.
func compare(lines *stream[models.StatementLine], booked *stream[models.Booked]) int {
	switch {
	case !booked.more:
		return -1
	case !lines.more:
		return 1
	}
	return cmp.Or(cmp.Compare(lines.row.Type, booked.row.Type), cmp.Compare(lines.row.AppOrderID, booked.row.AppOrderID))
}

// setAside passes readable lines to next. It keeps unreadable ones out of the comparison, because their amounts are not known; one bad line
// must not spoil the others.
func (m *merge) setAside(next func(models.StatementLine) error) func(models.StatementLine) error {
	return func(l models.StatementLine) error {
		if l.Unreadable == "" {
			return next(l)
		}
		key := keyOf(l.Type, l.AppOrderID)
		m.unreadable[key] = append(m.unreadable[key], l)
		return nil
	}
}

// listUnreadable lists the unreadable lines that match no booking.
func (m *merge) listUnreadable() {
	for _, key := range slices.Sorted(maps.Keys(m.unreadable)) {
		for _, l := range m.unreadable[key] {
			m.list(unreadableLine(l), nil, nil)
		}
	}
}

// unreadableLine returns the discrepancy of an unreadable line.
func unreadableLine(l models.StatementLine) models.Discrepancy {
	return models.Discrepancy{
		Kind: models.UnreadableLine, Key: models.UnreadableKey(l), Type: l.Type, AppOrderID: l.AppOrderID, Coin: l.Coin,
		LineText: l.LineText,
	}
}

// listWithUnreadable lists a booking together with an unreadable line that names it, as one discrepancy. Its difference is the whole
// booking, because the line's amount is not known. It returns false if there is no such line.
func (m *merge) listWithUnreadable(b models.Booked) bool {
	key := keyOf(b.Type, b.AppOrderID)
	lines := m.unreadable[key]
	if len(lines) == 0 {
		return false
	}
	m.unreadable[key] = lines[1:]
	m.list(unreadableLine(lines[0]), nil, &b)
	return true
}

// keyOf identifies a line or a booking.
func keyOf(t models.StatementType, appOrderID string) string { return string(t) + ":" + appOrderID }

func (m *merge) total(t models.StatementType, coin string) *CoinTotal {
	key := [2]string{string(t), coin}
	total := m.totals[key]
	if total == nil {
		total = &CoinTotal{Type: t, Coin: coin}
		m.totals[key] = total
	}
	return total
}

func (m *merge) countLine(l models.StatementLine) {
	t := m.total(l.Type, l.Coin)
	t.Lines++
	t.Theirs = t.Theirs.Add(l.Amount)
}

func (m *merge) countBooked(b models.Booked) {
	t := m.total(b.Type, b.Coin)
	t.Rows++
	t.Ours = t.Ours.Add(b.Amount)
}

// list adds a discrepancy and its difference to the totals, so that they can be checked.
func (m *merge) list(d models.Discrepancy, theirs *models.StatementLine, ours *models.Booked) {
	now := m.service.clock()
	d.ID, d.Day, d.State, d.CreatedAt, d.UpdatedAt = models.NewID(), m.result.Day, models.DiscrepancyOpen, now, now
	if theirs != nil {
		d.Theirs, d.Coin, d.Type, d.AppOrderID = theirs.Amount, theirs.Coin, theirs.Type, theirs.AppOrderID
		t := m.total(theirs.Type, theirs.Coin)
		t.Listed = t.Listed.Add(theirs.Amount)
	}
	if ours != nil {
		d.Ours, d.OrderID, d.Type, d.AppOrderID = ours.Amount, ours.OrderID, ours.Type, ours.AppOrderID
		if theirs == nil {
			d.Coin = ours.Coin
		}
		t := m.total(ours.Type, ours.Coin)
		t.Listed = t.Listed.Sub(ours.Amount)
	}
	if d.Key == "" {
		d.Key = keyOf(d.Type, d.AppOrderID)
	}
	m.result.Found = append(m.result.Found, d)
}

// pair compares a line with its booking.
func (m *merge) pair(l models.StatementLine, b models.Booked) {
	m.countLine(l)
	m.countBooked(b)
	astray := false
	if !l.PayTime.IsZero() {
		m.paid.add(l.PayTime)
		astray = l.PayTime.Before(m.from) || !l.PayTime.Before(m.to)
	}
	if astray {
		m.result.Astray++
	}
	switch {
	case l.Coin != b.Coin:
		m.list(models.Discrepancy{Kind: models.CoinDiffers}, &l, &b)
		return
	case !l.Amount.Equal(b.Amount):
		m.list(models.Discrepancy{Kind: models.AmountDiffers}, &l, &b)
		return
	}
	if l.Type == models.StatementTransfer { // the line proves that the money moved, on whatever day
		m.confirmed = append(m.confirmed, l.AppOrderID)
	}
	if astray {
		m.list(models.Discrepancy{Kind: models.WrongDay}, &l, &b)
		return
	}
	m.result.Matched++
	if l.Type == models.StatementTransfer {
		m.result.RefundPairs++
	}
}

// duplicate lists a line with the same key as the line before.
func (m *merge) duplicate(l models.StatementLine, copies int) {
	m.countLine(l)
	m.list(models.Discrepancy{Kind: models.DuplicateLine, Key: keyOf(l.Type, l.AppOrderID) + "#" + strconv.Itoa(copies)}, &l, nil)
}

// lineAlone collects a line without a booking on the day.
func (m *merge) lineAlone(ctx context.Context, l models.StatementLine) error {
	var err error
	if n := len(m.theirs); n == lookupBatch || n > 0 && m.theirs[0].Type != l.Type {
		err = m.lookUpLines(ctx)
	}
	m.theirs = append(m.theirs, l)
	return err
}

// bookedAlone collects a booking without a line on the day.
func (m *merge) bookedAlone(ctx context.Context, b models.Booked) error {
	var err error
	if n := len(m.ours); n == lookupBatch || n > 0 && m.ours[0].Type != b.Type {
		err = m.lookUpBooked(ctx)
	}
	m.ours = append(m.ours, b)
	return err
}

// lookUpLines finds the bookings that the shop made on another day: a payment before midnight may be booked after it. Lines without a
// booking are TheirsNotOurs.
func (m *merge) lookUpLines(ctx context.Context) error {
	if len(m.theirs) == 0 {
		return nil
	}
	ids, byID := make([]string, len(m.theirs)), map[string]models.StatementLine{}
	for i, l := range m.theirs {
		ids[i], byID[l.AppOrderID] = l.AppOrderID, l
	}
	found, err := m.service.store.BookedByAppOrderIDs(ctx, m.theirs[0].Type, ids)
	if err != nil {
		return fmt.Errorf("look up bookings: %w", err)
	}
	for _, b := range found {
		m.pair(byID[b.AppOrderID], b)
		delete(byID, b.AppOrderID)
	}
	for _, l := range m.theirs {
		if _, alone := byID[l.AppOrderID]; alone {
			m.countLine(l)
			m.list(models.Discrepancy{Kind: models.TheirsNotOurs}, &l, nil)
		}
	}
	m.theirs = m.theirs[:0]
	return nil
}

// lookUpBooked skips bookings whose line is in another day's statement. The others are OursNotTheirs.
func (m *merge) lookUpBooked(ctx context.Context) error {
	if len(m.ours) == 0 {
		return nil
	}
	ids := make([]string, len(m.ours))
	for i, b := range m.ours {
		ids[i] = b.AppOrderID
	}
	elsewhere, err := m.service.store.StatementDaysOf(ctx, m.ours[0].Type, ids)
	if err != nil {
		return fmt.Errorf("look up lines: %w", err)
	}
	for _, b := range m.ours {
		if day, ok := elsewhere[b.AppOrderID]; ok && day != m.result.Day {
			continue
		}
		m.countBooked(b)
		if !m.listWithUnreadable(b) {
			m.list(models.Discrepancy{Kind: models.OursNotTheirs}, nil, &b)
		}
	}
	m.ours = m.ours[:0]
	return nil
}

// nameOrders sets the order of discrepancies without a booking: a second line of a payment, or a line of an order that was never booked.
func (m *merge) nameOrders(ctx context.Context) error {
	var ids []string
	for _, d := range m.result.Found {
		if d.OrderID == "" {
			ids = append(ids, d.AppOrderID)
		}
	}
	orders, err := m.service.store.OrdersOfLines(ctx, ids)
	if err != nil {
		return fmt.Errorf("look up orders: %w", err)
	}
	for i := range m.result.Found {
		if d := &m.result.Found[i]; d.OrderID == "" {
			d.OrderID = orders[d.AppOrderID].OrderID
		}
	}
	return nil
}

func (m *merge) finish() {
	for _, t := range m.totals {
		m.result.Totals = append(m.result.Totals, *t)
	}
	slices.SortFunc(m.result.Totals, func(a, b CoinTotal) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Coin, b.Coin)) })
	if m.result.Astray > 0 {
		m.result.LikelyZone = likelyZone(m.result.Day, m.paid, m.service.zone)
	}
}
