package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"coincart/models"
)

var errNotYet = errors.New("not built yet")

// RefundTooMuchError says that less is left of a payment than is to go back.
type RefundTooMuchError struct {
	Left models.Amount // of the payment's coin
	Coin string
}

// Error names what is left.
func (e *RefundTooMuchError) Error() string {
	return fmt.Sprintf("refund is too much: %s %s left", e.Left, e.Coin)
}

var (
	// ErrCursor says that a place in a list was not made by this list.
	ErrCursor = errors.New("not a place in this list")
	// ErrFilter says that a filter or a sort does not exist.
	ErrFilter = errors.New("no such filter")
	// ErrLastOwner says that nobody would be left who may change the staff.
	ErrLastOwner = errors.New("the last owner cannot be changed")
)

func (s *Store) CreateStaff(ctx context.Context, m *models.Staff) error { return errNotYet }
func (s *Store) Staff(ctx context.Context, id string) (models.Staff, error) {
	return models.Staff{}, errNotYet
}

func (s *Store) StaffByEmail(ctx context.Context, email string) (models.Staff, error) {
	return models.Staff{}, errNotYet
}
func (s *Store) StaffList(ctx context.Context) ([]models.Staff, error) { return nil, errNotYet }
func (s *Store) StaffCount(ctx context.Context) (int, error)           { return 0, errNotYet }
func (s *Store) UpdateStaff(ctx context.Context, id string, set map[string]any) error {
	return errNotYet
}

func (s *Store) UseTOTPStep(ctx context.Context, staffID string, step int64) error { return errNotYet }

func (s *Store) UseRecoveryCode(ctx context.Context, staffID, hash string) error { return errNotYet }

func (s *Store) PutStaffSession(ctx context.Context, cookieID string, m models.StaffSession) error {
	return errNotYet
}

func (s *Store) StaffSession(ctx context.Context, cookieID string) (models.StaffSession, models.Staff, error) {
	return models.StaffSession{}, models.Staff{}, errNotYet
}

func (s *Store) TouchStaffSession(ctx context.Context, id string, at time.Time) error {
	return errNotYet
}
func (s *Store) StepUp(ctx context.Context, id string, at time.Time) error { return errNotYet }
func (s *Store) StaffSessions(ctx context.Context, staffID string) ([]models.StaffSession, error) {
	return nil, errNotYet
}
func (s *Store) EndStaffSession(ctx context.Context, id string) error { return errNotYet }
func (s *Store) EndStaffSessions(ctx context.Context, staffID, except string) error { return errNotYet }

func (s *Store) PutInvitation(ctx context.Context, token string, m models.Invitation) error {
	return errNotYet
}

func (s *Store) Invitation(ctx context.Context, token string) (models.Invitation, error) {
	return models.Invitation{}, errNotYet
}
func (s *Store) UseInvitation(ctx context.Context, token string) error        { return errNotYet }
func (s *Store) Invitations(ctx context.Context) ([]models.Invitation, error) { return nil, errNotYet }
func (s *Store) DeleteInvitation(ctx context.Context, id string) error        { return errNotYet }
func (s *Store) Throttle(ctx context.Context, key string) (failures int, until time.Time, err error) {
	return 0, time.Time{}, errNotYet
}

func (s *Store) AddFailure(ctx context.Context, key string, at time.Time, until func(failures int) time.Time) (failures int, err error) {
	return 0, errNotYet
}
func (s *Store) ClearFailures(ctx context.Context, key string) error { return errNotYet }

// SweepStaff removes up to limit each of expired sessions, old invitations and forgotten failures.
func (s *Store) SweepStaff(ctx context.Context, now time.Time, limit int) (int, error) {
	return 0, errNotYet
}

func (s *Store) AppendAudit(ctx context.Context, e models.AuditEntry) error { return errNotYet }
func (s *Store) Audit(ctx context.Context, f models.AuditFilter) ([]models.AuditEntry, error) {
	return nil, errNotYet
}

func (s *Store) VerifyAudit(ctx context.Context) (entries int64, broken *models.AuditEntry, err error) {
	return 0, nil, errNotYet
}

func (s *Store) AddNote(ctx context.Context, n *models.Note) error { return errNotYet }
func (s *Store) Notes(ctx context.Context, orderID string) ([]models.Note, error) {
	return nil, errNotYet
}

