package payments_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/sandbox"
)

// ship sends pieces of an order's first line.
func (s *shop) ship(o models.Order, pieces int, edits ...func(*payments.ShipInput)) (models.Shipment, error) {
	s.T.Helper()
	in := payments.ShipInput{OrderID: o.ID, Pieces: []payments.Pieces{{LineID: o.Lines[0].ID, Quantity: pieces}}, FormToken: models.NewRef()}
	for _, edit := range edits {
		edit(&in)
	}
	return s.Ship(s.T.Context(), in, finance)
}

func byHand(in *payments.ShipInput) { in.Details.ByHand = true }

// shipments are an order's shipments as they are stored now.
func (s *shop) shipments(o models.Order) []models.Shipment {
	s.T.Helper()
	list, err := s.Store.ShipmentsOf(s.T.Context(), o.ID)
	require.NoError(s.T, err)
	return list
}

// count says what became of the pieces of an order's first line.
func (s *shop) count(o models.Order) models.LineCount {
	s.T.Helper()
	order := s.Order(o.Ref)
	refunds, err := s.Store.RefundsOf(s.T.Context(), o.ID)
	require.NoError(s.T, err)
	return models.CountLines(&order, s.shipments(o), refunds)[0]
}

// mailsCalled counts the mails of a kind that the shopper got.
func (s *shop) mailsCalled(subject string) int {
	n := 0
	for _, got := range s.Mails.Subjects() {
		if got == subject {
			n++
		}
	}
	return n
}

func TestShip_InParts(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(5)
		other := s.PlacePaid(1)
		require.Equal(t, models.FulfilmentNone, order.Fulfilment)

		first, err := s.ship(order, 2, func(in *payments.ShipInput) {
			in.Details = payments.ShipmentDetails{Carrier: " DHL ", Number: "00340", Link: "https://dhl.example/00340"}
		})
		require.NoError(t, err)
		got := s.shipments(order)
		require.Len(t, got, 1)
		assert.Equal(t, [3]string{"DHL", "00340", "https://dhl.example/00340"}, [3]string{got[0].Carrier, got[0].Number, got[0].Link})
		assert.Equal(t, first.ID, got[0].ID)
		assert.Equal(t, finance.StaffID, got[0].SentBy)
		after := s.Order(order.Ref)
		assert.Equal(t, models.FulfilmentPart, after.Fulfilment)
		assert.True(t, after.FulfilledAt.IsZero(), "there is more to come")

		for name, pieces := range map[string][]payments.Pieces{
			"more than are left":  {{LineID: order.Lines[0].ID, Quantity: 4}},
			"twice the same line": {{LineID: order.Lines[0].ID, Quantity: 2}, {LineID: order.Lines[0].ID, Quantity: 2}},
			"less than nothing":   {{LineID: order.Lines[0].ID, Quantity: -1}},
			"another order's":     {{LineID: other.Lines[0].ID, Quantity: 1}},
		} {
			_, err := s.ship(order, 0, func(in *payments.ShipInput) { in.Pieces = pieces })
			require.ErrorIs(t, err, payments.ErrPieces, name)
		}
		_, err = s.ship(order, 0)
		require.ErrorIs(t, err, payments.ErrNotFulfillable, "nothing was chosen")
		_, err = s.ship(order, 1, func(in *payments.ShipInput) { in.Details.Link = "http://dhl.example" })
		require.ErrorIs(t, err, payments.ErrTrackingLink)
		assert.Equal(t, 2, s.count(order).Sent, "what was refused sent nothing")

		s.Clock.Advance(time.Hour)
		_, err = s.ship(order, 1)
		require.NoError(t, err)
		assert.Equal(t, models.FulfilmentPart, s.Order(order.Ref).Fulfilment)
		s.Clock.Advance(time.Hour)
		last := s.Clock.Now()
		require.NoError(t, s.ShipAll(order.ID, "00341"))
		after = s.Order(order.Ref)
		assert.Equal(t, models.FulfilmentSent, after.Fulfilment)
		assert.True(t, last.Equal(after.FulfilledAt), "with the last parcel: %s", after.FulfilledAt)
		assert.Equal(t, models.OrderPaid, after.State)
		require.Len(t, s.shipments(order), 3)
		assert.Equal(t, 2, s.shipments(order)[2].Lines[0].Quantity, "all that was left")
		require.ErrorIs(t, s.ShipAll(order.ID, ""), payments.ErrNotFulfillable)
		s.Work()
		assert.Equal(t, 3, s.mailsCalled("order sent"), "each parcel is told")
		assert.Equal(t, models.FulfilmentNone, s.Order(other.Ref).Fulfilment)
	})
}

