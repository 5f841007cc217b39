package mail

import (
	"context"

	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/templates"
)

// WebhookView is the data of the mail to an owner about a webhook endpoint that does not work. URL is the endpoint's page.
type WebhookView struct {
	StaffView

	Host   string           // of the endpoint's address
	State  string           // failing or disabled: "mail.webhook.subject." + State
	Reason string           // "mail.webhook.text." + State + "." + Reason
	Since  templates.Moment // when the failures began
}

// Webhook returns the letter to an owner about a webhook endpoint that does not work.
func Webhook(ctx context.Context, v WebhookView) (Letter, error) {
	p := v.Printer
	return v.write(ctx, letter{
		subject: p.T("mail.webhook.subject."+v.State, "Shop", v.ShopName),
		heading: p.T("mail.webhook.heading." + v.State),
		intro:   p.T("mail.webhook.text."+v.State+"."+v.Reason, "Host", text.OneLine(v.Host)),
		button:  p.T("mail.webhook.button"),
		safety:  p.T("mail.webhook.safety"),
		facts:   []fact{{p.T("mail.webhook.since"), v.Since.Text}},
	})
}
