package mail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"

	gomail "github.com/wneessen/go-mail"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
)

// BySettings sends by the mail server that the shop's settings name at that moment, or writes files where they name none. It is a Sender.
type BySettings struct {
	store *store.Store
	files *fileSender
	name  string // the shop's, where the settings have none

	mu     sync.Mutex
	server models.MailServer
	client *smtpSender // to server; nil: not made yet
}

// NewBySettings makes the sender, and the folder for mails as files.
func NewBySettings(db *store.Store, folder, name string) (*BySettings, error) {
	files, err := newFileSender(folder, name)
	if err != nil {
		return nil, err
	}
	return &BySettings{store: db, files: files, name: name}, nil
}

// Send sends one mail. An error means that it should be tried again.
func (m *BySettings) Send(ctx context.Context, message Message) error {
	now, err := m.now(ctx)
	if err != nil {
		return err
	}
	return now.Send(ctx, message)
}

// now is the sender that the settings ask for.
func (m *BySettings) now(ctx context.Context) (Sender, error) {
	settings, err := m.store.LoadSettings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the mail server's settings: %w", err)
	}
	name := cmp.Or(settings.ShopName(), m.name)
	server := settings.Mail()
	if server.Host == "" {
		return m.files.named(name), nil
	}
	server.FromName = cmp.Or(server.FromName, name)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.client != nil && m.server == server {
		return m.client, nil
	}
	client, err := newSMTPSender(server, name)
	if err != nil {
		return nil, err
	}
	m.server, m.client = server, client
	return client, nil
}

// Try sends a test mail and says what became of it.
func (m *BySettings) Try(ctx context.Context, message Message) Trial {
	sender, err := m.now(ctx)
	if err != nil {
		return Trial{Outcome: TrialFailed}
	}
	smtp, ok := sender.(*smtpSender)
	if !ok {
		if err := sender.Send(ctx, message); err != nil {
			return Trial{Outcome: TrialFailed}
		}
		return Trial{Outcome: TrialWritten, Server: m.files.folder}
	}
	answer, err := smtp.send(ctx, message)
	trial := Trial{Outcome: TrialAccepted, Server: smtp.address, Answer: printableAnswer(answer)}
	if err != nil {
		trial.Outcome, trial.Answer = mailOutcome(err), serverWords(err)
	}
	return trial
}

// mailOutcome says at which step a mail server failed.
func mailOutcome(err error) Outcome {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return TrialNoName
	}
	if failed, ok := errors.AsType[*net.OpError](err); ok && failed.Op == "dial" {
		return TrialUnreachable
	}
	text := strings.ToLower(err.Error())
	switch {
	case strings.Contains(text, "auth"):
		return TrialLogin
	case strings.Contains(text, "tls"), strings.Contains(text, "x509"):
		return TrialTLS
	}
	failed, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
			return TrialUnreachable
		}
		return TrialFailed
	}
	switch failed.Reason { //nolint:exhaustive // the others are not the server's
	case gomail.ErrSMTPMailFrom:
		return TrialSender
	case gomail.ErrSMTPRcptTo:
		return TrialRecipient
	case gomail.ErrSMTPData, gomail.ErrSMTPDataClose, gomail.ErrWriteContent:
		return TrialRefused
	}
	return TrialFailed
}

// serverWords are the server's own: its code and the rest of the line, without the libraries' words around them.
func serverWords(err error) string {
	text := err.Error()
	if failed, ok := errors.AsType[*gomail.SendError](err); ok && failed.ErrorCode() != 0 {
		code := fmt.Sprintf("%d ", failed.ErrorCode())
		if at := strings.Index(text, code); at >= 0 {
			text = text[at:]
		}
		text, _, _ = strings.Cut(text, ", affected ")
		words := strings.TrimPrefix(text, code)
		if plain, err := strconv.Unquote(words); err == nil {
			text = code + plain
		}
	}
	return printableAnswer(text)
}

// printableAnswer is a text of a stranger, made fit for a page.
func printableAnswer(answer string) string {
	const longest = 300
	runes := []rune(strings.Join(strings.Fields(text.Clean(answer)), " "))
	return string(runes[:min(len(runes), longest)])
}
