package mail_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

func TestWorker_MailsAreTriedAgainAndParked(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		s.Mails.Fail = errors.New("mail server down")
		s.PlaceOrder(1)
		s.Work()
		s.Later(3 * time.Second)
		assert.Empty(t, s.Mails.Subjects())
		s.Mails.Fail = nil
		s.Later(time.Minute)
		assert.Equal(t, []string{"order received"}, s.Mails.Subjects())

		s.Mails.Fail = errors.New("mail server down")
		s.PlaceOrder(1)
		for range 15 {
			s.Later(2 * time.Hour)
		}
		assert.Equal(t, []models.ReviewKind{models.ReviewUndelivered}, s.OpenReviews())
		s.Mails.Fail = nil
		s.Later(24 * time.Hour)
		assert.Len(t, s.Mails.Subjects(), 1, "parked is parked")
	})
}

func TestWorker_TheLogOfAMailThatFailsNamesNobody(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	logged := func(_ *sandbox.Config, c *assembly.Config) { c.Logger = slog.New(slog.NewTextHandler(&text, nil)) }
	s := paymentstest.SQLite(t, logged)
	s.Mails.Fail = fmt.Errorf("550 <ADA@Example.org>: %w, affected recipient(s): ada@example.org", io.ErrUnexpectedEOF)
	s.PlaceOrder(1)
	s.Work()
	assert.Contains(t, text.String(), "mail not sent")
	assert.Contains(t, text.String(), "550 <…>: unexpected EOF, affected recipient(s): …")
	assert.NotContains(t, strings.ToLower(text.String()), "ada@example.org")
}
