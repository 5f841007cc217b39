package store

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/coincart/coincart/models"
)

// write adds the order's rows to the batch.
func (g *maker) write(o *made) {
	t := g.table
	a := &o.attempt
	t.orders.add(o.ID, o.Ref, string(o.State), o.Email, o.Name, o.Lang, o.Currency, o.Digits, o.Total, o.Goods, o.FormToken, o.PaidAttemptID,
		o.CreatedAt, later(o.CreatedAt, a.UpdatedAt, o.FulfilledAt, o.refunded), o.ExpiresAt, o.PaidAt, o.DueAt, "", a.Coin, o.Tracking, o.FulfilledAt, o.Total)
	for _, l := range o.Lines {
		t.lines.add(l.ID, o.ID, l.Position, l.VariantID, l.SKU, l.Slug, l.Title, l.VariantTitle, l.Cover, l.UnitPrice, l.Quantity, l.Total)
	}
	for i := range o.Attempts {
		g.writeAttempt(&o.Attempts[i])
	}
	g.writeAttempt(a)
	g.writeOrderHistory(o)
	g.writeStock(o)
	if a.State == models.AttemptPaid {
		g.writeEvidence(o)
	}
	if o.State == models.OrderReview {
		t.reviews.add(g.id(a.PaidAt), string(models.ReviewLatePayment), a.ID, o.ID, a.ID, models.Remark("paid_late", "order", string(models.OrderExpired)), true, a.PaidAt, a.PaidAt)
	}
	if !o.refunded.IsZero() {
		g.writeRefund(o)
	}
}

