package mail

import (
	"context"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/health"
)

// CheckMail is the check of the mail settings.
const CheckMail health.Check = "mail"

// The codes of findings about mail.
const (
	CodeMailGood       health.Code = "mail_good"
	CodeMailFiles      health.Code = "mail_files" // mails are written to files
	CodeMailUnreadable health.Code = "mail_unreadable"
)

// Probe reports whether the shop can send mails. It does not connect to the mail server.
func Probe() health.Probe {
	return health.Probe{Check: CheckMail, Read: func(_ context.Context, r health.Records) (health.Finding, error) {
		server := r.Settings.Mail()
		f := health.Finding{Check: CheckMail, Status: health.Good, Code: CodeMailGood, Values: []string{"Host", server.Host, "From", server.From}}
		switch {
		case r.Settings.Unreadable(models.SettingMailPassword):
			f.Status, f.Code, f.Values = health.Warn, CodeMailUnreadable, []string{"Host", server.Host}
		case server.Host == "":
			f.Code, f.Values = CodeMailFiles, nil
			if !r.Demo {
				f.Status = health.Warn
			}
		}
		return f, nil
	}}
}
