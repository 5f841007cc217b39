package paymentstest

import (
	"context"
	"strings"
	"sync"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
)

// Mailbox keeps the mails that the shop sends.
type Mailbox struct {
	Fail error // returned for every mail; set it while no worker runs

	mu   sync.Mutex
	sent []mail.Message
}

// Send keeps a mail. Errors: Fail.
func (m *Mailbox) Send(_ context.Context, message mail.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Fail != nil {
		return m.Fail
	}
	m.sent = append(m.sent, message)
	return nil
}

// Subjects returns the subjects of the mails that were sent, which name their kinds.
func (m *Mailbox) Subjects() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := []string{}
	for _, message := range m.sent {
		list = append(list, message.Subject)
	}
	return list
}

func composePlain(m models.OutboxMessage, o models.Order) (mail.Message, error) {
	return mail.Message{To: o.Email, Subject: strings.ReplaceAll(string(m.Kind), "_", " ")}, nil
}
