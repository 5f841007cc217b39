package admin_test

import (
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/admin"
)

// webhookSheets are the pages of webhook endpoints and their deliveries.
func (f fixtures) webhookSheets() []sheet {
	made := f.webhooks()
	made.Made, made.Secret, made.Public = "/admin/webhooks/e1", "whsec_"+strings.Repeat("k7Qw", 10)+"K7Q=", "whpk_"+strings.Repeat("k7Qw", 10)+"K7Q="
	wrong := f.webhooks()
	wrong.Refusal = admin.RefusalFields
	wrong.Form.URL.Problem, wrong.Form.About.Problem, wrong.Form.Type.Problem = invalid.Public, invalid.TooLong, invalid.Unknown
	many := f.webhooks()
	many.Refusal = admin.RefusalManyEndpoints
	rotated := f.webhook()
	rotated.Secret, rotated.OldUntil = made.Secret, f.at(-1440)
	failing := f.webhook()
	failing.Row.State, failing.Row.Reason, failing.Row.Failing, failing.Refusal = "failing", "failures", f.at(4000), admin.RefusalUnderWay
	failing.Since.Problem = invalid.Time
	disabled := f.webhook()
	disabled.Row.State, disabled.Row.Reason, disabled.Deliveries, disabled.Refusal = "disabled", "gone", nil, admin.RefusalEndpointOff
	sealed := f.webhook()
	sealed.Refusal, sealed.Public, sealed.Form.Type.Problem = admin.RefusalEndpointSealed, "", invalid.Unknown
	waiting := f.delivery()
	waiting.Tries, waiting.Row.State, waiting.Row.Problem, waiting.Row.Due, waiting.Refusal = nil, "waiting", "", f.at(-1), admin.RefusalUnderWay
	off := f.delivery()
	off.Endpoint.State = "disabled"
	return []sheet{
		{"webhooks", admin.Webhooks(f.webhooks())},
		{"webhooks-empty", admin.Webhooks(admin.WebhooksView{Page: f.webhookPage(), Form: f.endpointForm()})},
		{"webhooks-made", admin.Webhooks(made)},
		{"webhooks-problems", admin.Webhooks(wrong)},
		{"webhooks-many", admin.Webhooks(many)},
		{"webhook", admin.Webhook(f.webhook())},
		{"webhook-rotated", admin.Webhook(rotated)},
		{"webhook-failing", admin.Webhook(failing)},
		{"webhook-disabled", admin.Webhook(disabled)},
		{"webhook-sealed", admin.Webhook(sealed)},
		{"webhook-delivery", admin.WebhookDelivery(f.delivery())},
		{"webhook-delivery-waiting", admin.WebhookDelivery(waiting)},
		{"webhook-delivery-off", admin.WebhookDelivery(off)},
	}
}

func (f fixtures) webhookPage() admin.Page {
	p := f.page(admin.SectionWebhooks)
	p.May.Settings = true
	return p
}

func (f fixtures) webhooks() admin.WebhooksView {
	v := admin.WebhooksView{Page: f.webhookPage(), Form: f.endpointForm()}
	for _, state := range models.EndpointStates() {
		row := f.endpointRow()
		row.State = string(state)
		v.Rows = append(v.Rows, row)
	}
	v.Rows[0].URL, v.Rows[0].Types, v.Rows[0].About = "https://shop.example.org/"+strings.Repeat("hooks/", 30), 0, ""
	v.Rows[1].Reason, v.Rows[1].Waiting, v.Rows[1].Failing = "failures", 4711, f.at(5000)
	v.Rows[2].Reason, v.Rows[2].Delivered = "person", templates.Moment{}
	return v
}

func (f fixtures) endpointRow() admin.EndpointRow {
	return admin.EndpointRow{
		ID: "e1", URL: "https://shop.example.org/wc-api/coincart", About: "WooCommerce", State: "enabled", Types: 3, Waiting: 2, Delivered: f.at(3), Key: "WooCommerce",
	}
}

func (f fixtures) endpointForm() admin.EndpointForm {
	form := admin.EndpointForm{PublicKey: true}
	for i, t := range models.EventTypes() {
		if t == models.EventPing {
			continue
		}
		form.Types = append(form.Types, admin.Tick{Value: string(t), On: i < 3})
	}
	return form
}

func (f fixtures) webhook() admin.EndpointView {
	form := f.endpointForm()
	form.URL.Value, form.About.Value = "https://shop.example.org/wc-api/coincart", "WooCommerce"
	v := admin.EndpointView{
		Page: f.webhookPage(), Row: f.endpointRow(), Form: form, Version: "3", Public: "whpk_" + strings.Repeat("k7Qw", 10) + "K7Q=", Created: f.at(90_000),
		Since: admin.Field{Value: "2026-11-19T12:00"}, States: []admin.Choice{{Selected: true}}, Next: "/admin/webhooks/e1?after=x",
	}
	for _, s := range models.DeliveryStates() {
		v.States = append(v.States, admin.Choice{Value: string(s)})
		row := f.deliveryRow()
		row.State = string(s)
		v.Deliveries = append(v.Deliveries, row)
	}
	v.Deliveries[0].Due = f.at(-30)
	v.Deliveries[1].Problem, v.Deliveries[1].Status = "", "204"
	for _, problem := range models.DeliveryProblems() {
		row := f.deliveryRow()
		row.State, row.Problem, row.Status = "parked", problem, ""
		v.Deliveries = append(v.Deliveries, row)
	}
	return v
}

func (f fixtures) deliveryRow() admin.WebhookDeliveryRow {
	return admin.WebhookDeliveryRow{
		ID: "d1", EventID: "evt_01900000000070008000000000000001", Type: "checkout.paid", Object: "co_7J3DGN5QZ2M4XKPBVWTRYACEHL", State: "waiting",
		Problem: "refused", Status: "503", Tries: 3, Made: f.at(60),
	}
}

func (f fixtures) delivery() admin.WebhookDeliveryView {
	row := f.deliveryRow()
	row.State = "parked"
	return admin.WebhookDeliveryView{
		Page: f.webhookPage(), Endpoint: f.endpointRow(), Row: row, Order: "o1",
		Headers: []admin.Hidden{{Name: "webhook-id", Value: row.EventID}, {Name: "content-type", Value: "application/json"}},
		Body:    `{"type":"checkout.paid","timestamp":"2026-12-01T10:15:02.114Z","data":{"id":"` + row.Object + `","text":"` + strings.Repeat("long ", 60) + `"}}`,
		Tries: []admin.WebhookTry{
			{At: f.at(1), Took: "15000 ms", Problem: "timeout"},
			{At: f.at(20), Took: "120 ms", Problem: "refused", Status: "503", Answer: "<h1>Error establishing a database connection</h1>\n" + strings.Repeat("x", 300)},
			{At: f.at(50), Took: "8 ms", Status: "204"},
		},
	}
}
