package modelstest

import (
	"context"
	"slices"
	"sync"
)

type countKey struct{}

// QueryCount holds the statements that ran under a context.
type QueryCount struct {
	mu    sync.Mutex
	texts []string
}

// CountQueries returns a context under which every statement of a store is counted that Observe hears of: stores that this package opens.
func CountQueries(ctx context.Context) (context.Context, *QueryCount) {
	counted := &QueryCount{}
	return context.WithValue(ctx, countKey{}, counted), counted
}

// Observe counts a statement; it is for store.Options.
func Observe(ctx context.Context, query string) {
	if counted, ok := ctx.Value(countKey{}).(*QueryCount); ok {
		counted.mu.Lock()
		defer counted.mu.Unlock()
		counted.texts = append(counted.texts, query)
	}
}

// N returns the number of statements so far.
func (c *QueryCount) N() int { return len(c.Statements()) }

// Statements returns the texts of the statements so far, in their order, without values.
func (c *QueryCount) Statements() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.texts)
}
