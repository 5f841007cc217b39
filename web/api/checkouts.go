package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
	"github.com/coincart/coincart/payments/checkouts"
)

// Checkout is a checkout with its addresses.
type Checkout struct {
	wire.Checkout

	Attempts *[]wire.Payment `json:"attempts,omitempty" doc:"All tries to pay, oldest first. Only with include."`
	Refunds  *[]wire.Refund  `json:"refunds,omitempty" doc:"Oldest first. Only with include."`
	Events   *[]Event        `json:"events,omitempty" doc:"Up to 100, oldest first. Only with include."`

	URL   string `json:"url" format:"uri" doc:"The page on which it is paid: send the payer there."`
	QRURL string `json:"qr_url" format:"uri" doc:"The same as a QR code (SVG), to pay with another device."`
}

func (a *API) checkout(c wire.Checkout) Checkout {
	page := a.base.String() + "/c/" + c.ID
	return Checkout{Checkout: c, URL: page, QRURL: page + "/qr.svg"}
}

// NewCheckout asks for a checkout.
type NewCheckout struct {
	Amount     string            `json:"amount,omitempty" format:"decimal" maxLength:"40" example:"32.24" doc:"Decimal text: what is paid. With lines it may be left out, or must be what they add up to."`
	Currency   string            `json:"currency,omitempty" maxLength:"32" example:"USD" doc:"The shop's currency, which it is if this is left out."`
	Lines      []NewLine         `json:"lines,omitempty" maxItems:"100"`
	Discount   string            `json:"discount,omitempty" format:"decimal" maxLength:"40" doc:"Decimal text: taken off the lines."`
	Delivery   string            `json:"delivery,omitempty" format:"decimal" maxLength:"40" doc:"Decimal text: added."`
	Tax        string            `json:"tax,omitempty" format:"decimal" maxLength:"40" doc:"Decimal text: added. Leave it out if the prices have it."`
	Reference  string            `json:"reference" maxLength:"64" minLength:"1" example:"1001" doc:"Your own id of what is paid. Need not be unique."`
	Email      string            `json:"email,omitempty" maxLength:"254" doc:"Of the payer, who then gets mails about the order."`
	Name       string            `json:"name,omitempty" maxLength:"200" doc:"Of the payer."`
	Lang       string            `json:"lang,omitempty" maxLength:"35" example:"en" doc:"Language of the page; left out: the browser's."`
	SuccessURL string            `json:"success_url,omitempty" maxLength:"2000" doc:"Where the payer goes on after paying. Its origin must be one of the key's."`
	CancelURL  string            `json:"cancel_url,omitempty" maxLength:"2000" doc:"Where the payer goes back. Its origin must be one of the key's."`
	ExpiresIn  int               `json:"expires_in,omitempty" minimum:"300" maximum:"86400" doc:"Seconds until it can no longer be paid; left out: 1800."`
	Coins      []string          `json:"coins,omitempty" maxItems:"50" doc:"Symbols of the coins that may pay it; left out: all that the shop accepts."`
	Payer      *NewPayer         `json:"payer,omitempty"`
	SceneType  string            `json:"scene_type,omitempty" maxLength:"64" doc:"The exchange's orderSceneType, if one was agreed."`
	Metadata   map[string]string `json:"metadata,omitempty" maxProperties:"20" doc:"Notes of your own: up to 20 names and texts. Payers do not see them."`
}

// NewLine is a line of a checkout that is asked for.
type NewLine struct {
	Name        string `json:"name" minLength:"1" maxLength:"200"`
	Description string `json:"description,omitempty" maxLength:"200"`
	SKU         string `json:"sku,omitempty" maxLength:"100"`
	Quantity    int    `json:"quantity" minimum:"1" maximum:"9999"`
	UnitPrice   string `json:"unit_price" format:"decimal" maxLength:"40" example:"16.12" doc:"Decimal text."`
	ImageURL    string `json:"image_url,omitempty" maxLength:"2000" doc:"An https address."`
}

// NewPayer is who shall pay.
type NewPayer struct {
	UserID string `json:"user_id,omitempty" maxLength:"20" doc:"The payer's UID at the exchange, if you know it."`
}

