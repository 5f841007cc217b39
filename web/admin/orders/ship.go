package orders

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/admin/refunds"
)

// piecesField begins the names of the fields with a number of pieces of a line.
const piecesField = "pieces-"

// readPieces returns the numbers of pieces of a form by line, and whether all are whole numbers; an empty field is 0.
func readPieces(form url.Values) (typed map[string]string, pieces map[string]int, ok bool) {
	typed, pieces, ok = map[string]string{}, map[string]int{}, true
	for name := range form {
		line, found := strings.CutPrefix(name, piecesField)
		if !found {
			continue
		}
		text := strings.TrimSpace(form.Get(name))
		typed[line] = text
		n, err := strconv.Atoi(text)
		if text != "" && (err != nil || n < 0) {
			ok = false
		}
		if n > 0 {
			pieces[line] = n
		}
	}
	return typed, pieces, ok
}

func readDetails(form url.Values) payments.ShipmentDetails {
	return payments.ShipmentDetails{ByHand: form.Get("by_hand") == "1", Carrier: form.Get("carrier"), Number: form.Get("number"), Link: form.Get("link")}
}

// shipOrder sends pieces of an order and writes to the shopper: POST /admin/orders/{id}/ship with pieces-{line}, carrier, number, link,
// by_hand, form_token. Without any pieces all that are left are sent. A second click has no effect.
func (h *handlers) shipOrder(req *admin.Request, form url.Values, token string) error {
	id := req.ID()
	typed, pieces, ok := readPieces(form)
	in := payments.ShipInput{OrderID: id, Details: readDetails(form), FormToken: token}
	for line, n := range pieces {
		in.Pieces = append(in.Pieces, payments.Pieces{LineID: line, Quantity: n})
	}
	cause := payments.ErrPieces
	if ok && (len(pieces) > 0 || len(typed) == 0) {
		_, cause = h.payments.Ship(req.Context(), in, req.Actor())
	}
	if cause == nil {
		return req.Done(admin.OrderPath(id), pages.NoticeFulfilled)
	}
	details, refusal := shipmentRefusal(cause, in.Details)
	if refusal == "" {
		return admin.NoPage(cause)
	}
	return h.orderPage(req, func(view *pages.OrderView) pages.Refusal {
		view.Ship.ShipmentDetails, view.Ship.Quantities, view.Ship.FormToken = details, typed, token
		if details.Problem == "" && details.LinkProblem == "" {
			view.Ship.Refusal = refusal
		}
		return refusal
	})
}

// shipmentRefusal returns why a shipment was refused, with what is wrong with its details; "" for a cause that is not the person's fault.
func shipmentRefusal(cause error, d payments.ShipmentDetails) (pages.ShipmentDetails, pages.Refusal) {
	details := pages.ShipmentDetails{ByHand: d.ByHand, Carrier: d.Carrier, Number: d.Number, Link: d.Link}
	switch {
	case errors.Is(cause, payments.ErrNotFulfillable):
		return details, pages.RefusalNotFulfillable
	case errors.Is(cause, payments.ErrPieces):
		return details, pages.RefusalPieces
	case errors.Is(cause, payments.ErrRestocked):
		return details, pages.RefusalRestocked
	case errors.Is(cause, payments.ErrUndoLate):
		return details, pages.RefusalUndoLate
	case errors.Is(cause, store.ErrConflict):
		return details, pages.RefusalStale
	case errors.Is(cause, payments.ErrTrackingLink):
		details.LinkProblem = invalid.Tracking
		return details, pages.RefusalOf(invalid.Tracking)
	case errors.Is(cause, models.ErrNoteText):
		details.Problem = invalid.TooLong
		return details, pages.RefusalOf(invalid.TooLong)
	}
	return details, ""
}

// correctShipment changes how a shipment goes: POST /admin/orders/{id}/ship/correct with shipment, version, carrier, number, link, by_hand,
// tell.
func (h *handlers) correctShipment(req *admin.Request, form url.Values) error {
	details := readDetails(form)
	version, _ := strconv.Atoi(form.Get("version")) // what is no number is no version, and refused
	cause := h.payments.CorrectShipment(req.Context(), form.Get("shipment"), version, details, form.Get("tell") == "1", req.Actor())
	return h.shipmentDone(req, form.Get("shipment"), cause, details, pages.NoticeShipCorrected)
}

// undoShipment records that a shipment was not sent after all: POST /admin/orders/{id}/ship/undo with shipment, version.
func (h *handlers) undoShipment(req *admin.Request, form url.Values) error {
	version, _ := strconv.Atoi(form.Get("version"))
	cause := h.payments.UndoShipment(req.Context(), form.Get("shipment"), version, req.Actor())
	return h.shipmentDone(req, form.Get("shipment"), cause, payments.ShipmentDetails{}, pages.NoticeShipUndone)
}

func (h *handlers) shipmentDone(req *admin.Request, shipment string, cause error, typed payments.ShipmentDetails, kind pages.NoticeKind) error {
	if cause == nil {
		return req.Done(admin.OrderPath(req.ID()), kind)
	}
	details, refusal := shipmentRefusal(cause, typed)
	if refusal == "" {
		return admin.NoPage(cause)
	}
	if details.Problem == "" && details.LinkProblem == "" {
		return h.orderRefused(req, refusal)
	}
	return h.orderPage(req, func(view *pages.OrderView) pages.Refusal {
		for i := range view.Shipments {
			if view.Shipments[i].ID == shipment {
				view.Shipments[i].ShipmentDetails = details
			}
		}
		return refusal
	})
}

// refundOrder requests a refund of the payment that counts, or of the one that is named: POST /admin/orders/{id}/refund with attempt, reason, shopper_note, pieces-{line}, delivery,
// restock, amount, unit, all, form_token. A second click is the same refund.
func (h *handlers) refundOrder(req *admin.Request, form url.Values, token string) error {
	id := req.ID()
	typed, pieces, ok := readPieces(form)
	in := payments.RefundInput{OrderID: id, AttemptID: form.Get("attempt"), FormToken: token, Delivery: form.Get("delivery") == "1"}
	for line, n := range pieces {
		in.Pieces = append(in.Pieces, payments.RefundPieces{LineID: line, Quantity: n, Restock: form.Get("restock") == "1"})
	}
	kind, wrong, err := pages.NoticeKind(""), refunds.Refusal{Form: pages.RefusalPieces}, error(nil)
	if ok {
		kind, wrong, err = refunds.Start(h.payments, req, in, form)
	}
	if err != nil {
		return err
	}
	if !wrong.Any() {
		return req.Done(admin.OrderPath(id), kind)
	}
	return h.orderPage(req, func(view *pages.OrderView) pages.Refusal {
		f := &view.Refund
		f.FormToken, f.Refusal, f.TooMuch = token, wrong.Form, wrong.TooMuch
		if wrong.Left != "" {
			f.Left = wrong.Left
		}
		f.Amount = pages.Field{Value: form.Get("amount"), Problem: wrong.Amount}
		f.Reason = pages.Field{Value: form.Get("reason"), Problem: wrong.Reason}
		f.Note = pages.Field{Value: form.Get("shopper_note"), Problem: wrong.Note}
		f.Quantities, f.WithDelivery, f.Restock = typed, in.Delivery, form.Get("restock") == "1"
		for i := range f.Units {
			f.Units[i].Selected = f.Units[i].Value == form.Get("unit")
		}
		return wrong.Worst()
	})
}