func (s *Store) Orders(ctx context.Context, f models.OrderFilter) (models.OrderPage, error) {
	return models.OrderPage{}, errNotYet
}

func (s *Store) PendingAttempts(ctx context.Context, after string, limit int) (rows []models.PendingAttempt, next string, err error) {
	return nil, "", errNotYet
}

func (s *Store) ReviewPage(ctx context.Context, onlyOpen bool, after string, limit int) (rows []models.Review, next string, err error) {
	return nil, "", errNotYet
}

func (s *Store) Review(ctx context.Context, id string) (models.Review, error) {
	return models.Review{}, errNotYet
}
func (s *Store) CloseReview(ctx context.Context, id, note string) error { return errNotYet }

func (s *Store) Dashboard(ctx context.Context, from, to time.Time, zone *time.Location) (models.Dashboard, error) {
	return models.Dashboard{}, errNotYet
}

func (s *Store) RollUp(ctx context.Context, day string, zone *time.Location) error { return errNotYet }

func (s *Store) RollUpDue(ctx context.Context, zone *time.Location) (days int, err error) {
	return 0, errNotYet
}

func (s *Store) InsertRefund(ctx context.Context, r *models.Refund, limit models.Amount) error {
	return errNotYet
}

func (s *Store) Refund(ctx context.Context, id string) (models.Refund, error) {
	return models.Refund{}, errNotYet
}

func (s *Store) RefundByFormToken(ctx context.Context, token string) (models.Refund, error) {
	return models.Refund{}, errNotYet
}

func (s *Store) RefundByAppOrderID(ctx context.Context, appOrderID string) (models.Refund, error) {
	return models.Refund{}, errNotYet
}

func (s *Store) RefundsOf(ctx context.Context, orderID string) ([]models.Refund, error) {
	return nil, errNotYet
}

// RefundPage reads refunds newest first; an empty state means all.
func (s *Store) RefundPage(ctx context.Context, state models.RefundState, after string, limit int) (rows []models.Refund, next string, err error) {
	return nil, "", errNotYet
}

func (s *Store) MoveRefund(ctx context.Context, id string, from, to models.RefundState, set map[string]any, t models.Transition) error {
	return errNotYet
}

func (s *Store) SetRefund(ctx context.Context, id string, set map[string]any) error { return errNotYet }

func (s *Store) ClaimRefunds(ctx context.Context, limit int, lease time.Duration) ([]models.Refund, error) {
	return nil, errNotYet
}

func (s *Store) InsertStatement(ctx context.Context, m *models.Statement) error { return errNotYet }
func (s *Store) AddStatementPage(ctx context.Context, p *models.StatementPage) error {
	return errNotYet
}

func (s *Store) AddStatementLines(ctx context.Context, lines []models.StatementLine) error {
	return errNotYet
}

// FinishStatement moves a statement from fetching to complete or failed; set may hold lines, count, pages, hash, problem, fetched_at.
func (s *Store) FinishStatement(ctx context.Context, id string, state models.StatementState, set map[string]any) error {
	return errNotYet
}

func (s *Store) Statement(ctx context.Context, id string) (models.Statement, error) {
	return models.Statement{}, errNotYet
}

// NewestStatement is the newest complete one of a day.
func (s *Store) NewestStatement(ctx context.Context, day string) (models.Statement, error) {
	return models.Statement{}, errNotYet
}

func (s *Store) Statements(ctx context.Context, day string) ([]models.Statement, error) {
	return nil, errNotYet
}

func (s *Store) EachStatementPage(ctx context.Context, id string, fn func(models.StatementPage) error) error {
	return errNotYet
}

func (s *Store) EachStatementLine(ctx context.Context, id string, fn func(models.StatementLine) error) error {
	return errNotYet
}

// StatementLines is a page of a statement's lines by position, after one.
func (s *Store) StatementLines(ctx context.Context, id string, after, limit int) ([]models.StatementLine, error) {
	return nil, errNotYet
}

func (s *Store) StatementTotals(ctx context.Context, id string) ([]models.TypeTotal, error) {
	return nil, errNotYet
}

