package hooks

import (
	"context"
	"strconv"

	"github.com/coincart/coincart/models/health"
)

// CheckWebhooks is the check of the webhook endpoints.
const CheckWebhooks health.Check = "webhooks"

// The codes of findings about webhooks.
const (
	CodeWebhooksGood     health.Code = "webhooks_good"
	CodeWebhooksFailing  health.Code = "webhooks_failing"
	CodeWebhooksDisabled health.Code = "webhooks_disabled"
)

// Probe reports whether the shop's endpoints answer.
func Probe() health.Probe {
	return health.Probe{Check: CheckWebhooks, Read: func(ctx context.Context, r health.Records) (health.Finding, error) {
		b, err := r.Store.DeliveryBacklog(ctx)
		if err != nil {
			return health.Finding{}, err
		}
		waiting := strconv.Itoa(b.Waiting)
		switch {
		case b.Failing > 0:
			return health.New(CheckWebhooks, health.Warn, CodeWebhooksFailing, "Endpoints", strconv.Itoa(b.Failing), "Waiting", waiting), nil
		case b.Disabled > 0:
			return health.New(CheckWebhooks, health.Warn, CodeWebhooksDisabled, "Endpoints", strconv.Itoa(b.Disabled)), nil
		}
		return health.New(CheckWebhooks, health.Good, CodeWebhooksGood, "Waiting", waiting), nil
	}}
}
