package payments

// MailOutcome says what became of a test mail.
type MailOutcome string

// The outcomes.
const (
	MailAccepted    MailOutcome = "accepted"    // the server took it
	MailWritten     MailOutcome = "written"     // there is no server; it is a file
	MailNoName      MailOutcome = "no_name"     // the server's name has no address
	MailUnreachable MailOutcome = "unreachable" // nothing answers there
	MailTLS         MailOutcome = "tls"         // no protected connection
	MailLogin       MailOutcome = "login"       // name or password refused
	MailSender      MailOutcome = "sender"      // the sender refused
	MailRecipient   MailOutcome = "recipient"   // the recipient refused
	MailRefused     MailOutcome = "refused"     // the mail itself refused
	MailFailed      MailOutcome = "failed"      // anything else
)

// MailOutcomes lists all outcomes.
func MailOutcomes() []MailOutcome {
	return []MailOutcome{
		MailAccepted, MailWritten, MailNoName, MailUnreachable, MailTLS, MailLogin, MailSender, MailRecipient, MailRefused, MailFailed,
	}
}

// MailTrial is what became of a test mail.
type MailTrial struct {
	Outcome MailOutcome
	Server  string // host and port, or the folder of files
	Answer  string // the server's own words, cleaned; they may be empty
}