func (n *NewCheckout) input() checkouts.CreateInput {
	in := checkouts.CreateInput{
		Amount: n.Amount, Currency: n.Currency, Discount: n.Discount, Delivery: n.Delivery, Tax: n.Tax, Reference: n.Reference, Email: n.Email, Name: n.Name,
		Lang: n.Lang, SuccessURL: n.SuccessURL, CancelURL: n.CancelURL, ExpiresIn: n.ExpiresIn, Coins: n.Coins, SceneType: n.SceneType, Metadata: n.Metadata,
	}
	if n.Payer != nil {
		in.PayerUserID = n.Payer.UserID
	}
	for _, l := range n.Lines {
		in.Lines = append(in.Lines, checkouts.LineInput(l))
	}
	return in
}

type (
	createCheckoutInput struct{ Body NewCheckout }
	getCheckoutInput    struct {
		ID      string `path:"id" maxLength:"64"`
		Wait    int    `query:"wait" minimum:"0" maximum:"30" doc:"Wait up to so many seconds until the status changes."`
		Include string `query:"include" maxLength:"40" example:"attempts,refunds" doc:"What else is told: attempts, refunds, events, divided by commas."`
	}
	checkoutOutput      struct{ Body Checkout }
	checkoutsOutput     struct{ Body List[Checkout] }
	cancelCheckoutInput struct {
		ID string `path:"id" maxLength:"64"`
	}
	listCheckoutsInput struct {
		Page

		Reference string `query:"reference" maxLength:"64" doc:"Only those with this reference."`
		Status    string `query:"status" enum:"open,processing,paid,review,expired,cancelled" doc:"Only those with this status."`
		From      string `query:"created_from" format:"date-time" doc:"Only those made at this time or later."`
		To        string `query:"created_to" format:"date-time" doc:"Only those made before this time."`
	}
)

// maxWait is the longest time that a request waits for a change.
const maxWait = 30 * time.Second

// checkoutHandlers handles the requests of these routes.
type checkoutHandlers struct{ *API }

func (a *API) checkoutRoutes() {
	h := checkoutHandlers{a}
	read, write := Rule{Scope: models.ScopeCheckoutsRead}, Rule{Scope: models.ScopeCheckoutsWrite}
	add(a, Route{
		Method: http.MethodPost, Path: "/checkouts", Name: "createCheckout", Group: "Checkouts", Summary: "Ask for a payment", Rule: write, Status: http.StatusCreated,
		Kept: Checkout{}, Fails: []Code{CodeInvalidAmount}, Text: "Send the payer to url of the answer.",
	}, h.createCheckout)
	add(a, Route{
		Method: http.MethodGet, Path: "/checkouts/{id}", Name: "getCheckout", Group: "Checkouts", Summary: "What became of a checkout", Rule: read,
		Time: maxWait + readTime, Text: "With wait the answer comes when the status has changed, or when the time is over.",
	}, h.getCheckout)
	add(a, Route{
		Method: http.MethodPost, Path: "/checkouts/{id}/cancel", Name: "cancelCheckout", Group: "Checkouts", Summary: "Call a checkout off", Rule: write,
		Kept: Checkout{}, Also: []int{http.StatusAccepted}, Fails: []Code{CodeAlreadyPaid},
		Text: "202: a payment is under way, and the exchange is asked to close it. Until it has answered, the checkout is processing; a payment that was faster wins.",
	}, h.cancelCheckout)
	add(a, Route{
		Method: http.MethodGet, Path: "/checkouts", Name: "listCheckouts", Group: "Checkouts", Summary: "The key's checkouts, newest first", Rule: read,
		Fails: []Code{CodeInvalidCursor},
	}, h.listCheckouts)
}

func (a checkoutHandlers) createCheckout(ctx context.Context, c *Call, in *createCheckoutInput) (*Kept, error) {
	return keep(a.services.Checkouts.Create(ctx, in.Body.input(), c.Key, c.Once("", a.shapeCheckout)))
}

// shapeCheckout gives the checkout of a use case its addresses.
func (a checkoutHandlers) shapeCheckout(object any) any {
	made, _ := object.(wire.Checkout)
	return a.checkout(made)
}

func (a checkoutHandlers) cancelCheckout(ctx context.Context, c *Call, in *cancelCheckoutInput) (*Kept, error) {
	return keep(a.services.Checkouts.Cancel(ctx, in.ID, c.Key, c.OnceStatus(in.ID, func(object any) (int, any) {
		now, _ := object.(wire.Checkout)
		if now.Status == string(models.CheckoutProcessing) {
			return http.StatusAccepted, a.checkout(now)
		}
		return http.StatusOK, a.checkout(now)
	})))
}

