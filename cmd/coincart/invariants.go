package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/demo"
	"github.com/coincart/coincart/payments/doctor"
)

// invariantsCmd checks the invariants of the database (reliability.md §5).
type invariantsCmd struct {
	databaseSettings

	Platform    bool   `help:"Also compare with what the exchange calls paid: the orders of the sandbox, or the stored statements of another exchange."`
	PlatformURL string `name:"platform-url" env:"COINCART_PLATFORM_URL" placeholder:"URL" help:"The exchange's base URL. Empty: the demo's sandbox."`
	SandboxAddr string `name:"sandbox-addr" env:"COINCART_SANDBOX_ADDR" default:"127.0.0.1:8081" placeholder:"HOST:PORT" help:"Address of the demo's sandbox."`
	AppID       string `name:"app-id" env:"COINCART_APP_ID" placeholder:"ID" help:"The AppKey that the exchange issued for this shop. Empty: the demo's."`
}

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
	if c.Platform {
		more, err := c.compare(ctx, con, db)
		if err != nil {
			return fmt.Errorf("compare with the exchange: %w", err)
		}
		violations = append(violations, more...)
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

// compare checks I5: every order that the exchange calls paid is paid or in review here. The last quarter of an hour is left out, because
// money that has just arrived may not have been asked about yet.
func (c *invariantsCmd) compare(ctx context.Context, con console, db *store.Store) ([]store.Violation, error) {
	var found []store.Violation
	compared := 0
	check := func(paid []models.PlatformPayment) error {
		unknown, err := db.UnknownPayments(ctx, paid)
		for _, p := range unknown {
			found = append(found, store.Violation{Rule: "I5", What: fmt.Sprintf(
				"order that the exchange calls paid, and that is neither paid nor in review here: %s (%s %s)",
				cmp.Or(p.OrderNum, p.AppOrderID), p.Amount.String(), p.Coin)})
		}
		compared += len(paid)
		return err
	}
	url := cmp.Or(c.PlatformURL, "http://"+c.SandboxAddr)
	err := doctor.EachLedgerPayment(ctx, url, cmp.Or(c.AppID, demo.AppID), db.Clock().Add(-models.CaseAfter), check)
	source := "the orders of the sandbox"
	if errors.Is(err, doctor.ErrNoLedger) {
		source = "the stored statements"
		err = db.StatedPayments(ctx, check)
	}
	if err == nil {
		fmt.Fprintf(con.out, "Compared with %s: payments: %d.\n", source, compared)
	}
	return found, err
}
