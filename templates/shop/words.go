package shop

import "github.com/coincart/coincart/templates/i18n"

// problems lists the refused fields in the order of the page.
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

// title is the front page's heading.
func (v HomeView) title() string {
	if v.Title != "" {
		return v.Title
	}
	return v.Page.Printer.T("home.hero.title", "Shop", v.Page.ShopName)
}

// text is what the shop says of itself, or a text of the catalogue.
func (v HomeView) text(id string) string {
	if v.Text != "" {
		return v.Text
	}
	return v.Page.Printer.T(id)
}

func (n Notice) words(p *i18n.Printer) string {
	switch n.Kind {
	case NoticePriceChanged:
		return p.T("notice.price_changed", "Product", n.Product, "From", n.From, "To", n.To)
	case NoticeOnlyLeft:
		return p.N("notice.only_left", n.Left, "Product", n.Product)
	case NoticeSoldOut:
		return p.T("notice.sold_out", "Product", n.Product)
	case NoticeGone:
		return p.T("notice.gone", "Product", n.Product)
	case NoticeRatesChanged:
		return p.T("notice.rates_changed")
	case NoticeCartChanged:
		return p.T("notice.cart_changed", "Total", n.Total)
	case NoticeRecounted:
		return p.T("notice.recounted", "Total", n.Total)
	case NoticeNothingToPay:
		return p.T("notice.nothing_to_pay")
	case NoticeUnreachable:
		return p.T("notice.unreachable")
	case NoticeConnected:
		return p.T("notice.connected")
	case NoticeConnectFailed:
		return p.T("notice.connect_failed")
	case NoticeConnectRefused:
		return p.T("notice.connect_refused")
	case NoticeDisconnected:
		return p.T("notice.disconnected")
	case NoticeSignInOver:
		return p.T("notice.sign_in_over")
	case NoticeBusy:
		return p.T("notice.busy")
	case NoticeNotCancellable:
		return p.T("notice.not_cancellable")
	case NoticeUnfinished:
		return p.T("notice.unfinished")
	}
	return ""
}

// class is the colour of the notice.
func (n Notice) class() string {
	switch n.Kind {
	case NoticeConnected:
		return "note--good"
	case NoticeUnreachable, NoticeConnectFailed, NoticeSoldOut, NoticeGone, NoticeOnlyLeft, NoticeNothingToPay:
		return "note--bad"
	case NoticePriceChanged, NoticeRatesChanged, NoticeCartChanged, NoticeRecounted, NoticeBusy, NoticeNotCancellable, NoticeUnfinished, NoticeSignInOver:
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