func later(times ...time.Time) time.Time {
	var last time.Time
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

func (g *maker) move(o, attempt, refund, from, to, cause string, at time.Time) {
	g.table.transitions.add(g.id(at), o, attempt, refund, from, to, false, cause, "", at)
}

func (g *maker) writeAttempt(a *models.Attempt) {
	var number, live any
	if a.OrderNum != "" {
		number = a.OrderNum
	}
	if a.State.Live() {
		live = true
	}
	g.table.attempts.add(a.ID, a.OrderID, a.AppOrderID, number, string(a.State), live, "", a.Coin, a.Amount, a.Rate, a.RateSource, a.RateAt,
		a.PayerUserID, "", a.ProblemCode, a.Checks, a.CheckedAt, a.CreatedAt, a.UpdatedAt, a.SentAt, a.OpenedAt, a.PaidAt, a.DueAt, "", a.Refunded)
	move := func(from, to models.AttemptState, cause string, at time.Time) {
		g.move(a.OrderID, a.ID, "", string(from), string(to), cause, at)
	}
	move(models.AttemptCreated, models.AttemptSubmitting, "create", a.CreatedAt)
	if a.State == models.AttemptUnknown {
		move(models.AttemptSubmitting, models.AttemptUnknown, "create", a.SentAt.Add(8*time.Second))
		return
	}
	move(models.AttemptSubmitting, models.AttemptOpen, "create", a.OpenedAt)
	switch a.State {
	case models.AttemptPaid:
		move(models.AttemptOpen, models.AttemptPaid, "callback", a.PaidAt)
	case models.AttemptClosed:
		move(models.AttemptOpen, models.AttemptClosed, "poll", a.UpdatedAt)
	case models.AttemptCreated, models.AttemptSubmitting, models.AttemptOpen, models.AttemptUnknown, models.AttemptFailed:
	}
}

func (g *maker) writeOrderHistory(o *made) {
	move := func(from, to models.OrderState, cause string, at time.Time) {
		g.move(o.ID, "", "", string(from), string(to), cause, at)
	}
	a := &o.attempt
	switch o.State {
	case models.OrderExpired:
		move(models.OrderAwaiting, models.OrderExpired, "expire", a.UpdatedAt)
	case models.OrderCancelled:
		move(models.OrderAwaiting, models.OrderCancelled, "cancel", a.UpdatedAt)
	case models.OrderReview:
		move(models.OrderAwaiting, models.OrderExpired, "expire", o.ExpiresAt)
		move(models.OrderExpired, models.OrderReview, "callback", a.PaidAt)
	case models.OrderPaid, models.OrderFulfilled, models.OrderRefunded, models.OrderRefunding:
		move(models.OrderAwaiting, models.OrderPaid, "callback", o.PaidAt)
		now := models.OrderPaid
		if !o.FulfilledAt.IsZero() {
			move(now, models.OrderFulfilled, "admin", o.FulfilledAt)
			now = models.OrderFulfilled
		}
		if !o.refunded.IsZero() {
			move(now, models.OrderRefunding, "refund", o.refunded)
			move(models.OrderRefunding, o.State, "refund", o.refunded.Add(24*time.Hour))
		}
	case models.OrderAwaiting:
	}
}

// writeStock reserves the lines and sells or releases them, and notes what that leaves of each variant.
func (g *maker) writeStock(o *made) {
	t := g.table
	for _, l := range o.Lines {
		stock := t.stock[l.VariantID]
		if stock == nil {
			stock = &seedStock{}
			t.stock[l.VariantID] = stock
		}
		booked := func(kind models.MovementKind, quantity int, at time.Time) {
			t.movements.add(g.id(at), l.VariantID, o.ID, string(kind), quantity, "", at)
		}
		booked(models.MovementReservation, -l.Quantity, o.CreatedAt)
		state, at := models.ReservationHeld, o.CreatedAt
		switch o.State {
		case models.OrderAwaiting:
			stock.held += l.Quantity
		case models.OrderExpired, models.OrderCancelled, models.OrderReview:
			state, at = models.ReservationReleased, later(o.attempt.UpdatedAt, o.CreatedAt)
			booked(models.MovementRelease, l.Quantity, at)
		case models.OrderPaid, models.OrderFulfilled, models.OrderRefunding, models.OrderRefunded:
			state, at = models.ReservationSold, o.PaidAt
			booked(models.MovementRelease, l.Quantity, at)
			booked(models.MovementSale, -l.Quantity, at)
			stock.sold += l.Quantity
		}
		t.reservations.add(g.id(o.CreatedAt), o.ID, l.VariantID, l.Quantity, string(state), o.CreatedAt, at)
	}
}

// writeEvidence proves the payment: the platform's answer, and its callback where one came.
func (g *maker) writeEvidence(o *made) {
	t := g.table
	a := &o.attempt
	t.evidence.add(g.id(a.PaidAt), a.ID, o.ID, string(models.SourceQuery), true, a.AppOrderID, a.OrderNum, "3", a.Coin, a.Amount.String(), "", "",
		a.PaidAt)
	if o.called.IsZero() {
		return
	}
	sum := sha256.Sum256([]byte(a.ID))
	digest := hex.EncodeToString(sum[:])
	id := g.id(o.called)
	sent := o.called.Add(-time.Duration(20+g.random.IntN(150)) * time.Millisecond)
	if g.chance(30) {
		sent = sent.Add(-time.Duration(1+g.random.IntN(20)) * time.Second)
	}
	t.inbox.add(id, digest, digest, "made-up", timeKey(sent), "bWFkZSB1cA", "bWFkZSB1cA", "192.0.2.7", string(models.InboxDone), "", 1, o.called,
		o.called, nil, "")
	t.evidence.add(g.id(o.called), a.ID, o.ID, string(models.SourceCallback), true, a.AppOrderID, a.OrderNum, "3", "", a.Amount.String(), "", id,
		o.called)
	t.calls[counterDay(o.called)]++
}

// writeRefund sends the refund, and the next day's statement confirms it.
func (g *maker) writeRefund(o *made) {
	a := &o.attempt
	at, done := o.refunded, o.refunded.Add(24*time.Hour)
	id := g.id(at)
	g.table.refunds.add(id, o.ID, a.ID, g.ref(), "R"+a.OrderNum, string(models.RefundConfirmed), o.refund, a.Coin, "Test data", g.ref(), "", "",
		at, done, at, done, nil)
	for _, m := range []struct {
		from, to models.RefundState
		at       time.Time
	}{
		{"", models.RefundApproved, at},
		{models.RefundApproved, models.RefundSubmitting, at},
		{models.RefundSubmitting, models.RefundAccepted, at.Add(time.Second)},
		{models.RefundAccepted, models.RefundConfirmed, done},
	} {
		g.move(o.ID, a.ID, id, string(m.from), string(m.to), "refund", m.at)
	}
}
