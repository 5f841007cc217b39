package models

import "time"

// InvoiceMail is a reminder of an invoice: it is sent From a time on, and not any more from Until on.
type InvoiceMail struct {
	Kind        MailKind
	From, Until time.Time
}

// reminderHour is when reminders are sent, in hours of the day, UTC.
const reminderHour = 9 * time.Hour

// ReminderMails returns the reminders of an invoice: three days before the due date, on it, and seven days after it. The time of each ends when that
// of the next begins, so that a shop that was not running sends one mail and not three. None: it is no invoice, has no due date, or the customer is
// not to be reminded.
func (l *PaymentLink) ReminderMails() []InvoiceMail {
	if l.Kind != LinkInvoice || !l.Reminders || l.DueOn.IsZero() || l.Email == "" {
		return nil
	}
	at := func(days int) time.Time {
		return l.DueOn.UTC().Truncate(24*time.Hour).AddDate(0, 0, days).Add(reminderHour)
	}
	return []InvoiceMail{{MailInvoiceSoon, at(-3), at(0)}, {MailInvoiceDue, at(0), at(7)}, {MailInvoiceLate, at(7), at(14)}}
}

// ReminderOf returns the text of the due date for OutboxMessage.About.
func (l *PaymentLink) ReminderOf() string { return l.DueOn.UTC().Format(time.DateOnly) }

// WantsMail reports whether a mail about an invoice, which is not paid, is still to be sent at a time, in a shop with this currency.
func (l *PaymentLink) WantsMail(m *OutboxMessage, now time.Time, currency string) bool {
	if l.Kind != LinkInvoice || l.StateAt(now, currency) != LinkOn {
		return false
	}
	if m.Kind == MailInvoice {
		return true
	}
	for _, r := range l.ReminderMails() {
		if r.Kind == m.Kind {
			return m.About == l.ReminderOf() && now.Before(r.Until)
		}
	}
	return false
}
