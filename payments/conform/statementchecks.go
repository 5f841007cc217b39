package conform

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// statements makes the checks about statements.
type statements struct{ *run }

const (
	statementPage = 100
	maxCompared   = 200 // lines of a day that are compared page by page
	maxKnown      = 5   // lines that are asked about
)

func (r statements) today() time.Time { return r.Now().In(r.Zone) }

func (r statements) page(ctx context.Context, day time.Time, kind string) (opay.StatementPage, error) {
	r.count()
	return r.client.Statement(ctx, opay.StatementRequest{ //nolint:wrapcheck // the check's name is context enough
		Day: day.Format(time.DateOnly), OrderType: kind, Page: 1, PageSize: statementPage,
	})
}

func (r statements) statement(ctx context.Context) (string, error) {
	page, err := r.page(ctx, r.today(), "")
	switch {
	case err != nil:
		return "", err
	case len(page.Unreadable) > 0:
		return "", page.Unreadable[0].Err() //nolint:wrapcheck // the check's name is context enough
	case page.Size() > page.Count || page.Size() < min(page.Count, statementPage):
		return "", fmt.Errorf("count is %d, and a page of %d has %d lines", page.Count, statementPage, page.Size())
	}
	return fmt.Sprintf("%d lines", page.Count), nil
}

func (r statements) statementLine(ctx context.Context) (string, error) {
	n := 0
	for _, shift := range []int{-1, 0, 1} {
		day := r.today().AddDate(0, 0, shift)
		for line, err := range r.client.StatementLines(ctx, opay.StatementRequest{Day: day.Format(time.DateOnly), OrderType: opay.OrderTypePayment}) {
			if err != nil {
				return "", err //nolint:wrapcheck // the check's name is context enough
			}
			if line.AppOrderID == r.paid.id {
				n++
				r.line, r.lineDay = line, day
			}
		}
	}
	if n != 1 {
		return "", fmt.Errorf("%d lines", n)
	}
	return "", nil
}

func (r statements) statementAmount(context.Context) (string, error) {
	if r.line.Coin != r.Coin || !r.line.Amount.Equal(r.paid.amount) {
		return "", fmt.Errorf("%s %s, and orderDetail tells %s %s", r.line.Amount, r.line.Coin, r.paid.amount, r.Coin)
	}
	return "", nil
}

func (r statements) statementDay(context.Context) (string, error) {
	if day, today := r.lineDay.Format(time.DateOnly), r.today().Format(time.DateOnly); day != today {
		return "", fmt.Errorf("a payment of %s is on the day %s", r.Now().UTC().Format(time.RFC3339), day)
	}
	return "", nil
}

func (r statements) statementPages(ctx context.Context) (string, error) {
	whole, err := r.page(ctx, r.today(), "")
	switch {
	case err != nil:
		return "", err
	case whole.Count > min(maxCompared, statementPage):
		return "", skip("today has too many lines")
	}
	var ids, again []string
	for _, line := range whole.Lines {
		ids = append(ids, line.AppOrderID)
	}
	size := max(1, whole.Count/3)
	for line, err := range r.client.StatementLines(ctx, opay.StatementRequest{Day: r.today().Format(time.DateOnly), PageSize: size}) {
		if err != nil {
			return "", err //nolint:wrapcheck // the check's name is context enough
		}
		again = append(again, line.AppOrderID)
	}
	if !slices.Equal(ids, again) {
		return "", errors.New("the pages have other lines, or another order")
	}
	return "", nil
}

func (r statements) statementTypes(ctx context.Context) (string, error) {
	count := map[string]int{}
	for _, kind := range []string{"", opay.OrderTypePayment, opay.OrderTypeTransfer} {
		page, err := r.page(ctx, r.today(), kind)
		if err != nil {
			return "", err
		}
		count[kind] = page.Count
	}
	if count[opay.OrderTypePayment]+count[opay.OrderTypeTransfer] != count[""] {
		return "", fmt.Errorf("%d payments and %d refunds, and %d lines", count[opay.OrderTypePayment], count[opay.OrderTypeTransfer], count[""])
	}
	return "", nil
}

func (r statements) statementKnown(ctx context.Context) (string, error) {
	page, err := r.page(ctx, r.today(), "")
	if err != nil {
		return "", err
	}
	lines := page.Lines
	for _, line := range lines[max(0, len(lines)-maxKnown):] {
		r.count()
		if _, err := r.client.OrderByRef(ctx, line.AppOrderID); err != nil {
			return "", fmt.Errorf("line %s: %w", line.AppOrderID, err)
		}
	}
	return "", nil
}

func (r statements) statementUnpaid(ctx context.Context) (string, error) {
	page, err := r.page(ctx, r.today(), "")
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(page.Lines, func(line opay.StatementLine) bool { return line.AppOrderID == r.first.id }) {
		return "", errors.New("it is in the statement")
	}
	return "", nil
}
