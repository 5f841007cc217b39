package mail

// Outcome is the result of sending a test mail.
type Outcome string

// The outcomes.
const (
	TrialAccepted    Outcome = "accepted"    // the server accepted the mail
	TrialWritten     Outcome = "written"     // there is no server: the mail was written to a file
	TrialNoName      Outcome = "no_name"     // the server's host name has no address
	TrialUnreachable Outcome = "unreachable" // nothing listens at the server's address
	TrialTLS         Outcome = "tls"         // no TLS connection
	TrialLogin       Outcome = "login"       // the server refused user or password
	TrialSender      Outcome = "sender"      // the server refused the sender
	TrialRecipient   Outcome = "recipient"   // the server refused the recipient
	TrialRefused     Outcome = "refused"     // the server refused the mail itself
	TrialFailed      Outcome = "failed"      // another error
)

// Trial is the result of a test mail.
type Trial struct {
	Outcome Outcome
	Server  string // host and port of the server, or the folder of the files
	Answer  string // the server's reply, cleaned; it may be empty
}
