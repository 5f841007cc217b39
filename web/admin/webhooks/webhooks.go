package webhooks

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/hooks"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

const listPath = admin.WebhooksPath

// showList lists the endpoints, and tells the secret of one that was just made: GET /admin/webhooks.
func (h *handlers) showList(req *admin.Request) error {
	var made madeEndpoint
	told, err := req.Told(listPath, &made)
	if err != nil {
		return err
	}
	return h.listPage(req, hooks.Draft{}, nil, func(v *pages.WebhooksView) {
		if told {
			v.Made, v.Secret, v.Public = admin.WebhookPath(made.ID), made.Secret, h.hooks.PublicKey(req.Context(), made.ID)
		}
	})
}

// listPage shows the endpoints and the form of a new one; set adds what came of the form.
func (h *handlers) listPage(req *admin.Request, d hooks.Draft, problems invalid.Problems, set func(*pages.WebhooksView)) error {
	list, err := h.hooks.List(req.Context(), "")
	if err != nil {
		return err
	}
	names, waiting, err := h.around(req)
	if err != nil {
		return err
	}
	view := pages.WebhooksView{Page: req.PageAt(pages.SectionWebhooks, listPath), Form: form(d, problems)}
	for _, e := range list {
		view.Rows = append(view.Rows, row(req, e, names, waiting))
	}
	if len(problems) > 0 {
		view.Refusal = pages.RefusalFields
	}
	if set != nil {
		set(&view)
	}
	return req.Answer(view.Refusal, pages.Webhooks(view))
}

// around reads the names of the keys, and how much waits for each endpoint.
func (h *handlers) around(req *admin.Request) (names map[string]string, waiting map[string]int, err error) {
	keys, err := h.keys.List(req.Context())
	if err != nil {
		return nil, nil, err
	}
	names = map[string]string{}
	for _, k := range keys {
		names[k.ID] = k.Name
	}
	waiting, err = h.hooks.Waiting(req.Context())
	return names, waiting, err
}

func row(req *admin.Request, e models.WebhookEndpoint, names map[string]string, waiting map[string]int) pages.EndpointRow {
	p := req.Printer
	return pages.EndpointRow{
		ID: e.ID, URL: e.URL, About: e.Description, State: string(e.State), Reason: string(e.Reason), Types: len(e.Types), Waiting: waiting[e.ID],
		Delivered: admin.Moment(p, e.DeliveredAt), Failing: admin.Moment(p, e.FailingSince), Key: names[e.KeyID],
	}
}

func form(d hooks.Draft, problems invalid.Problems) pages.EndpointForm {
	f := pages.EndpointForm{
		URL:   pages.Field{Value: admin.ClipTo(d.URL, models.MaxEndpointURL), Problem: problems["url"]},
		About: pages.Field{Value: admin.ClipTo(d.Description, models.MaxEndpointAbout), Problem: problems["description"]},
		Type:  pages.Field{Problem: problems["types"]}, PublicKey: d.PublicKey,
	}
	for _, t := range models.EventTypes() {
		if t == models.EventPing {
			continue // whoever is pinged gets it
		}
		f.Types = append(f.Types, pages.Tick{Value: string(t), On: slices.Contains(d.Types, string(t))})
	}
	return f
}

func readDraft(form url.Values) hooks.Draft {
	return hooks.Draft{URL: form.Get("url"), Types: form["types"], Description: form.Get("description"), PublicKey: form.Get("public_key") != ""}
}

// create makes an endpoint and shows its secret, once: POST /admin/webhooks with url, description, types, public_key.
func (h *handlers) create(req *admin.Request, values url.Values) error {
	d := readDraft(values)
	e, err := h.hooks.Create(req.Context(), req.Actor(), nil, d)
	wrong, ok := errors.AsType[*hooks.InputError](err)
	switch {
	case ok:
		return h.listPage(req, d, wrong.Problems, nil)
	case errors.Is(err, hooks.ErrTooMany):
		return h.listPage(req, d, nil, func(v *pages.WebhooksView) { v.Refusal = pages.RefusalManyEndpoints })
	case err != nil:
		return err
	}
	return req.TellOnce(listPath, madeEndpoint{e.ID, e.Secret.Reveal()})
}

// madeEndpoint is what the list tells once of a new endpoint.
type madeEndpoint struct{ ID, Secret string }

// showEndpoint shows an endpoint: GET /admin/webhooks/{id} with state, after.
func (h *handlers) showEndpoint(req *admin.Request) error {
	var secret string
	if _, err := req.Told(admin.WebhookPath(req.ID()), &secret); err != nil {
		return err
	}
	return h.endpointPage(req, func(v *pages.EndpointView) { v.Secret = secret })
}

