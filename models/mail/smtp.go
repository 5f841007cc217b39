package mail

import (
	"cmp"
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

	"github.com/coincart/coincart/models"
)

// URLError is the reason why the address of a mail server is invalid, as a code; the message catalogue has its text under
// doctor.setting.<code>. It never contains part of the address, which may hold the password.
type URLError string

func (e URLError) Error() string { return "the address of the mail server is wrong: " + string(e) }

// ParseURL parses smtp://user:password@host:587?from=address. The scheme smtps means TLS from the first byte, and port 465. Errors are of
// type URLError.
func ParseURL(text string) (models.MailServer, error) {
	u, err := url.Parse(text)
	if err != nil {
		return models.MailServer{}, URLError("smtp_address")
	}
	s := models.MailServer{Host: u.Hostname(), Port: 587, User: u.User.Username()}
	password, _ := u.User.Password()
	s.Password = models.Secret(password)
	switch u.Scheme {
	case "smtp":
	case "smtps":
		s.TLS, s.Port = true, 465
	default:
		return models.MailServer{}, URLError("smtp_scheme")
	}
	if s.Host == "" {
		return models.MailServer{}, URLError("smtp_host")
	}
	if u.Path != "" && u.Path != "/" || u.Fragment != "" {
		return models.MailServer{}, URLError("smtp_more")
	}
	if u.Port() != "" {
		if s.Port, err = strconv.Atoi(u.Port()); err != nil || s.Port < 1 || s.Port > 65535 {
			return models.MailServer{}, URLError("smtp_port")
		}
	}
	from, err := mail.ParseAddress(u.Query().Get("from"))
	if err != nil {
		return models.MailServer{}, URLError("smtp_sender")
	}
	s.From, s.FromName = from.Address, from.Name
	return s, nil
}

// smtpSender sends mails to an SMTP server.
type smtpSender struct {
	client  *gomail.Client
	from    *mail.Address
	address string // host:port
}

// smtpTimeout is the maximum duration of sending one mail, including the connection.
const smtpTimeout = 15 * time.Second

// newSMTPSender prepares the client and sends nothing. User and password are sent over TLS only, except to this machine.
func newSMTPSender(s models.MailServer, shopName string) (*smtpSender, error) {
	policy := gomail.TLSMandatory
	if models.IsLoopback(s.Host) {
		policy = gomail.TLSOpportunistic
	}
	options := []gomail.Option{
		gomail.WithPort(s.Port),
		gomail.WithTimeout(smtpTimeout),
		gomail.WithTLSPolicy(policy),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12}),
	}
	if s.TLS {
		options = append(options, gomail.WithSSL())
	}
	if s.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.User), gomail.WithPassword(s.Password.Reveal()))
	}
	client, err := gomail.NewClient(s.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("prepare email to %s: %w", s.Host, err)
	}
	return &smtpSender{client: client, from: &mail.Address{Name: cmp.Or(s.FromName, shopName), Address: s.From}, address: net.JoinHostPort(s.Host, strconv.Itoa(s.Port))}, nil
}

// Send sends one mail.
func (s *smtpSender) Send(ctx context.Context, m Message) error {
	_, err := s.send(ctx, m)
	return err
}

// send sends one mail and returns the server's reply.
func (s *smtpSender) send(ctx context.Context, m Message) (answer string, err error) {
	message, err := compose(s.from, m)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, smtpTimeout)
	defer cancel()
	if err := s.client.DialAndSendWithContext(ctx, message); err != nil {
		return "", fmt.Errorf("send email: %w", err)
	}
	return message.ServerResponse(), nil
}

// fileSender writes mails as .eml files, which every mail program opens.
type fileSender struct {
	folder string
	from   *mail.Address
}

// newFileSender creates the folder. Only its owner may read it, because mails name shoppers.
func newFileSender(folder, shopName string) (*fileSender, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("create the folder for emails: %w", err)
	}
	return &fileSender{folder: folder, from: &mail.Address{Name: shopName, Address: "shop@localhost"}}, nil
}

// named returns a copy of s with another name of the shop.
func (s *fileSender) named(shopName string) *fileSender {
	return &fileSender{folder: s.folder, from: &mail.Address{Name: shopName, Address: s.from.Address}}
}

// Send writes one mail. The file name is derived from the Message-ID, so that a repeated mail replaces its first copy.
func (s *fileSender) Send(_ context.Context, m Message) error {
	message, err := compose(s.from, m)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(s.folder, ".mail-*")
	if err != nil {
		return fmt.Errorf("write email: %w", err)
	}
	_, err = message.WriteTo(file)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), filepath.Join(s.folder, fileName(m.MessageID)))
	}
	if err != nil {
		return fmt.Errorf("write email: %w", errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}

func fileName(messageID string) string {
	sum := sha256.Sum256([]byte(messageID))
	return hex.EncodeToString(sum[:10]) + ".eml"
}

// compose builds a message of text with HTML as an alternative, and without a User-Agent.
func compose(from *mail.Address, m Message) (*gomail.Msg, error) {
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	message.FromMailAddress(from)
	if err := message.To(m.To); err != nil {
		// The library's error would repeat the shopper's address in the log.
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
	// No automatic reply, such as an out-of-office notice, is wanted (RFC 3834).
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		message.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return message, nil
}
