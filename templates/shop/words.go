package shop

import (
	"cmp"
	"slices"

	"github.com/coincart/coincart/templates/i18n"
)

// problems returns the refused fields in the order of the page.
func (v CheckoutView) problems() []summaryItem {
	p := v.Page.Printer
	var items []summaryItem
	if v.EmailProblem != "" {
		items = append(items, summaryItem{"email", p.ProblemOf("email", v.EmailProblem)})
	}
	if v.NameProblem != "" {
		items = append(items, summaryItem{"name", v.nameProblem()})
	}
	if v.Address.Shown {
		items = append(items, v.Address.problems(p)...)
	}
	return append(items, v.Payment.problems(p)...)
}

func (f PaymentForm) problems(p *i18n.Printer) []summaryItem {
	var items []summaryItem
	if f.PayerProblem != "" {
		items = append(items, summaryItem{"payer_uid", p.ProblemOf("payer", f.PayerProblem)})
	}
	if f.CoinProblem != "" {
		items = append(items, summaryItem{"coin", p.ProblemOf("coin", f.CoinProblem)})
	}
	return items
}

// title returns the front page's heading.
func (v HomeView) title() string {
	return cmp.Or(v.Title, v.Page.Printer.T("home.hero.title", "Shop", v.Page.ShopName))
}

// text returns the shop's own text about itself, or else a message.
func (v HomeView) text(id string) string {
	return cmp.Or(v.Text, v.Page.Printer.T(id))
}

// words returns the message "order.notice." + kind.
func (n Notice) words(p *i18n.Printer) string {
	id := "order.notice." + string(n.Kind)
	counted := []NoticeKind{NoticeOnlyLeft, NoticePieces, NoticeOpenPayer, NoticeOpenEmail, NoticeOpenNetwork}
	if slices.Contains(counted, n.Kind) {
		return p.N(id, n.Left, "Product", n.Product, "Total", n.Total)
	}
	return p.T(id, "Product", n.Product, "From", n.From, "To", n.To, "Total", n.Total)
}

// class returns the class of the notice, which colours it.
func (n Notice) class() string {
	switch n.Kind {
	case NoticeConnected:
		return "note--good"
	case NoticeUnreachable, NoticeConnectFailed, NoticeSoldOut, NoticeGone, NoticeOnlyLeft, NoticeNothingToPay, NoticePieces,
		NoticeOpenPayer, NoticeOpenEmail, NoticeOpenNetwork, NoticeStockGone, NoticeUnreachablePay, NoticeLinkClosed:
		return "note--bad"
	case NoticePriceChanged, NoticeRatesChanged, NoticeCartChanged, NoticeRecounted, NoticeBusy, NoticeNotCancellable, NoticeProveFirst, NoticeUnfinished, NoticeSignInOver:
		return "note--warn"
	case NoticeConnectRefused, NoticeDisconnected:
		return "note--plain"
	}
	return "note--plain"
}

func (n Notice) icon() string {
	switch n.class() {
	case "note--good":
		return "check"
	case "note--plain":
		return "info"
	default:
		return "alert"
	}
}