func TestShip_OnlyWhatIsPaid(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		open := s.PlaceOrder(1)
		_, err := s.ship(open, 1)
		require.ErrorIs(t, err, payments.ErrNotFulfillable)
		require.NoError(t, s.Cancel(t.Context(), open.Ref))
		require.ErrorIs(t, s.ShipAll(open.ID, ""), payments.ErrNotFulfillable)
		assert.Empty(t, s.shipments(open))
	})
}

func TestShip_HandedOver(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(2)
		_, err := s.ship(order, 1, byHand)
		require.NoError(t, err)
		assert.Equal(t, models.FulfilmentPart, s.Order(order.Ref).Fulfilment)
		second, err := s.ship(order, 1, byHand)
		require.NoError(t, err)
		assert.Equal(t, models.FulfilmentHanded, s.Order(order.Ref).Fulfilment)
		require.NoError(t, s.CorrectShipment(t.Context(), second.ID, 1, payments.ShipmentDetails{Carrier: "DHL"}, false, finance))
		assert.Equal(t, models.FulfilmentSent, s.Order(order.Ref).Fulfilment, "one of them went with a carrier")
	})
}

func TestShip_Correct(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(1)
		sent, err := s.ship(order, 1, func(in *payments.ShipInput) { in.Details.Number = "worng" })
		require.NoError(t, err)
		s.Work()
		require.Equal(t, 1, s.mailsCalled("order sent"))

		require.NoError(t, s.CorrectShipment(t.Context(), sent.ID, 1, payments.ShipmentDetails{Carrier: "DHL", Number: "wrong"}, false, finance))
		s.Work()
		assert.Equal(t, 1, s.mailsCalled("order sent"), "not told")
		right := payments.ShipmentDetails{Carrier: "DHL", Number: "right", Link: "https://dhl.example/right"}
		require.ErrorIs(t, s.CorrectShipment(t.Context(), sent.ID, 1, right, true, finance), store.ErrConflict, "an old page")
		require.NoError(t, s.CorrectShipment(t.Context(), sent.ID, 2, right, true, finance))
		s.Work()
		assert.Equal(t, 2, s.mailsCalled("order sent"), "told again")
		right.Link = "https://ada:secret@dhl.example/"
		require.ErrorIs(t, s.CorrectShipment(t.Context(), sent.ID, 3, right, true, finance), payments.ErrTrackingLink)
		require.ErrorIs(t, s.CorrectShipment(t.Context(), models.NewID(), 1, payments.ShipmentDetails{}, true, finance), store.ErrNotFound)

		got := s.shipments(order)
		require.Len(t, got, 1)
		assert.Equal(t, [3]string{"DHL", "right", "https://dhl.example/right"}, [3]string{got[0].Carrier, got[0].Number, got[0].Link})
		assert.Equal(t, models.FulfilmentSent, s.Order(order.Ref).Fulfilment)
	})
}

