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

// BySettings sends through the mail server in the shop's settings, read anew for each mail. Without a server it writes files. It implements
// Sender.
type BySettings struct {
	store *store.Store
	files *fileSender
	name  string // name of the shop if the settings have none

	mu     sync.Mutex
	server models.MailServer
	client *smtpSender // connects to server; nil: not made yet
}

// NewBySettings returns a sender and creates the folder for mails that are written as files. name is the shop's if the settings have none.
func NewBySettings(db *store.Store, folder, name string) (*BySettings, error) {
	files, err := newFileSender(folder, name)
	if err != nil {
		return nil, err
	}
	return &BySettings{store: db, files: files, name: name}, nil
}

// Send sends one mail.
func (m *BySettings) Send(ctx context.Context, message Message) error {
	sender, err := m.sender(ctx)
	if err != nil {
		return err
	}
	return sender.Send(ctx, message)
}

// sender returns the sender that the settings ask for at the moment.
func (m *BySettings) sender(ctx context.Context) (Sender, error) {
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

// Try sends a test mail and returns its outcome.
func (m *BySettings) Try(ctx context.Context, message Message) Trial {
	sender, err := m.sender(ctx)
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

// mailOutcome maps an error of the SMTP client to the step that failed.
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
	switch failed.Reason { //nolint:exhaustive // the other reasons do not come from the server
	case gomail.ErrSMTPMailFrom:
		return TrialSender
	case gomail.ErrSMTPRcptTo:
		return TrialRecipient
	case gomail.ErrSMTPData, gomail.ErrSMTPDataClose, gomail.ErrWriteContent:
		return TrialRefused
	}
	return TrialFailed
}

// serverWords extracts the server's reply from an error: its code and the rest of the line, without what the libraries add.
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

// printableAnswer makes a reply of the server fit for a page: one line of at most 300 characters.
func printableAnswer(answer string) string {
	return text.Clip(strings.Join(strings.Fields(text.Clean(answer)), " "), 300)
}
