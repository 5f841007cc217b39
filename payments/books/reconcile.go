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

// CoinTotal compares the amounts of one coin and one type over a day. If Theirs - Ours differs from Listed, the comparison has missed
// something.
type CoinTotal struct {
	Type   models.StatementType
	Coin   string
	Lines  int
	Theirs models.Amount // sum of the statement's lines
	Rows   int           // number of the shop's bookings
	Ours   models.Amount // sum of the shop's bookings that belong to the day
	Listed models.Amount // sum of the differences, theirs less ours, of the listed discrepancies; may be negative
}

// totalText is the JSON form of a CoinTotal. Listed is text because it may be negative, which amounts from outside may not.
type totalText struct {
	Type   string `json:"type"`
	Coin   string `json:"coin"`
	Lines  int    `json:"lines"`
	Rows   int    `json:"rows"`
	Theirs string `json:"theirs"`
	Ours   string `json:"ours"`
	Listed string `json:"listed"`
}

// MarshalJSON encodes amounts as decimal text.
func (t CoinTotal) MarshalJSON() ([]byte, error) {
	return json.Marshal(totalText{string(t.Type), t.Coin, t.Lines, t.Rows, t.Theirs.String(), t.Ours.String(), t.Listed.String()})
}

// UnmarshalJSON decodes what MarshalJSON encodes.
func (t *CoinTotal) UnmarshalJSON(b []byte) error {
	var text totalText
	if err := json.Unmarshal(b, &text); err != nil {
		return fmt.Errorf("read a total: %w", err)
	}
	t.Type, t.Coin, t.Lines, t.Rows = models.StatementType(text.Type), text.Coin, text.Lines, text.Rows
	return errors.Join(t.Theirs.Scan(text.Theirs), t.Ours.Scan(text.Ours), t.Listed.Scan(text.Listed))
}

// Balanced reports whether the listed discrepancies explain the whole difference.
func (t CoinTotal) Balanced() bool { return t.Theirs.Sub(t.Ours).Equal(t.Listed) }

// Reconciliation is the comparison of a day's statement with the shop's records (reliability.md R16).
type Reconciliation struct {
	Day         string               `json:"day"`
	Zone        string               `json:"zone"`
	StatementID string               `json:"statement_id"`
	Matched     int                  `json:"matched"`      // number of lines that agree with a booking
	RefundPairs int                  `json:"refund_pairs"` // number of these that confirm a refund
	Found       []models.Discrepancy `json:"-"`            // stored as rows of their own
	Totals      []CoinTotal          `json:"totals"`
	Astray      int                  `json:"astray"`      // number of the shop's lines whose pay time is not in the day
	LikelyZone  string               `json:"likely_zone"` // guess at the platform's time zone if lines are on the wrong day; else empty
}

// Balanced reports whether the listed discrepancies explain the difference of every coin.
func (r Reconciliation) Balanced() bool {
	for _, t := range r.Totals {
		if !t.Balanced() {
			return false
		}
	}
	return true
}

// errStop ends an iteration over rows early.
var errStop = errors.New("stop")

// rows turns a function that calls back for each row into a sequence, so that two of them can be merged in constant memory.
func rows[T any](each func(func(T) error) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := each(func(row T) error {
			if !yield(row, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			var none T
			yield(none, err)
		}
	}
}

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
	m := &merge{service: s, day: day, from: from, to: to, result: Reconciliation{Day: day, Zone: s.zone.String(), StatementID: st.ID}}
	if err := m.run(ctx, st.ID); err != nil {
		return Reconciliation{}, fmt.Errorf("reconcile %s: %w", day, err)
	}
	if err := s.storeReconciliation(ctx, st, &m.result, m.confirmed); err != nil {
		return Reconciliation{}, err
	}
	return m.result, nil
}

// DayReport returns the result of the last Reconcile of a day, without Found. Errors: store.ErrNotFound if the day was never compared.
func (s *Service) DayReport(ctx context.Context, day string) (Reconciliation, error) {
	book, err := s.store.BookDay(ctx, day)
	if err != nil {
		return Reconciliation{}, fmt.Errorf("load day: %w", err)
	}
	if book.Report == "" {
		return Reconciliation{}, fmt.Errorf("load day: %w", store.ErrNotFound)
	}
	return ReadReport(book.Report)
}

// ReadReport parses models.BookDay.Report.
func ReadReport(text string) (r Reconciliation, err error) {
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return r, fmt.Errorf("read the day's report: %w", err)
	}
	return r, nil
}

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
	day       string
	from, to  time.Time
	result    Reconciliation
	totals    map[[2]string]*CoinTotal
	confirmed []string

	theirs []models.StatementLine // lines without a booking on the day, looked up in batches
	ours   []models.Booked        // bookings without a line, looked up in batches

	unreadable map[string][]models.StatementLine // unreadable lines by keyOf

	paid   payTimes // pay times of the lines that match a booking, to guess the zone
	astray int      // number of these that are not on the day
}

// lookupBatch is the number of unmatched rows that are looked up on other days at once.
const lookupBatch = 500

