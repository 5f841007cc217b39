package admin

import "github.com/coincart/coincart/templates"

// The refusals of webhooks.
const (
	RefusalEndpointOff    Refusal = "endpoint_off"     // nothing can be sent to an endpoint that is disabled
	RefusalManyEndpoints  Refusal = "many_endpoints"   // the shop has as many as it may have
	RefusalUnderWay       Refusal = "under_way"        // the delivery is being sent at this moment
	RefusalEndpointSealed Refusal = "endpoint_secrets" // the secrets cannot be opened: a new one is needed
)

// The notices of webhooks.
const (
	NoticePinged          NoticeKind = "webhook_pinged"
	NoticeSentAgain       NoticeKind = "webhook_again"
	NoticeSentSince       NoticeKind = "webhook_since" // with the number of events
	NoticeEndpointOn      NoticeKind = "webhook_on"
	NoticeEndpointOff     NoticeKind = "webhook_off"
	NoticeEndpointDeleted NoticeKind = "webhook_deleted"
)

// EventWebhook is the kind of a delivery in an order's timeline.
const EventWebhook EventKind = "webhook"

// WebhooksView is the list of the endpoints that are told about events, and the form of a new one.
type WebhooksView struct {
	Page    Page
	Rows    []EndpointRow
	Form    EndpointForm
	Made    string // address of a new endpoint's page; empty: none was made
	Secret  string // of the new endpoint, shown once
	Public  string // its public key; empty: it has none
	Refusal Refusal
}

// EndpointRow is an endpoint in the list.
type EndpointRow struct {
	ID, URL, About string
	State          string           // "admin.endpoint_state." + State
	Reason         string           // "admin.endpoint_reason." + Reason; empty: it is enabled
	Types          int              // 0: all
	Waiting        int              // events that wait to be sent
	Delivered      templates.Moment // last success; empty: never
	Failing        templates.Moment // first failure since; empty: the last try was good
	Key            string           // name of the API key that made it; empty: staff
}

func (r EndpointRow) path() string { return "/admin/webhooks/" + r.ID }

// EndpointForm is the form of an endpoint.
type EndpointForm struct {
	URL, About Field
	Types      []Tick // Value names the type; none: all
	Type       Field  // what is wrong with the types
	PublicKey  bool
}

// EndpointView is one endpoint with its deliveries.
type EndpointView struct {
	Page        Page
	Row         EndpointRow
	Form        EndpointForm
	Version     string
	Secret      string // a new one, shown once; empty: none was made
	Public      string // its public key; empty: it has none
	OldUntil    templates.Moment
	Created     templates.Moment
	Since       Field // of the form that sends all again
	Deliveries  []WebhookDeliveryRow
	States      []Choice // of the filter
	Filtered    bool
	First, Next string // of the deliveries
	Refusal     Refusal
}

// WebhookDeliveryRow is one event for an endpoint.
type WebhookDeliveryRow struct {
	ID, EventID string
	Type        string
	Object      string
	State       string // "admin.delivery_state." + State
	Problem     string // "admin.delivery_problem." + Problem; empty: none
	Status      string // of HTTP; empty: no answer
	Tries       int
	Made        templates.Moment
	Due         templates.Moment // of the next try; empty: it does not wait
}

func (r WebhookDeliveryRow) path(endpoint EndpointRow) string {
	return endpoint.path() + "/deliveries/" + r.ID
}

// WebhookDeliveryView is one delivery: what was sent, and each try.
type WebhookDeliveryView struct {
	Page     Page
	Endpoint EndpointRow
	Row      WebhookDeliveryRow
	Order    string // id of the order that it is about; empty: none
	Headers  []Hidden
	Body     string
	Tries    []WebhookTry
	Refusal  Refusal
}

// WebhookTry is one try.
type WebhookTry struct {
	At      templates.Moment
	Took    string // such as "120 ms"
	Problem string // "admin.delivery_problem." + Problem; empty: it was delivered
	Status  string // of HTTP; empty: no answer
	Answer  string // the beginning of the answer; empty: none
}

// result returns the name of what came of the try.
func (t WebhookTry) result() string { return either(t.Problem == "", "delivered", "failed") }
