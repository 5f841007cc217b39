package mail

import (
	"context"

	"github.com/coincart/coincart/templates"
)

// AccountView is the data of the mails to a person of the staff about their own account. URL is the page of the account.
type AccountView struct {
	StaffView

	At         templates.Moment // when it happened
	RemoteAddr string           // NewBrowser: where from; "" leaves the line out
	Browser    string           // NewBrowser: as it calls itself; "" leaves the line out
}

// NewBrowser returns the letter after a sign-in with a browser that never signed in to the account before.
func NewBrowser(ctx context.Context, v AccountView) (Letter, error) {
	return v.about(ctx, "mail.new_browser.")
}

// Throttled returns the letter after so many wrong passwords or codes for an account that further ones have to wait.
func Throttled(ctx context.Context, v AccountView) (Letter, error) {
	return v.about(ctx, "mail.throttled.")
}

// about writes a letter. id begins the ids of its words.
func (v AccountView) about(ctx context.Context, id string) (Letter, error) {
	p := v.Printer
	facts := []fact{{p.T("mail.staff.time"), v.At.Text}}
	if v.RemoteAddr != "" {
		facts = append(facts, fact{p.T("mail.staff.address"), v.RemoteAddr})
	}
	if v.Browser != "" {
		facts = append(facts, fact{p.T("mail.staff.browser"), v.Browser})
	}
	return v.write(ctx, letter{
		subject: p.T(id+"subject", "Shop", v.ShopName),
		heading: p.T(id + "heading"),
		intro:   p.T(id + "text"),
		button:  p.T("mail.staff.button"),
		safety:  p.T("mail.staff.safety"),
		facts:   facts,
	})
}