// endpointPage shows an endpoint with its deliveries; set adds what came of a form.
func (h *handlers) endpointPage(req *admin.Request, set func(*pages.EndpointView)) error {
	ctx, id := req.Context(), req.ID()
	e, err := h.hooks.Get(ctx, id, "")
	if err != nil {
		return admin.NoPage(err)
	}
	names, waiting, err := h.around(req)
	if err != nil {
		return err
	}
	path := admin.WebhookPath(id)
	view := pages.EndpointView{
		Page: req.PageAt(pages.SectionWebhooks, path), Row: row(req, e, names, waiting), Version: strconv.Itoa(e.Version),
		Created: admin.Moment(req.Printer, e.CreatedAt), OldUntil: admin.Moment(req.Printer, e.OldUntil), Public: h.hooks.PublicKey(ctx, id),
		Since: admin.TimeField(h.site.Clock().Add(-models.EndpointFailsAfter), h.site.Zone),
	}
	view.Form = form(hooks.Draft{URL: e.URL, Types: e.Types, Description: e.Description, PublicKey: len(e.KeySealed) > 0}, nil)
	if err := h.addDeliveries(req, &view, path); err != nil {
		return err
	}
	if set != nil {
		set(&view)
	}
	return req.Answer(view.Refusal, pages.Webhook(view))
}

// deliveriesOnPage is the number of deliveries on a page.
const deliveriesOnPage = 25

func (h *handlers) addDeliveries(req *admin.Request, view *pages.EndpointView, path string) error {
	q := req.QueryValues("state", "after")
	state := models.DeliveryState(q.Get("state"))
	if state != "" && !slices.Contains(models.DeliveryStates(), state) {
		return admin.ErrFilter
	}
	list, next, err := h.hooks.Deliveries(req.Context(), req.ID(), "", state, q.Get("after"), deliveriesOnPage)
	if errors.Is(err, store.ErrCursor) {
		view.Refusal = pages.RefusalCursor
		err = nil
	}
	if err != nil {
		return err
	}
	for _, d := range list {
		view.Deliveries = append(view.Deliveries, deliveryRow(req, d))
	}
	view.States, view.Filtered = admin.Choices(models.DeliveryStates(), string(state), true), state != ""
	view.Next, view.First = admin.Pager(path, q, "after", next)
	return nil
}

func deliveryRow(req *admin.Request, d models.Delivery) pages.WebhookDeliveryRow {
	return pages.WebhookDeliveryRow{
		ID: d.ID, EventID: d.EventID, Type: string(d.EventType), Object: d.ObjectID, State: string(d.State), Problem: d.Problem, Status: statusText(d.Status),
		Tries: d.Tries, Made: admin.Moment(req.Printer, d.CreatedAt), Due: admin.Moment(req.Printer, d.DueAt),
	}
}

// statusText returns a status of HTTP; empty: there was no answer.
func statusText(status int) string {
	if status == 0 {
		return ""
	}
	return strconv.Itoa(status)
}

// change changes an endpoint: POST /admin/webhooks/{id} with version, url, description, types, public_key.
func (h *handlers) change(req *admin.Request, values url.Values) error {
	d := readDraft(values)
	err := h.hooks.Change(req.Context(), req.Actor(), req.ID(), "", max(1, admin.Version(values.Get("version"))), nil, d)
	if err == nil {
		return req.Done(admin.WebhookPath(req.ID()), pages.NoticeSaved)
	}
	wrong, ok := errors.AsType[*hooks.InputError](err)
	switch {
	case ok:
		return h.endpointPage(req, func(v *pages.EndpointView) { v.Form, v.Refusal = form(d, wrong.Problems), pages.RefusalFields })
	case errors.Is(err, store.ErrConflict):
		return h.endpointPage(req, func(v *pages.EndpointView) { v.Form, v.Refusal = form(d, nil), pages.RefusalStale })
	}
	return h.refused(req, err)
}

// refused shows the endpoint with why something was not done.
func (h *handlers) refused(req *admin.Request, err error) error {
	for known, refusal := range map[error]pages.Refusal{
		hooks.ErrOff: pages.RefusalEndpointOff, store.ErrEndpointSealed: pages.RefusalEndpointSealed, store.ErrConflict: pages.RefusalUnderWay,
	} {
		if errors.Is(err, known) {
			return h.endpointPage(req, func(v *pages.EndpointView) { v.Refusal = refusal })
		}
	}
	return admin.NoPage(err)
}