func TestShip_UndoneWithinTheTimeOfTheSetting(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		modelstest.SetSettings(t, s.Store, models.GroupOrders, map[models.SettingKey]int{models.SettingShipmentUndo: 30})
		order := s.PlacePaid(2)
		first, err := s.ship(order, 1)
		require.NoError(t, err)
		s.Clock.Advance(10 * time.Minute)
		second, err := s.ship(order, 1)
		require.NoError(t, err)
		require.Equal(t, models.FulfilmentSent, s.Order(order.Ref).Fulfilment)

		s.Clock.Advance(20 * time.Minute) // the first is 30 minutes old
		require.ErrorIs(t, s.UndoShipment(t.Context(), first.ID, 1, finance), payments.ErrUndoLate)
		assert.Equal(t, models.FulfilmentSent, s.Order(order.Ref).Fulfilment)
		require.ErrorIs(t, s.UndoShipment(t.Context(), second.ID, 2, finance), store.ErrConflict, "not the version that is stored")
		require.NoError(t, s.UndoShipment(t.Context(), second.ID, 1, finance))
		require.ErrorIs(t, s.UndoShipment(t.Context(), second.ID, 2, finance), store.ErrConflict, "once")
		require.ErrorIs(t, s.CorrectShipment(t.Context(), second.ID, 2, payments.ShipmentDetails{}, false, finance), store.ErrConflict, "it is undone")
		after := s.Order(order.Ref)
		assert.Equal(t, models.FulfilmentPart, after.Fulfilment)
		assert.True(t, after.FulfilledAt.IsZero())
		assert.Equal(t, 1, s.count(order).ToSend())
		s.Work()
		assert.Equal(t, 1, s.mailsCalled("order unsent"), "told that it was a mistake")

		require.NoError(t, s.ShipAll(order.ID, "again"))
		assert.Equal(t, models.FulfilmentSent, s.Order(order.Ref).Fulfilment)
		require.Len(t, s.shipments(order), 3, "what was undone is kept")
		modelstest.SetSettings(t, s.Store, models.GroupOrders, map[models.SettingKey]int{models.SettingShipmentUndo: 0})
		require.ErrorIs(t, s.UndoShipment(t.Context(), s.shipments(order)[2].ID, 1, finance), payments.ErrUndoLate, "not at all")
	})
}

func TestShip_AWaitingRefundBlocksNothing(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.hire(finance)
		order := s.PlacePaid(2)
		r, err := s.Refund(order, "1")
		require.NoError(t, err)
		require.Equal(t, models.RefundRequested, r.State)
		require.Equal(t, models.RefundsRequested, s.Order(order.Ref).Refunds)
		_, err = s.ship(order, 1)
		require.NoError(t, err)
		require.NoError(t, s.ShipAll(order.ID, ""))
		after := s.Order(order.Ref)
		assert.Equal(t, models.FulfilmentSent, after.Fulfilment)
		assert.Equal(t, models.RefundsRequested, after.Refunds, "it waits as before")
		assert.Equal(t, models.OrderPaid, after.State)
		require.NoError(t, s.ApproveRefund(t.Context(), r.ID, second))
		s.Work()
		assert.Equal(t, models.RefundAccepted, s.RefundState(r.ID))
		assert.Equal(t, models.FulfilmentSent, s.Order(order.Ref).Fulfilment)
	}, func(_ *sandbox.Config, pc *assembly.Config) { pc.FourEyesLimit = models.MustAmount("0.5") })
}

func TestShip_PiecesRefundedUnsentAreNotOfferedButMayBeSent(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(3)
		_, err := s.refundPieces(order, 2, false)
		require.NoError(t, err)
		assert.Equal(t, models.FulfilmentNone, s.Order(order.Ref).Fulfilment, "nothing was sent")
		assert.Equal(t, 1, s.count(order).ToSend())
		require.NoError(t, s.ShipAll(order.ID, ""))
		require.Len(t, s.shipments(order), 1)
		assert.Equal(t, 1, s.shipments(order)[0].Lines[0].Quantity, "only what the shopper still gets")
		assert.Equal(t, models.FulfilmentSent, s.Order(order.Ref).Fulfilment)
		require.ErrorIs(t, s.ShipAll(order.ID, ""), payments.ErrNotFulfillable)

		_, err = s.ship(order, 3)
		require.ErrorIs(t, err, payments.ErrPieces, "more than were ordered")
		_, err = s.ship(order, 2)
		require.NoError(t, err, "somebody sends them all the same")
		assert.Equal(t, 3, s.count(order).Sent)
		assert.Equal(t, models.FulfilmentSent, s.Order(order.Ref).Fulfilment)

		// A refund that comes to nothing leaves its pieces to be sent.
		again := s.PlacePaid(2)
		require.NoError(t, s.Platform.SetFaults(refuseRefund))
		_, err = s.ship(again, 1)
		require.NoError(t, err)
		r, err := s.refundPieces(again, 1, false)
		require.NoError(t, err)
		assert.Equal(t, models.FulfilmentSent, s.Order(again.Ref).Fulfilment, "nothing is left to be sent")
		s.Work()
		require.Equal(t, models.RefundFailed, s.RefundState(r.ID))
		assert.Equal(t, models.FulfilmentPart, s.Order(again.Ref).Fulfilment)
		assert.Equal(t, 1, s.count(again).ToSend())
	})
}

