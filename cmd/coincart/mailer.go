package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/coincart/coincart/payments"
)

// smtpServer is a mail server, and the sender of the shop's mails.
type smtpServer struct {
	host     string
	port     int
	tls      bool // from the first byte, instead of STARTTLS
	user     string
	password string
	from     *mail.Address
}

// smtpError is what is wrong with the address of a mail server: the key of its words, without the password.
type smtpError string

func (e smtpError) Error() string { return settingProblem(string(e)).Error() }

// parseSMTP reads smtp://user:password@host:587?from=address; smtps: TLS from the first byte, port 465. Errors are
// smtpError.
func parseSMTP(text string) (smtpServer, error) {
	u, err := url.Parse(text)
	if err != nil {
		return smtpServer{}, smtpError("smtp_address")
	}
	s := smtpServer{host: u.Hostname(), port: 587, user: u.User.Username()}
	s.password, _ = u.User.Password()
	switch u.Scheme {
	case "smtp":
	case "smtps":
		s.tls, s.port = true, 465
	default:
		return smtpServer{}, smtpError("smtp_scheme")
	}
	if s.host == "" {
		return smtpServer{}, smtpError("smtp_host")
	}
	if u.Path != "" && u.Path != "/" || u.Fragment != "" {
		return smtpServer{}, smtpError("smtp_more")
	}
	if u.Port() != "" {
		if s.port, err = strconv.Atoi(u.Port()); err != nil || s.port < 1 || s.port > 65535 {
			return smtpServer{}, smtpError("smtp_port")
		}
	}
	if s.from, err = mail.ParseAddress(u.Query().Get("from")); err != nil {
		return smtpServer{}, smtpError("smtp_sender")
	}
	return s, nil
}

// smtpMailer sends mails through a server. It is a payments.Mailer.
type smtpMailer struct {
	client  *gomail.Client
	from    *mail.Address
	address string // host:port
}

// smtpTimeout bounds the sending of one mail, connecting included.
const smtpTimeout = 15 * time.Second

// newSMTPMailer prepares the client; nothing is sent. Name and password travel under TLS only, except to this machine.
func newSMTPMailer(s smtpServer, shopName string) (*smtpMailer, error) {
	policy := gomail.TLSMandatory
	if isLoopback(s.host) {
		policy = gomail.TLSOpportunistic
	}
	options := []gomail.Option{
		gomail.WithPort(s.port),
		gomail.WithTimeout(smtpTimeout),
		gomail.WithTLSPolicy(policy),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}),
	}
	if s.tls {
		options = append(options, gomail.WithSSL())
	}
	if s.user != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.user), gomail.WithPassword(s.password))
	}
	client, err := gomail.NewClient(s.host, options...)
	if err != nil {
		return nil, fmt.Errorf("prepare email to %s: %w", s.host, err)
	}
	return &smtpMailer{client: client, from: named(s.from, shopName), address: net.JoinHostPort(s.host, strconv.Itoa(s.port))}, nil
}

// Send sends one mail. An error means that it should be tried again.
func (m *smtpMailer) Send(ctx context.Context, mail payments.Mail) error {
	_, err := m.send(ctx, mail)
	return err
}

// send sends one mail, and gives what the server answered to it.
func (m *smtpMailer) send(ctx context.Context, mail payments.Mail) (answer string, err error) {
	message, err := compose(m.from, mail)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, smtpTimeout)
	defer cancel()
	if err := m.client.DialAndSendWithContext(ctx, message); err != nil {
		return "", fmt.Errorf("send email: %w", err)
	}
	return message.ServerResponse(), nil
}

// fileMailer writes mails as .eml files, which every mail program opens. It is a payments.Mailer.
type fileMailer struct {
	folder string
	from   *mail.Address
}

// newFileMailer makes the folder, which only its owner may read: mails name shoppers.
func newFileMailer(folder, shopName string) (*fileMailer, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("create the folder for emails: %w", err)
	}
	return &fileMailer{folder: folder, from: &mail.Address{Name: shopName, Address: "shop@localhost"}}, nil
}

// named writes for a shop of another name.
func (m *fileMailer) named(shopName string) *fileMailer {
	return &fileMailer{folder: m.folder, from: &mail.Address{Name: shopName, Address: m.from.Address}}
}

// Send writes one mail. The file's name follows from the Message-ID, so that a repeated mail replaces its first copy.
func (m *fileMailer) Send(_ context.Context, mail payments.Mail) error {
	message, err := compose(m.from, mail)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(m.folder, ".mail-*")
	if err != nil {
		return fmt.Errorf("write email: %w", err)
	}
	_, err = message.WriteTo(file)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), filepath.Join(m.folder, mailName(mail.MessageID)))
	}
	if err != nil {
		return fmt.Errorf("write email: %w", errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}

func mailName(messageID string) string {
	sum := sha256.Sum256([]byte(messageID))
	return hex.EncodeToString(sum[:10]) + ".eml"
}

// named gives the sender the shop's name where it has none of its own.
func named(from *mail.Address, shopName string) *mail.Address {
	if from.Name != "" {
		return from
	}
	return &mail.Address{Name: shopName, Address: from.Address}
}

// compose builds the message: text, and HTML beside it. It says nothing about the program that wrote it.
func compose(from *mail.Address, m payments.Mail) (*gomail.Msg, error) {
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	message.FromMailAddress(from)
	if err := message.To(m.To); err != nil {
		// The library's error would repeat the shopper's address into the log.
		return nil, errors.New("compose email: the recipient is not a valid email address")
	}
	if m.ReplyTo != "" {
		if err := message.ReplyTo(m.ReplyTo); err != nil {
			return nil, errors.New("compose email: the shop's contact is not a valid email address")
		}
	}
	message.Subject(m.Subject)
	message.SetDate()
	message.SetMessageIDWithValue(m.MessageID)
	// Nobody wants an out-of-office answer to an order confirmation (RFC 3834).
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		message.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return message, nil
}
