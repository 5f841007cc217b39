package shop

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/live"
	"github.com/coincart/coincart/web/visit"
)

// How long a page is told of changes before it connects again. The time differs, so that not all pages connect again at the same moment.
const (
	liveTime   = 4 * time.Minute
	liveSpread = 2 * time.Minute
)

// changedEvent tells the page that it should ask for the order's state.
const changedEvent = "changed"

// Live tells the page of an order when the order changes: GET /orders/{ref}/live. shown is the state that the page shows, and back says that
// the shopper came back from the pay page. The events have no content: the page asks for its state as it does now and then anyway. 204 means
// that there are too many pages, and that this one should go on asking.
func (p *OrderPages) Live(v *visit.Visit) error {
	ref := v.Param("ref")
	if !models.IsRef(ref) {
		return visit.ErrNoOrder
	}
	return p.follow(v, ref)
}

// ReturnedLive is Live for the page that the platform redirects to: GET /payments/return/{ref}/order/live.
func (p *OrderPages) ReturnedLive(v *visit.Visit) error {
	order, err := readOrder(v, p.site.Store.OrderByReturnRef)
	if err != nil {
		return err
	}
	return p.follow(v, order.Ref)
}

// follow tells the page of the order with this ref of changes.
func (p *OrderPages) follow(v *visit.Visit, ref string) error {
	marks, err := p.site.Store.OrderMarks(v.Context(), []string{ref})
	if err != nil {
		return err
	}
	if marks[ref] == "" {
		return visit.ErrNoOrder
	}
	page, err := p.live.Watch(ref, v.ClientNetwork(), marks[ref])
	if errors.Is(err, live.ErrFull) || errors.Is(err, live.ErrClosed) {
		return v.Bytes(http.StatusNoContent, "", nil)
	}
	if err != nil {
		return err
	}
	defer page.Leave()
	order, err := p.site.Store.OrderByRef(v.Context(), ref) // after the mark: a later change is seen by the next look
	if err != nil {
		return err
	}
	state, _, _ := strings.Cut(v.Query("shown"), ":") // the facts beside it are seen by the next question
	shown := pages.OrderState(state)
	if shown == pages.OrderUnpaid {
		shown = pages.OrderConfirming // what it is without an answer of the platform
	}
	return p.tell(v, page, orderState(order, v.Query("back") == "1") != shown)
}

// tell sends events until the visitor leaves, the server stops or the time is over.
func (*OrderPages) tell(v *visit.Visit, page *live.Page, stale bool) error {
	longest := liveTime + rand.N(liveSpread) //nolint:gosec // jitter needs no secrecy
	events, err := v.Events(longest)
	if err == nil && stale {
		err = events.Send(changedEvent)
	}
	end, beat := time.NewTimer(longest), time.NewTicker(visit.EventBeat)
	defer end.Stop()
	defer beat.Stop()
	for err == nil {
		select {
		case <-v.Context().Done():
			return nil
		case <-page.Closed():
			return nil
		case <-end.C:
			return nil
		case <-beat.C:
			err = events.Beat()
		case <-page.Changed():
			err = events.Send(changedEvent)
		}
	}
	return nil // the visitor has left
}