// What was refunded to be sold again is not the order's any more: sent all the same, it would be gone from the shelf and counted on it.
func TestShip_PiecesThatAreSoldAgainAreNotSent(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(3)
		_, err := s.refundPieces(order, 2, true)
		require.NoError(t, err)
		_, err = s.ship(order, 2)
		require.ErrorIs(t, err, payments.ErrRestocked, "before the exchange has taken the refund")
		s.Work()
		_, err = s.ship(order, 2)
		require.ErrorIs(t, err, payments.ErrRestocked, "and after it")
		_, err = s.ship(order, 1)
		require.NoError(t, err)
		assert.Equal(t, models.FulfilmentSent, s.Order(order.Ref).Fulfilment)
		_, err = s.ship(order, 1)
		require.ErrorIs(t, err, payments.ErrRestocked)

		// Sent, sent back, on the shelf again: if the shipment is undone, nothing is left to send.
		back := s.PlacePaid(2)
		_, err = s.ship(back, 2)
		require.NoError(t, err)
		_, err = s.refundPieces(back, 2, true)
		require.NoError(t, err)
		s.Work()
		sent := s.shipments(back)[0]
		require.NoError(t, s.UndoShipment(t.Context(), sent.ID, sent.Version, finance))
		assert.Zero(t, s.count(back).ToSend())
		_, err = s.ship(back, 1)
		require.ErrorIs(t, err, payments.ErrRestocked)

		// Refunded without going back on the shelf: nothing is left to send either, but who wants to send it all the same can.
		kept := s.PlacePaid(3)
		_, err = s.ship(kept, 2)
		require.NoError(t, err)
		_, err = s.refundPieces(kept, 3, false)
		require.NoError(t, err)
		sent = s.shipments(kept)[0]
		require.NoError(t, s.UndoShipment(t.Context(), sent.ID, sent.Version, finance))
		assert.Zero(t, s.count(kept).ToSend())
		assert.Equal(t, models.FulfilmentNone, s.Order(kept.Ref).Fulfilment)
		_, err = s.ship(kept, 2)
		require.NoError(t, err)
		assert.Equal(t, models.FulfilmentSent, s.Order(kept.Ref).Fulfilment)
	})
}

func TestShip_DoubleClickIsOneShipment(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		for name, pieces := range map[string]int{"a part": 1, "all of it": 4} {
			order := s.PlacePaid(4)
			in := payments.ShipInput{OrderID: order.ID, Pieces: []payments.Pieces{{LineID: order.Lines[0].ID, Quantity: pieces}}, FormToken: models.NewRef()}
			ids := map[string]bool{}
			var mu sync.Mutex
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					sh, err := s.Ship(t.Context(), in, finance)
					mu.Lock()
					defer mu.Unlock()
					if assert.NoError(t, err, name) {
						ids[sh.ID] = true
					}
				})
			}
			wg.Wait()
			assert.Len(t, ids, 1, name)
			assert.Len(t, s.shipments(order), 1, name)
			assert.Equal(t, pieces, s.count(order).Sent, name)
		}
		s.Work()
		assert.Equal(t, 2, s.mailsCalled("order sent"))
	})
}

// Two people who send at the same moment do not send a piece twice.
func TestShip_InParallelNoPieceTwice(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(3)
		results := make([]error, 8)
		var wg sync.WaitGroup
		for i := range results {
			wg.Go(func() { _, results[i] = s.ship(order, 1) })
		}
		wg.Wait()
		sent := 0
		for _, err := range results {
			if err == nil {
				sent++
			} else {
				assert.ErrorIs(t, err, payments.ErrPieces)
			}
		}
		assert.Equal(t, 3, sent)
		assert.Equal(t, 3, s.count(order).Sent)
	})
}
