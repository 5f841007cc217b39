package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"sync"

	gomail "github.com/wneessen/go-mail"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/payments"
)

// liveMailer sends by the mail server that the settings name at that moment, or writes files where they name none. It is a
// payments.Mailer.
type liveMailer struct {
	store *store.Store
	files *fileMailer
	name  string // the shop's, where the settings have none

	mu     sync.Mutex
	server models.MailServer
	client *smtpMailer // to server; nil: not made yet
}

// newMailer makes the mailer, and the folder for mails as files.
func newMailer(db *store.Store, folder, name string) (*liveMailer, error) {
	files, err := newFileMailer(folder, name)
	if err != nil {
		return nil, err
	}
	return &liveMailer{store: db, files: files, name: name}, nil
}

// Send sends one mail. An error means that it should be tried again.
func (m *liveMailer) Send(ctx context.Context, mail payments.Mail) error {
	now, err := m.now(ctx)
	if err != nil {
		return err
	}
	return now.Send(ctx, mail)
}

// now is the mailer that the settings ask for.
func (m *liveMailer) now(ctx context.Context) (payments.Mailer, error) {
	settings, err := m.store.LoadSettings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the mail server's settings: %w", err)
	}
	name := settings.ShopName()
	if name == "" {
		name = m.name
	}
	server := settings.Mail()
	if server.Host == "" {
		return m.files.named(name), nil
	}
	if server.FromName == "" {
		server.FromName = name
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.client != nil && m.server == server {
		return m.client, nil
	}
	client, err := newSMTPMailer(smtpServer{
		host: server.Host, port: server.Port, tls: server.TLS, user: server.User, password: server.Password.Reveal(),
		from: &mail.Address{Name: server.FromName, Address: server.From},
	}, name)
	if err != nil {
		return nil, err
	}
	m.server, m.client = server, client
	return client, nil
}

// try sends a test mail and says what became of it.
func (m *liveMailer) try(ctx context.Context, mail payments.Mail) payments.MailTrial {
	mailer, err := m.now(ctx)
	if err != nil {
		return payments.MailTrial{Outcome: payments.MailFailed}
	}
	smtp, ok := mailer.(*smtpMailer)
	if !ok {
		if err := mailer.Send(ctx, mail); err != nil {
			return payments.MailTrial{Outcome: payments.MailFailed}
		}
		return payments.MailTrial{Outcome: payments.MailWritten, Server: m.files.folder}
	}
	answer, err := smtp.send(ctx, mail)
	trial := payments.MailTrial{Outcome: payments.MailAccepted, Server: smtp.address, Answer: printableAnswer(answer)}
	if err != nil {
		trial.Outcome, trial.Answer = mailOutcome(err), serverWords(err)
	}
	return trial
}

// mailOutcome says at which step a mail server failed.
func mailOutcome(err error) payments.MailOutcome {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return payments.MailNoName
	}
	if failed, ok := errors.AsType[*net.OpError](err); ok && failed.Op == "dial" {
		return payments.MailUnreachable
	}
	text := strings.ToLower(err.Error())
	switch {
	case strings.Contains(text, "auth"):
		return payments.MailLogin
	case strings.Contains(text, "tls"), strings.Contains(text, "x509"):
		return payments.MailTLS
	}
	failed, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
			return payments.MailUnreachable
		}
		return payments.MailFailed
	}
	switch failed.Reason { //nolint:exhaustive // the others are not the server's
	case gomail.ErrSMTPMailFrom:
		return payments.MailSender
	case gomail.ErrSMTPRcptTo:
		return payments.MailRecipient
	case gomail.ErrSMTPData, gomail.ErrSMTPDataClose, gomail.ErrWriteContent:
		return payments.MailRefused
	}
	return payments.MailFailed
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