// ping sends an endpoint a test: POST /admin/webhooks/{id}/ping.
func (h *handlers) ping(req *admin.Request) error {
	if err := h.hooks.Ping(req.Context(), req.Actor(), req.ID(), ""); err != nil {
		return h.refused(req, err)
	}
	return req.Done(admin.WebhookPath(req.ID()), pages.NoticePinged)
}

// rotate gives an endpoint a new secret and shows it, once: POST /admin/webhooks/{id}/rotate.
func (h *handlers) rotate(req *admin.Request) error {
	secret, err := h.hooks.Rotate(req.Context(), req.Actor(), req.ID(), "")
	if err != nil {
		return h.refused(req, err)
	}
	return req.TellOnce(admin.WebhookPath(req.ID()), secret.Reveal())
}

// switchState enables or disables an endpoint: POST /admin/webhooks/{id}/switch with on.
func (h *handlers) switchState(req *admin.Request, values url.Values) error {
	on := values.Get("on") != ""
	if err := h.hooks.Switch(req.Context(), req.Actor(), req.ID(), "", on); err != nil {
		return h.refused(req, err)
	}
	notice := pages.NoticeEndpointOff
	if on {
		notice = pages.NoticeEndpointOn
	}
	return req.Done(admin.WebhookPath(req.ID()), notice)
}

// remove deletes an endpoint: POST /admin/webhooks/{id}/delete.
func (h *handlers) remove(req *admin.Request) error {
	if err := h.hooks.Delete(req.Context(), req.Actor(), req.ID(), ""); err != nil {
		return admin.NoPage(err)
	}
	return req.Done(listPath, pages.NoticeEndpointDeleted)
}

// sendSince sends all events from a time on again: POST /admin/webhooks/{id}/resend with since, delivered.
func (h *handlers) sendSince(req *admin.Request, values url.Values) error {
	since := pages.Field{Value: strings.TrimSpace(values.Get("since"))}
	from := admin.ReadTime(&since, h.site.Zone)
	if from.IsZero() {
		if since.Problem == "" {
			since.Problem = invalid.Missing
		}
		return h.endpointPage(req, func(v *pages.EndpointView) { v.Since, v.Refusal = since, pages.RefusalFields })
	}
	n, err := h.hooks.SendSince(req.Context(), req.Actor(), req.ID(), "", from, values.Get("delivered") != "")
	if err != nil {
		return h.refused(req, err)
	}
	return req.DoneCount(admin.WebhookPath(req.ID()), pages.NoticeSentSince, n)
}

// showDelivery shows a delivery: GET /admin/webhooks/{id}/deliveries/{delivery}.
func (h *handlers) showDelivery(req *admin.Request) error {
	return h.deliveryPage(req, "")
}

func (h *handlers) deliveryPage(req *admin.Request, refusal pages.Refusal) error {
	ctx, id := req.Context(), req.ID()
	d, tries, err := h.hooks.Delivery(ctx, id, "", req.Param("delivery"))
	if err != nil {
		return admin.NoPage(err)
	}
	e, err := h.hooks.Get(ctx, id, "")
	if err != nil {
		return admin.NoPage(err)
	}
	view := pages.WebhookDeliveryView{
		Page: req.PageAt(pages.SectionWebhooks, admin.DeliveryPath(id, d.ID)), Endpoint: row(req, e, nil, nil), Row: deliveryRow(req, d), Order: d.OrderID,
		Headers: []pages.Hidden{{Name: "webhook-id", Value: d.EventID}, {Name: "content-type", Value: "application/json"}}, Body: string(d.Body), Refusal: refusal,
	}
	for _, t := range slices.Backward(tries) {
		view.Tries = append(view.Tries, pages.WebhookTry{
			At: admin.Moment(req.Printer, t.At), Took: strconv.Itoa(t.TookMS) + " ms", Problem: t.Problem, Status: statusText(t.Status), Answer: t.Answer,
		})
	}
	return req.Answer(refusal, pages.WebhookDelivery(view))
}

// sendAgain sends a delivery now: POST /admin/webhooks/{id}/deliveries/{delivery}/resend.
func (h *handlers) sendAgain(req *admin.Request) error {
	id, delivery := req.ID(), req.Param("delivery")
	err := h.hooks.SendAgain(req.Context(), req.Actor(), id, "", delivery)
	switch {
	case errors.Is(err, hooks.ErrOff):
		return h.deliveryPage(req, pages.RefusalEndpointOff)
	case errors.Is(err, store.ErrConflict):
		return h.deliveryPage(req, pages.RefusalUnderWay)
	case err != nil:
		return admin.NoPage(err)
	}
	return req.Done(admin.DeliveryPath(id, delivery), pages.NoticeSentAgain)
}
