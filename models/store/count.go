package store

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

// CountQueries makes a context under which every statement is counted, those inside transactions too; BEGIN and COMMIT are not.
func CountQueries(ctx context.Context) (context.Context, *QueryCount) {
	counted := &QueryCount{}
	return context.WithValue(ctx, countKey{}, counted), counted
}

func (c *QueryCount) add(query string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.texts = append(c.texts, query)
}

// N is the number of statements so far.
func (c *QueryCount) N() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.texts)
}

// Statements are the texts of the statements so far, in their order, without values.
func (c *QueryCount) Statements() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.texts)
}
