package payments

import (
	"context"
	"time"
)

// Times that the HTTP server depends on.
const (
	// DefaultCallTimeout is the default of Config.CallTimeout (reliability.md R14).
	DefaultCallTimeout = 8 * time.Second
	// FinishTime is the maximum time that the service continues what a request has begun after the request's deadline, with the default
	// CallTimeout: it looks for an order whose commit was not answered, makes one call to the platform, stores the answer, cancels what was
	// never sent or empties the cart, and finds the shopper's next page.
	FinishTime = 2*DefaultCallTimeout + 4*afterTime

	// afterTime limits one step with an order that exists: looking for it, emptying its cart, choosing the shopper's next page.
	afterTime = 2 * time.Second
)

// afterRequest returns a context for a short step that the end of the request must not prevent.
func afterRequest(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), afterTime)
}
