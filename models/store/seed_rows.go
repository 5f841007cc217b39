package store

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
)

// write adds the order's rows to the batch.
func (g *historyMaker) write(o *seedOrder) {
	t := g.table
	a := &o.attempt
	o.UpdatedAt, o.Coin, o.GoodsTotal = latest(o.CreatedAt, a.UpdatedAt, o.FulfilledAt, o.refunded), a.Coin, o.Total
	t.orders = append(t.orders, o.Order)
	for _, l := range o.Lines {
		l.OrderID = o.ID
		t.lines = append(t.lines, l)
	}
	for _, made := range append(o.Attempts, *a) {
		g.writeAttempt(made)
	}
	g.writeOrderHistory(o)
	g.writeShipment(o)
	g.writeStock(o)
	if a.State == models.AttemptPaid {
		g.writeEvidence(o)
	}
	if o.State == models.OrderReview {
		t.reviews = append(t.reviews, models.Review{
			ID: g.id(a.PaidAt), Kind: models.ReviewLatePayment, Subject: a.ID, OrderID: o.ID, AttemptID: a.ID,
			Note: models.Remark("paid_late", "order", string(models.OrderExpired)), Open: true, CreatedAt: a.PaidAt, UpdatedAt: a.PaidAt,
		})
	}
	if !o.refunded.IsZero() {
		g.writeRefund(o)
	}
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

func (g *historyMaker) move(o, attempt, refund, from, to, cause string, at time.Time) {
	g.table.transitions = append(g.table.transitions, models.Transition{
		ID: g.id(at), OrderID: o, AttemptID: attempt, RefundID: refund, FromState: from, ToState: to, Cause: cause, CreatedAt: at,
	})
}

func (g *historyMaker) writeAttempt(a models.Attempt) {
	if live := a.State.Live(); live {
		a.Live = &live
	}
	g.table.attempts = append(g.table.attempts, a)
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

func (g *historyMaker) writeOrderHistory(o *seedOrder) {
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
	case models.OrderPaid:
		move(models.OrderAwaiting, models.OrderPaid, "callback", o.PaidAt)
	case models.OrderAwaiting:
	}
}

// writeShipment sends all lines of an order that was sent in one parcel.
func (g *historyMaker) writeShipment(o *seedOrder) {
	if o.FulfilledAt.IsZero() {
		return
	}
	id := g.id(o.FulfilledAt)
	g.table.shipments = append(g.table.shipments, models.Shipment{
		ID: id, OrderID: o.ID, Carrier: "Muuli", Number: o.tracking, FormToken: g.ref(), SentAt: o.FulfilledAt, UpdatedAt: o.FulfilledAt, Version: 1,
	})
	for _, l := range o.Lines {
		g.table.shipped = append(g.table.shipped, models.ShipmentLine{ID: g.id(o.FulfilledAt), ShipmentID: id, OrderLineID: l.ID, Quantity: l.Quantity})
	}
}

// writeStock reserves the lines and sells or releases them, and notes what that leaves of each variant.
func (g *historyMaker) writeStock(o *seedOrder) {
	t := g.table
	for _, l := range o.Lines {
		stock := t.stock[l.VariantID]
		booked := func(kind models.MovementKind, quantity int, at time.Time) {
			m := movement(o.ID, l.VariantID, kind, quantity, at)
			m.ID = g.id(at)
			t.movements = append(t.movements, m)
		}
		booked(models.MovementReservation, -l.Quantity, o.CreatedAt)
		state, at := models.ReservationHeld, o.CreatedAt
		switch o.State {
		case models.OrderAwaiting:
			stock.held += l.Quantity
		case models.OrderExpired, models.OrderCancelled, models.OrderReview:
			state, at = models.ReservationReleased, latest(o.attempt.UpdatedAt, o.CreatedAt)
			booked(models.MovementRelease, l.Quantity, at)
		case models.OrderPaid:
			state, at = models.ReservationSold, o.PaidAt
			booked(models.MovementRelease, l.Quantity, at)
			booked(models.MovementSale, -l.Quantity, at)
			stock.sold += l.Quantity
		}
		t.stock[l.VariantID] = stock
		t.reservations = append(t.reservations, models.Reservation{
			ID: g.id(o.CreatedAt), OrderID: o.ID, VariantID: l.VariantID, Quantity: l.Quantity, State: state, CreatedAt: o.CreatedAt, UpdatedAt: at,
		})
	}
}

// writeEvidence proves the payment: the platform's answer, and its callback where one came.
func (g *historyMaker) writeEvidence(o *seedOrder) {
	t := g.table
	a := &o.attempt
	paid := models.Evidence{
		ID: g.id(a.PaidAt), AttemptID: a.ID, OrderID: o.ID, Source: models.SourceQuery, Verified: true, AppOrderID: a.AppOrderID, OrderNum: a.OrderNum,
		Status: "3", Coin: a.Coin, Amount: a.Amount.String(), CreatedAt: a.PaidAt,
	}
	t.evidence = append(t.evidence, paid)
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
	t.inbox = append(t.inbox, models.InboxMessage{
		ID: id, Digest: digest, DataHash: digest, AppID: "made-up", SentTime: timeKey(sent), Data: "bWFkZSB1cA", Sign: "bWFkZSB1cA",
		RemoteAddr: "192.0.2.7", State: models.InboxDone, Tries: 1, ReceivedAt: o.called, HandledAt: o.called,
	})
	paid.ID, paid.Source, paid.Coin, paid.InboxID, paid.CreatedAt = g.id(o.called), models.SourceCallback, "", id, o.called
	t.evidence = append(t.evidence, paid)
	t.calls[counterDay(o.called)]++
}

// writeRefund sends the refund, and the next day's statement confirms it.
func (g *historyMaker) writeRefund(o *seedOrder) {
	a := &o.attempt
	at, done := o.refunded, o.refunded.Add(24*time.Hour)
	id := g.id(at)
	g.table.refunds = append(g.table.refunds, models.Refund{
		ID: id, OrderID: o.ID, AttemptID: a.ID, AppOrderID: g.ref(), OrderNum: "R" + a.OrderNum, State: models.RefundConfirmed, Amount: o.refund,
		Coin: a.Coin, Worth: o.worth, Reason: "Test data", FormToken: g.ref(), CreatedAt: at, UpdatedAt: done, SentAt: at, ConfirmedAt: done,
	})
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
