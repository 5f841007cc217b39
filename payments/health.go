package payments

import (
	"context"
	"time"

	"github.com/coincart/coincart/models/health"
)

// CheckCallbacks is the check of the exchange's callbacks.
const CheckCallbacks health.Check = "callbacks"

// The codes of findings about callbacks.
const (
	CodeCallbacksGood    health.Code = "callbacks_good"
	CodeCallbacksNone    health.Code = "callbacks_none"    // none yet, and nothing was paid
	CodeCallbacksMissing health.Code = "callbacks_missing" // payments arrived without them
)

// callbackGrace is how long a callback may arrive after its payment.
const callbackGrace = 10 * time.Minute

// CallbackProbe reports payments that arrived without a callback.
func CallbackProbe() health.Probe {
	return health.Probe{Check: CheckCallbacks, Read: func(ctx context.Context, r health.Records) (health.Finding, error) {
		callback, paid, err := r.Store.LastCallbackAndPayment(ctx)
		if err != nil {
			return health.Finding{}, err
		}
		return judgeCallbacks(callback, paid, r.Store.Clock()), nil
	}}
}

func judgeCallbacks(callback, paid, now time.Time) health.Finding {
	at := ""
	if !callback.IsZero() {
		at = health.FormatTime(callback)
	}
	f := health.Finding{Check: CheckCallbacks, Status: health.Good, Code: CodeCallbacksGood, Values: []string{"At", at}}
	switch waited := now.Sub(paid) > callbackGrace; {
	case paid.IsZero() && at == "":
		f.Code = CodeCallbacksNone
	case waited && paid.Sub(callback) > callbackGrace:
		f.Status, f.Code = health.Warn, CodeCallbacksMissing
	case at == "":
		f.Code = CodeCallbacksNone
	}
	return f
}