func (s *Store) BookDay(ctx context.Context, day string) (models.BookDay, error) {
	return models.BookDay{}, errNotYet
}
func (s *Store) PutBookDay(ctx context.Context, d models.BookDay) error { return errNotYet }
func (s *Store) SealDay(ctx context.Context, day, by string) error      { return errNotYet }
func (s *Store) BookDays(ctx context.Context, before string, limit int) ([]models.BookDayRow, error) {
	return nil, errNotYet
}

func (s *Store) EachBooked(ctx context.Context, from, to time.Time, fn func(models.Booked) error) error {
	return errNotYet
}

func (s *Store) BookedByAppOrderIDs(ctx context.Context, kind models.StatementType, ids []string) ([]models.Booked, error) {
	return nil, errNotYet
}

func (s *Store) PutDiscrepancies(ctx context.Context, day string, found []models.Discrepancy) error {
	return errNotYet
}

func (s *Store) Discrepancies(ctx context.Context, f models.DiscrepancyFilter) (rows []models.Discrepancy, next string, err error) {
	return nil, "", errNotYet
}

func (s *Store) Discrepancy(ctx context.Context, id string) (models.Discrepancy, error) {
	return models.Discrepancy{}, errNotYet
}

func (s *Store) MoveDiscrepancy(ctx context.Context, id string, from, to models.DiscrepancyState, set map[string]any) error {
	return errNotYet
}

func (s *Store) InsertTask(ctx context.Context, t *models.Task) error { return errNotYet }
func (s *Store) Task(ctx context.Context, id string) (models.Task, error) {
	return models.Task{}, errNotYet
}

func (s *Store) TaskByFormToken(ctx context.Context, token string) (models.Task, error) {
	return models.Task{}, errNotYet
}

func (s *Store) Tasks(ctx context.Context, limit int) ([]models.Task, error) { return nil, errNotYet }

func (s *Store) ClaimTasks(ctx context.Context, limit int, lease time.Duration) ([]models.Task, error) {
	return nil, errNotYet
}

// SetTask notes the progress of a claimed task and extends its lease; set may hold done, total, params, problem. ErrConflict: the lease is lost.
func (s *Store) SetTask(ctx context.Context, id, lease string, set map[string]any) error {
	return errNotYet
}

// FinishTask ends a claimed task: done, failed or stopped; set may hold file_name, file_type, file_size, problem, done, total.
func (s *Store) FinishTask(ctx context.Context, id, lease string, state models.TaskState, set map[string]any) error {
	return errNotYet
}

// StopTask ends a task that nobody needs any more, whoever works on it.
func (s *Store) StopTask(ctx context.Context, id string) error { return errNotYet }

// ClearTask removes rows and chunks of an earlier try.
func (s *Store) ClearTask(ctx context.Context, id, lease string) error { return errNotYet }

// AddTaskRows stores results; rows of the same position are replaced.
func (s *Store) AddTaskRows(ctx context.Context, lease string, rows []models.TaskRow) error {
	return errNotYet
}

func (s *Store) TaskRows(ctx context.Context, id string, after, limit int) ([]models.TaskRow, error) {
	return nil, errNotYet
}

func (s *Store) PutTaskChunk(ctx context.Context, lease string, c models.TaskChunk) error {
	return errNotYet
}

func (s *Store) EachTaskChunk(ctx context.Context, id string, fn func([]byte) error) error {
	return errNotYet
}

// ExpireTasks removes the files of tasks that ended before a time.
func (s *Store) ExpireTasks(ctx context.Context, before time.Time, limit int) (int, error) {
	return 0, errNotYet
}

func (s *Store) EachOrderRow(ctx context.Context, f models.OrderFilter, fn func(models.OrderRow) error) error {
	return errNotYet
}

func (s *Store) EachPayment(ctx context.Context, from, to time.Time, fn func(models.PaymentRow) error) error {
	return errNotYet
}

func (s *Store) EachDiscrepancy(ctx context.Context, f models.DiscrepancyFilter, fn func(models.Discrepancy) error) error {
	return errNotYet
}

// SeedSpec says what a made-up history looks like.
type SeedSpec struct {
	Seed     uint64
	Until    time.Time           // the newest order's time; zero: now
	Days     int                 // 0: 365
	Progress func(done, all int) // may be nil
}

func (s *Store) SeedOrders(ctx context.Context, n int, spec SeedSpec) error { return errNotYet }
