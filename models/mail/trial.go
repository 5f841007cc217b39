package mail

// Outcome says what became of a test mail.
type Outcome string

// The outcomes.
const (
	TrialAccepted    Outcome = "accepted"    // the server took it
	TrialWritten     Outcome = "written"     // there is no server; it is a file
	TrialNoName      Outcome = "no_name"     // the server's name has no address
	TrialUnreachable Outcome = "unreachable" // nothing answers there
	TrialTLS         Outcome = "tls"         // no protected connection
	TrialLogin       Outcome = "login"       // name or password refused
	TrialSender      Outcome = "sender"      // the sender refused
	TrialRecipient   Outcome = "recipient"   // the recipient refused
	TrialRefused     Outcome = "refused"     // the mail itself refused
	TrialFailed      Outcome = "failed"      // anything else
)

// Outcomes lists all outcomes.
func Outcomes() []Outcome {
	return []Outcome{
		TrialAccepted, TrialWritten, TrialNoName, TrialUnreachable, TrialTLS, TrialLogin, TrialSender, TrialRecipient, TrialRefused, TrialFailed,
	}
}

// Trial is what became of a test mail.
type Trial struct {
	Outcome Outcome
	Server  string // host and port, or the folder of files
	Answer  string // the server's own words, cleaned; they may be empty
}
