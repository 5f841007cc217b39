package orders

import (
	"net/url"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/payments/books"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

// orderFilterNames are the parameters of the list of orders.
func orderFilterNames() []string {
	return []string{"q", "state", "fulfilment", "refunds", "coin", "from", "to", "unusual", "sort", "after"}
}

// showOrders lists the orders: GET /admin/orders with the filter.
func (h *handlers) showOrders(req *admin.Request) error {
	view, err := h.ordersView(req, req.QueryValues(orderFilterNames()...))
	if err != nil {
		return err
	}
	return req.Answer(view.worst(), pages.Orders(view.OrdersView))
}

// ordersView is the list while it is built.
type ordersView struct {
	pages.OrdersView

	filter models.OrderFilter
}

func (h *handlers) ordersView(req *admin.Request, q url.Values) (*ordersView, error) {
	view, err := h.readOrderFilter(req, q)
	if err != nil {
		return nil, err
	}
	if view.worst() == "" {
		page, err := h.site.Store.Orders(req.Context(), view.filter)
		if view.Refusal, err = admin.FilterRefusal(err); err != nil {
			return nil, err
		}
		view.Rows, view.Partial = orderRows(req.Printer, page.Rows), page.Partial
		view.Next, view.First = admin.Pager(admin.OrdersPath, q, "after", page.Next)
	}
	view.FormToken = models.NewRef()
	view.Export = admin.ExportForm(books.ExportOrders, q, books.ExportLines)
	view.Page = req.PageAt(pages.SectionOrders, admin.Address(admin.OrdersPath, q))
	return view, nil
}

// readOrderFilter checks the filter: an unknown value is marked with its problem.
func (h *handlers) readOrderFilter(req *admin.Request, q url.Values) (*ordersView, error) {
	coins, err := h.site.Coins(req.Context())
	if err != nil {
		return nil, err
	}
	view := &ordersView{}
	view.Search.Value, view.From.Value, view.To.Value = q.Get("q"), q.Get("from"), q.Get("to")
	view.Unusual = q.Get("unusual") == "1"
	f := &view.filter
	f.Search, f.Unusual, f.After, f.Coin = view.Search.Value, view.Unusual, q.Get("after"), q.Get("coin")
	if admin.TooLong(f.Search, admin.MaxSearch) {
		view.Search.Problem = invalid.TooLong
	}
	var ok bool
	if f.State, f.Balance, ok = parsePayment(q.Get("state")); !ok {
		view.StateProblem = invalid.Unknown
	}
	if f.Fulfilment = models.Fulfilment(q.Get("fulfilment")); f.Fulfilment != "" && !slices.Contains(models.Fulfilments(), f.Fulfilment) {
		view.FulfilmentProblem = invalid.Unknown
	}
	f.ToSend = f.Fulfilment == models.FulfilmentNone || f.Fulfilment == models.FulfilmentPart
	if f.Refunds = models.RefundStatus(q.Get("refunds")); f.Refunds != "" && !slices.Contains(models.RefundStatuses(), f.Refunds) {
		view.RefundsProblem = invalid.Unknown
	}
	if f.Sort, ok = models.ParseOrderSort(q.Get("sort")); !ok {
		view.SortProblem = invalid.Unknown
	}
	symbols := coinSymbols(coins)
	if f.Coin != "" && !slices.Contains(symbols, f.Coin) {
		view.CoinProblem = invalid.Unknown
	}
	if u := q.Get("unusual"); u != "" && u != "1" {
		view.Refusal = pages.RefusalOf(invalid.Unknown)
	}
	f.From, f.To = admin.ReadSpan(&view.From, &view.To, h.site.Zone)
	view.States = admin.Choices(paymentStates(), q.Get("state"), true)
	view.Fulfilments = admin.Choices(models.Fulfilments(), string(f.Fulfilment), true)
	view.Refunds = admin.Choices(models.RefundStatuses(), string(f.Refunds), true)
	view.Sorts = admin.Choices(models.OrderSorts(), string(f.Sort), false)
	view.Coins = labelledByValue(admin.Choices(symbols, f.Coin, true))
	view.Filtered = admin.IsFiltered(q) || view.worst() != "" // nothing is shown, whatever there is
	return view, nil
}

// paymentStates are the states of payment that a list can be filtered by: those of orders, and what was accepted with another amount.
func paymentStates() []string {
	var list []string
	for _, s := range models.OrderStates() {
		list = append(list, string(s))
	}
	for _, b := range models.Balances() {
		list = append(list, paymentState(models.OrderPaid, b))
	}
	return list
}

// parsePayment parses a state of payment; empty is any.
func parsePayment(text string) (state models.OrderState, balance models.Balance, ok bool) {
	for _, b := range models.Balances() {
		if text == paymentState(models.OrderPaid, b) {
			return models.OrderPaid, b, true
		}
	}
	state, ok = models.ParseOrderState(text)
	return state, "", ok || text == ""
}

// worst returns the first problem; "" if the list can be shown.
func (v *ordersView) worst() pages.Refusal {
	return pages.Worst(v.Refusal, v.Search.Problem, v.StateProblem, v.FulfilmentProblem, v.RefundsProblem, v.CoinProblem, v.SortProblem, v.From.Problem, v.To.Problem)
}

func coinSymbols(coins []models.Coin) []string {
	list := make([]string, len(coins))
	for i, c := range coins {
		list[i] = c.Symbol
	}
	return list
}

// labelledByValue sets the values of choices as their labels, for values that need no words.
func labelledByValue(list []pages.Choice) []pages.Choice {
	for i := range list {
		list[i].Label = list[i].Value
	}
	return list
}

func orderRows(p *i18n.Printer, rows []models.OrderRow) []pages.OrderRow {
	list := make([]pages.OrderRow, len(rows))
	for i, r := range rows {
		list[i] = pages.OrderRow{
			ID: r.ID, Number: r.Number, Email: r.Email, Name: r.Name, State: paymentState(r.State, r.Balance), Refunded: string(r.Refunds), Attempt: string(r.AttemptState),
			Total: p.Money(r.Total.String(), r.Currency, r.Digits), Amount: admin.Coin(p, r.PayAmount, r.PayCoin), OrderNum: r.OrderNum, Payer: r.PayerUserID,
			Created: admin.Moment(p, r.CreatedAt), Reviews: r.OpenReviews,
		}
		if r.State == models.OrderPaid {
			list[i].Fulfilment = string(r.Fulfilment)
		}
	}
	return list
}
