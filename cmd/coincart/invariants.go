package main

import (
	"context"
	"fmt"
)

// invariantsCmd checks the invariants of the database (reliability.md §4).
type invariantsCmd struct{ databaseSettings }

// Run prints each violation and fails if there are any.
func (c *invariantsCmd) Run(ctx context.Context, con console) error {
	db, err := c.openCurrent(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	violations, err := db.Invariants(ctx)
	if err != nil {
		return fmt.Errorf("check the rules: %w", err)
	}
	for _, v := range violations {
		fmt.Fprintf(con.out, "%s: %s\n", v.Rule, v.What)
	}
	if len(violations) > 0 {
		return fmt.Errorf("violations found: %d", len(violations))
	}
	fmt.Fprintln(con.out, "All invariants hold.")
	return nil
}
