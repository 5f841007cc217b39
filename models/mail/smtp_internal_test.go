package mail

import (
	"bufio"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

func TestParseSMTP(t *testing.T) {
	s, err := ParseURL("smtp://user:p%40ss@mail.example.org?from=Lantern%20%3Cshop@example.org%3E")
	require.NoError(t, err)
	assert.Equal(t, models.MailServer{
		Host: "mail.example.org", Port: 587, User: "user", Password: "p@ss", FromName: "Lantern", From: "shop@example.org",
	}, s)
	s, err = ParseURL("smtps://mail.example.org:4465?from=shop@example.org")
	require.NoError(t, err)
	assert.True(t, s.TLS)
	assert.Equal(t, 4465, s.Port)
	assert.Empty(t, s.User)

	for _, bad := range []string{
		"", "mail.example.org", "http://mail.example.org?from=a@b.c", "smtp://?from=a@b.c", "smtp://mail.example.org",
		"smtp://mail.example.org?from=nobody", "smtp://mail.example.org:0?from=a@b.c", "smtp://u:hunter2/x@mail?from=a@b.c",
		"smtp://u:hunter2@mail.example.org:port?from=a@b.c", "smtp://u:hunter2#x@mail?from=a@b.c",
	} {
		_, err := ParseURL(bad)
		require.Error(t, err, bad)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}

func testMail() Message {
	return Message{
		To: "shopper@example.org", Subject: "Your order, 订单", Text: "Thank you, 谢谢\n", HTML: "<p>Thank you, 谢谢</p>",
		MessageID: "order-1@shop.example.org",
	}
}

func TestFileMailer_WritesOneFilePerMessage(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "mail")
	mailer, err := newFileSender(folder, "Lantern & Sons")
	require.NoError(t, err)
	require.NoError(t, mailer.Send(t.Context(), testMail()))
	require.NoError(t, mailer.Send(t.Context(), testMail()))
	another := testMail()
	another.MessageID = "../order-2@shop.example.org"
	require.NoError(t, mailer.Send(t.Context(), another))

	files, err := filepath.Glob(filepath.Join(folder, "*.eml"))
	require.NoError(t, err)
	require.Len(t, files, 2, "the same Message-ID is the same file")
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, left, 2, "nothing half-written stays")

	file, err := os.Open(filepath.Join(folder, fileName("order-1@shop.example.org")))
	require.NoError(t, err)
	defer file.Close()
	checkMessage(t, file, `"Lantern & Sons" <shop@localhost>`)

	bad := testMail()
	bad.To = "nobody hunter2"
	err = mailer.Send(t.Context(), bad)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "hunter2", "addresses stay out of logs")
}

// checkMessage parses a message as a mail program does and checks its parts.
func checkMessage(t *testing.T, r io.Reader, from string) {
	t.Helper()
	message, err := mail.ReadMessage(r)
	require.NoError(t, err)
	head := message.Header
	assert.Equal(t, "<order-1@shop.example.org>", head.Get("Message-ID"))
	assert.Equal(t, from, head.Get("From"))
	assert.Equal(t, "<shopper@example.org>", head.Get("To"))
	subject, err := new(mime.WordDecoder).DecodeHeader(head.Get("Subject"))
	require.NoError(t, err)
	assert.Equal(t, "Your order, 订单", subject)
	assert.Empty(t, head.Get("User-Agent"))
	assert.Empty(t, head.Get("X-Mailer"))
	assert.Equal(t, "auto-generated", head.Get("Auto-Submitted"))
	_, err = head.Date()
	require.NoError(t, err)

	kind, params, err := mime.ParseMediaType(head.Get("Content-Type"))
	require.NoError(t, err)
	assert.Equal(t, "multipart/alternative", kind)
	parts := multipart.NewReader(message.Body, params["boundary"])
	for _, want := range []string{"Thank you, 谢谢", "<p>Thank you, 谢谢</p>"} {
		part, err := parts.NextRawPart()
		require.NoError(t, err)
		require.Equal(t, "quoted-printable", part.Header.Get("Content-Transfer-Encoding"))
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		require.NoError(t, err)
		assert.Equal(t, want, strings.TrimSpace(string(body)))
	}
}

func TestSMTPMailer_SpeaksToAServer(t *testing.T) {
	server := startSMTPServer(t, "250 taken")
	mailer, err := newSMTPSender(server.settings(t), "Lantern")
	require.NoError(t, err)
	require.NoError(t, mailer.Send(t.Context(), testMail()))
	got := <-server.received
	assert.Contains(t, got.envelope, "MAIL FROM:<shop@example.org>")
	assert.Contains(t, got.envelope, "RCPT TO:<shopper@example.org>")
	checkMessage(t, strings.NewReader(got.message), `"Lantern" <shop@example.org>`)
}

func TestSMTPMailer_ARefusalIsAnError(t *testing.T) {
	server := startSMTPServer(t, "451 later")
	mailer, err := newSMTPSender(server.settings(t), "Lantern")
	require.NoError(t, err)
	require.Error(t, mailer.Send(t.Context(), testMail()))

	server.listener.Close()
	require.Error(t, mailer.Send(t.Context(), testMail()))
}

// smtpTest is a minimal mail server: enough of RFC 5321 to receive one message per connection.
type smtpTest struct {
	listener net.Listener
	received chan smtpReceived
}

type smtpReceived struct{ envelope, message string }

func (s *smtpTest) settings(t *testing.T) models.MailServer {
	t.Helper()
	host, port, err := net.SplitHostPort(s.listener.Addr().String())
	require.NoError(t, err)
	number, err := strconv.Atoi(port)
	require.NoError(t, err)
	return models.MailServer{Host: host, Port: number, From: "shop@example.org"}
}

func startSMTPServer(t *testing.T, verdict string) *smtpTest {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	s := &smtpTest{listener: listener, received: make(chan smtpReceived, 4)}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.talk(conn, verdict)
		}
	}()
	return s
}

func (s *smtpTest) talk(conn net.Conn, verdict string) {
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	say := func(line string) { fmt.Fprintf(conn, "%s\r\n", line) }
	say("220 test")
	var got smtpReceived
	for lines.Scan() {
		line := lines.Text()
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		switch verb {
		case "EHLO":
			say("250-test")
			say("250 8BITMIME")
		case "DATA":
			say("354 go on")
			for lines.Scan() && lines.Text() != "." {
				got.message += strings.TrimPrefix(lines.Text(), ".") + "\r\n"
			}
			s.received <- got
			say(verdict)
		case "QUIT":
			say("221 bye")
			return
		default:
			got.envelope += line + "\n"
			say("250 ok")
		}
	}
}

func FuzzParseSMTP(f *testing.F) {
	f.Add("smtp://user:secret-word@mail.example.org:587?from=shop@example.org")
	f.Add("smtps://mail.example.org?from=%22A%22%20%3Ca@b.c%3E")
	f.Add("smtp://user:secret-word/x@host")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseURL(text)
		if err != nil {
			assert.NotContains(t, err.Error(), "secret-word")
			return
		}
		assert.NotEmpty(t, s.Host)
		assert.NotEmpty(t, s.From)
		assert.True(t, s.Port > 0 && s.Port < 65536)
	})
}
