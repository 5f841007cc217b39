package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// ErrLastOwner means that nobody would be left who may change the staff.
var ErrLastOwner = errors.New("the last owner cannot be changed")

// ErrTOTPSealed means that a person's TOTP secret cannot be opened, because the key that sealed it was replaced. StaffByEmail gives the rest
// of the person with it.
var ErrTOTPSealed = errors.New("the TOTP secret cannot be opened")

const totpColumn = "staff.totp_sealed"

// CreateStaff stores a person of the back office; ids and times that are empty are filled in, the e-mail is folded to lower case,
// and the TOTP secret is sealed (ErrNoSealKey). An e-mail that is taken is ErrDuplicate.
func (s *Store) CreateStaff(ctx context.Context, m *models.Staff) error {
	m.ID, m.CreatedAt = cmp.Or(m.ID, models.NewID()), orTime(m.CreatedAt, s.now())
	m.UpdatedAt = orTime(m.UpdatedAt, m.CreatedAt)
	m.Email = foldEmail(m.Email)
	var err error
	if m.TOTPSealed, err = s.sealer.seal(totpColumn, m.ID, []byte(m.TOTP.Reveal())); err != nil {
		return wrap("store the person", err)
	}
	return wrap("store the person", s.create(ctx, m))
}

func foldEmail(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

// StaffByEmail reads a person of the back office, with the TOTP secret, by their e-mail in any case; ErrNotFound, ErrTOTPSealed.
func (s *Store) StaffByEmail(ctx context.Context, email string) (models.Staff, error) {
	m, err := takeByKey[models.Staff](ctx, s, isChosenKey, "email", foldEmail(email))
	if err != nil {
		return models.Staff{}, wrap("read the person", err)
	}
	return m, wrap("read the person", s.openTOTP(&m))
}

// openTOTP opens the TOTP secret. Where that fails nobody can sign in as this person: without the second factor there is no
// first.
func (s *Store) openTOTP(m *models.Staff) error {
	plain, err := s.sealer.open(totpColumn, m.ID, m.TOTPSealed)
	m.TOTP = models.Secret(plain)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrTOTPSealed, err)
	}
	return nil
}

// StaffList reads all people of the back office by e-mail, without password hashes and TOTP secrets.
func (s *Store) StaffList(ctx context.Context) ([]models.Staff, error) {
	var list []models.Staff
	err := s.orm.WithContext(ctx).Omit("password_hash", "totp_sealed").Order("email").Find(&list).Error
	return list, wrap("read the staff", translate(err))
}

// StaffByID reads a person of the back office, without password hash and TOTP secret; ErrNotFound.
func (s *Store) StaffByID(ctx context.Context, id string) (models.Staff, error) {
	var m models.Staff
	err := s.orm.WithContext(ctx).Omit("password_hash", "totp_sealed").Where("id = ?", id).Take(&m).Error
	return m, wrap("read the person", translate(err))
}

// StaffCount reads the number of people of the back office, disabled ones too: with none, the setup link works.
func (s *Store) StaffCount(ctx context.Context) (int, error) {
	var n int
	err := s.one(ctx, "SELECT COUNT(*) FROM staff", nil, &n)
	return n, wrap("count the staff", err)
}

// UpdateStaff changes a person of the back office. ErrNotFound, ErrText, ErrNoSealKey. ErrLastOwner: afterwards no owner could sign in.
func (s *Store) UpdateStaff(ctx context.Context, id string, set StaffChange) error {
	c, err := set.columns(s.sealer, id)
	if err != nil {
		return wrap("change the person", err)
	}
	c.set("updated_at", s.now())
	return wrap("change the person", s.Tx(ctx, func(tx *Store) error {
		if set.Role == nil && set.Disabled == nil {
			return tx.updatePerson(ctx, id, c)
		}
		before, err := tx.owners(ctx)
		if err != nil {
			return err
		}
		if err := tx.updatePerson(ctx, id, c); err != nil {
			return err
		}
		after, err := tx.owners(ctx)
		if err == nil && before > 0 && after == 0 {
			err = ErrLastOwner
		}
		return err
	}))
}

func (s *Store) updatePerson(ctx context.Context, id string, c *change) error {
	return s.execOr(ctx, ErrNotFound, "UPDATE staff SET "+c.sql()+" WHERE id = ?", append(slices.Clone(c.values), id)...)
}

// owners locks all owners, in one order, and counts those who can sign in: of two who disable each other, the second sees what
// the first has done.
func (s *Store) owners(ctx context.Context) (n int, err error) {
	query := "SELECT disabled FROM staff WHERE role = ? ORDER BY id" + s.forUpdate()
	err = s.each(ctx, query, []any{string(models.RoleOwner)}, func(rows *sql.Rows) error {
		var disabled bool
		err := rows.Scan(&disabled)
		if !disabled {
			n++
		}
		return err
	})
	return n, err
}

// forUpdate ends a SELECT that locks its rows; SQLite's writer has the whole database.
func (s *Store) forUpdate() string {
	if s.dialect == migrations.SQLite {
		return ""
	}
	return " FOR UPDATE"
}

// UseTOTPStep notes that a code was used: neither it nor an older one can be used again. ErrConflict: it was used before, here or by another
// replica.
func (s *Store) UseTOTPStep(ctx context.Context, staffID string, step int64) error {
	return wrap("use the code", s.execOr(ctx, ErrConflict, "UPDATE staff SET totp_step = ? WHERE id = ? AND totp_step < ?", step, staffID, step))
}

// UseRecoveryCode takes the hash of a recovery code out of those that are left. ErrConflict: it is not among them.
func (s *Store) UseRecoveryCode(ctx context.Context, staffID, hash string) error {
	for range maxTries {
		var left string
		if err := s.one(ctx, "SELECT recovery_hash FROM staff WHERE id = ?", []any{staffID}, &left); err != nil {
			return wrap("use the recovery code", err)
		}
		codes := strings.Fields(left)
		place := slices.Index(codes, hash)
		if place < 0 {
			return wrap("use the recovery code", ErrConflict)
		}
		err := s.execOr(ctx, ErrConflict, "UPDATE staff SET recovery_hash = ?, updated_at = ? WHERE id = ? AND recovery_hash = ?",
			strings.Join(slices.Delete(codes, place, place+1), " "), s.now(), staffID, left)
		if !errors.Is(err, ErrConflict) {
			return wrap("use the recovery code", err)
		}
		s.log.DebugContext(ctx, "another recovery code was used meanwhile", slog.String("staff", staffID))
	}
	return wrap("use the recovery code", ErrConflict)
}