func (m *merge) run(ctx context.Context, statementID string) error {
	m.totals, m.paid, m.unreadable = map[[2]string]*CoinTotal{}, payTimes{}, map[string][]models.StatementLine{}
	s := m.service
	nextLine, stopLines := iter.Pull2(rows(func(f func(models.StatementLine) error) error {
		return s.store.EachStatementLine(ctx, statementID, m.setAside(f))
	}))
	defer stopLines()
	nextBooked, stopBooked := iter.Pull2(rows(func(f func(models.Booked) error) error { return s.store.EachBooked(ctx, m.from, m.to, f) }))
	defer stopBooked()

	line, lineErr, moreLines := nextLine()
	booked, bookedErr, moreBooked := nextBooked()
	last, copies := "", 0
	for moreLines || moreBooked {
		if err := errors.Join(lineErr, bookedErr); err != nil {
			return err
		}
		var order int
		switch {
		case !moreBooked:
			order = -1
		case !moreLines:
			order = 1
		default:
			order = cmp.Or(cmp.Compare(line.Type, booked.Type), cmp.Compare(line.AppOrderID, booked.AppOrderID))
		}
		if order <= 0 {
			if key := keyOf(line.Type, line.AppOrderID); key == last {
				copies++
				m.duplicate(line, copies)
				line, lineErr, moreLines = nextLine()
				continue
			}
			last, copies = keyOf(line.Type, line.AppOrderID), 1
		}
		var err error
		switch {
		case order < 0:
			err = m.lineAlone(ctx, line)
			line, lineErr, moreLines = nextLine()
		case order > 0:
			err = m.bookedAlone(ctx, booked)
			booked, bookedErr, moreBooked = nextBooked()
		default:
			m.pair(line, booked)
			line, lineErr, moreLines = nextLine()
			booked, bookedErr, moreBooked = nextBooked()
		}
		if err != nil {
			return err
		}
	}
	if err := errors.Join(lineErr, bookedErr, m.lookUpLines(ctx), m.lookUpBooked(ctx)); err != nil {
		return err
	}
	m.listUnreadable()
	if err := m.nameOrders(ctx); err != nil {
		return err
	}
	m.finish()
	return nil
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
	d.ID, d.Day, d.State, d.CreatedAt, d.UpdatedAt = models.NewID(), m.day, models.DiscrepancyOpen, now, now
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
		m.astray++
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

func (m *merge) lineAlone(ctx context.Context, l models.StatementLine) error {
	m.theirs = append(m.theirs, l)
	if len(m.theirs) < lookupBatch {
		return nil
	}
	return m.lookUpLines(ctx)
}

func (m *merge) bookedAlone(ctx context.Context, b models.Booked) error {
	m.ours = append(m.ours, b)
	if len(m.ours) < lookupBatch {
		return nil
	}
	return m.lookUpBooked(ctx)
}

// lookUpLines finds the bookings that the shop made on another day: a payment before midnight may be booked after it. Lines without a
// booking are TheirsNotOurs.
func (m *merge) lookUpLines(ctx context.Context) error {
	for _, t := range []models.StatementType{models.StatementPayment, models.StatementTransfer} {
		byID := map[string]models.StatementLine{}
		ids := []string{}
		for _, l := range m.theirs {
			if l.Type == t {
				byID[l.AppOrderID] = l
				ids = append(ids, l.AppOrderID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		found, err := m.service.store.BookedByAppOrderIDs(ctx, t, ids)
		if err != nil {
			return fmt.Errorf("look up bookings: %w", err)
		}
		for _, b := range found {
			m.pair(byID[b.AppOrderID], b)
			delete(byID, b.AppOrderID)
		}
		for _, id := range ids {
			if l, alone := byID[id]; alone {
				m.countLine(l)
				m.list(models.Discrepancy{Kind: models.TheirsNotOurs}, &l, nil)
			}
		}
	}
	for _, l := range m.theirs {
		if l.Type != models.StatementPayment && l.Type != models.StatementTransfer {
			m.countLine(l)
			m.list(models.Discrepancy{Kind: models.TheirsNotOurs}, &l, nil)
		}
	}
	m.theirs = m.theirs[:0]
	return nil
}

// lookUpBooked skips bookings whose line is in another day's statement. The others are OursNotTheirs.
func (m *merge) lookUpBooked(ctx context.Context) error {
	for _, t := range []models.StatementType{models.StatementPayment, models.StatementTransfer} {
		ids := []string{}
		for _, b := range m.ours {
			if b.Type == t {
				ids = append(ids, b.AppOrderID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		elsewhere, err := m.service.store.StatementDaysOf(ctx, t, ids)
		if err != nil {
			return fmt.Errorf("look up lines: %w", err)
		}
		for _, b := range m.ours {
			if b.Type != t {
				continue
			}
			if day, ok := elsewhere[b.AppOrderID]; ok && day != m.day {
				continue
			}
			m.countBooked(b)
			if !m.listWithUnreadable(b) {
				m.list(models.Discrepancy{Kind: models.OursNotTheirs}, nil, &b)
			}
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
	sortTotals(m.result.Totals)
	m.result.Astray = m.astray
	if m.astray > 0 {
		m.result.LikelyZone = likelyZone(m.day, m.paid, m.service.zone)
	}
}