func (a checkoutHandlers) getCheckout(ctx context.Context, c *Call, in *getCheckoutInput) (*checkoutOutput, error) {
	wanted, err := includes(in.Include)
	if err != nil {
		return nil, err
	}
	view, err := a.services.Checkouts.Get(ctx, in.ID, c.Key.ID)
	if err != nil {
		return nil, err
	}
	if in.Wait > 0 && !view.Checkout.Status.Ended() {
		if err := a.waitForChange(ctx, c, &view.Checkout, time.Duration(in.Wait)*time.Second); err != nil {
			return nil, err
		}
		if view, err = a.services.Checkouts.Get(ctx, in.ID, c.Key.ID); err != nil {
			return nil, err
		}
	}
	out := &checkoutOutput{a.checkout(view.Wire())}
	return out, a.include(ctx, &out.Body, &view, wanted)
}

// The parts that a checkout is asked for with.
const (
	includeAttempts = "attempts"
	includeRefunds  = "refunds"
	includeEvents   = "events"
)

// includes parses the names of the parts that a checkout shall have.
func includes(names string) (wanted []string, err error) {
	if names == "" {
		return nil, nil
	}
	for name := range strings.SplitSeq(names, ",") {
		if !slices.Contains([]string{includeAttempts, includeRefunds, includeEvents}, name) {
			return nil, faults([]Fault{fault(CodeInvalidValue, "include")})
		}
		wanted = append(wanted, name)
	}
	return wanted, nil
}

// include adds the parts that were asked for.
func (a checkoutHandlers) include(ctx context.Context, out *Checkout, view *checkouts.View, wanted []string) error {
	if slices.Contains(wanted, includeAttempts) {
		list := []wire.Payment{}
		if view.Order != nil {
			for i := range view.Order.Attempts {
				list = append(list, wire.OfAttempt(&view.Order.Attempts[i], view.Order))
			}
		}
		out.Attempts = &list
	}
	if slices.Contains(wanted, includeRefunds) {
		list := []wire.Refund{}
		for i := range view.Refunds {
			list = append(list, wire.OfRefund(&view.Refunds[i], view.Order))
		}
		out.Refunds = &list
	}
	if slices.Contains(wanted, includeEvents) {
		const most = 100
		rows, err := a.store.Events(ctx, store.EventFilter{Object: out.ID}, most)
		if err != nil {
			return err
		}
		list := eventsOf(rows)
		out.Events = &list
	}
	return nil
}

// waitForChange waits until a checkout has another status, for a time at most. If too many wait already, or the server stops, it returns at once.
func (a checkoutHandlers) waitForChange(ctx context.Context, c *Call, checkout *models.Checkout, longest time.Duration) error {
	waiter, err := a.waiters.Watch(checkout.ID, c.Key.ID, string(checkout.Status)) //nolint:contextcheck // one look is for all that wait
	if err != nil {
		return nil
	}
	defer waiter.Leave()
	if err := c.waits(longest); err != nil {
		return err
	}
	over := time.NewTimer(longest)
	defer over.Stop()
	select {
	case <-waiter.Changed():
	case <-over.C:
	case <-waiter.Closed():
	case <-ctx.Done():
	}
	return nil
}

func (a checkoutHandlers) listCheckouts(ctx context.Context, c *Call, in *listCheckoutsInput) (*checkoutsOutput, error) {
	filter := store.CheckoutFilter{KeyID: c.Key.ID, Reference: in.Reference, Status: models.CheckoutStatus(in.Status)}
	var err error
	if filter.From, err = instant("created_from", in.From); err != nil {
		return nil, err
	}
	if filter.To, err = instant("created_to", in.To); err != nil {
		return nil, err
	}
	views, next, err := a.services.Checkouts.Page(ctx, filter, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	var list []Checkout
	for _, v := range views {
		list = append(list, a.checkout(v.Wire()))
	}
	return &checkoutsOutput{listOf(list, next)}, nil
}

// instant parses the time of a parameter; zero if it was left out.
func instant(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, faults([]Fault{fault(CodeInvalidValue, name)})
	}
	return at, nil
}
