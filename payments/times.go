package payments

import (
	"context"
	"time"
)

// The times that servers and those who stop them must know of.
const (
	// DefaultCallTimeout is Config.CallTimeout where none is given (reliability.md R14).
	DefaultCallTimeout = 8 * time.Second
	// FinishTime is how long the service may go on with what a request has begun after the request's own time is over, with the default
	// CallTimeout: it looks for an order whose commit was not answered, makes one call to the platform, stores the answer, calls off what
	// was never sent or empties the cart, and leads the shopper to the order.
	FinishTime = 2*DefaultCallTimeout + 4*afterTime

	// afterTime is for what is done with an order that exists: looking for it, emptying its cart, choosing the shopper's next page.
	afterTime = 2 * time.Second
)

// afterwards is the context of a short step that the end of the request must not prevent.
func afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), afterTime)
}
