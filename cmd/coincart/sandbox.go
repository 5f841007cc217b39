package main

import (
	"context"
	"fmt"
	"time"

	"github.com/coincart/coincart/payments/sandbox"
)

// sandboxCmd runs the sandbox exchange alone, with keys of its own, for a shop in another process or another language.
type sandboxCmd struct {
	Addr        string        `default:"127.0.0.1:8081" placeholder:"HOST:PORT" help:"Listen address."`
	BaseURL     string        `name:"base-url" placeholder:"URL" help:"Public URL of the sandbox, as browsers reach it. Default: the listen address."`
	AppID       string        `name:"app-id" default:"coincart_demo" placeholder:"ID" help:"The merchant's AppKey."`
	Name        string        `default:"Coincart" placeholder:"NAME" help:"Name of the merchant on the pay page."`
	MerchantKey string        `name:"merchant-key" required:"" placeholder:"FILE" help:"File with the merchant public key."`
	Key         string        `default:"keys/platform.pem" placeholder:"FILE" help:"File with the sandbox exchange's private key; create it with coincart keygen --private-key keys/platform.pem --public-key keys/platform.pub.pem."`
	ReturnTo    []string      `name:"return-to" sep:"," placeholder:"URL" help:"URLs that sign-in may return to. Default: this machine only."`
	PlainHTTP   bool          `name:"plain-http" help:"Accept return pages over plain http on hosts other than this machine."`
	Seed        uint64        `placeholder:"N" help:"Seed that makes faults, delays and varying responses repeatable. Default: derived from the key. Order numbers, codes and tokens still differ from start to start."`
	State       string        `placeholder:"FILE" help:"File that keeps orders, balances, tokens and callbacks over a restart, even after kill -9: every change is written to FILE.journal before it is answered. Default: nothing is kept."`
	TokenTTL    time.Duration `name:"token-ttl" default:"2h" placeholder:"DURATION" help:"How long sign-in tokens are valid, such as 90s. POST /sandbox/api/tokens/expire ends all of them at once."`
	HexNumbers  bool          `name:"hex-order-numbers" help:"Order numbers are 32 hexadecimal digits, as on some exchanges."`
	Timezone    string        `default:"UTC" placeholder:"ZONE" help:"Time zone in which a statement's day begins."`
	logSettings
}

// Run serves the sandbox until ctx ends.
func (c *sandboxCmd) Run(ctx context.Context, con console) error {
	var p problems
	log := c.logger(con.err, &p)
	checkListen(&p, "--addr", c.Addr)
	if c.TokenTTL <= 0 {
		p.add("--token-ttl: it must be longer than 0, such as 2h; with 1ms tokens expire at once")
	}
	zone, err := loadZone(c.Timezone)
	if err != nil {
		p.add("--timezone: %s", err)
	}
	merchant, err := loadPublicKey("merchant public key", c.MerchantKey)
	if err != nil {
		p.add("--merchant-key: %s", err)
	}
	own, err := loadPrivateKey("exchange private key", c.Key)
	if err != nil {
		p.add("--key: %s", err)
	}
	if err := p.err(); err != nil {
		return err
	}
	listener, err := listen(ctx, "The sandbox exchange", c.Addr, "--addr")
	if err != nil {
		return err
	}
	if c.BaseURL == "" {
		c.BaseURL = localURL(listener.Addr())
	}
	if c.Seed == 0 {
		c.Seed = seedOf(own)
	}
	server, err := sandbox.New(sandbox.Config{
		BaseURL: c.BaseURL, Keys: own, Seed: c.Seed, Logger: log, StateFile: c.State, Location: zone, PlainHTTP: c.PlainHTTP, TokenTTL: c.TokenTTL, HexOrderNums: c.HexNumbers,
		Apps: []sandbox.App{{AppID: c.AppID, Name: c.Name, Key: merchant, Addresses: c.ReturnTo}},
	})
	if err != nil {
		closeAll(listener)
		return fmt.Errorf("set up the sandbox exchange: %w", err)
	}
	fmt.Fprintf(con.out, "The sandbox exchange is open at %s (listening on %s) for the application %s.\nIt sends callbacks to the notifyPage of each order.\nAccounts:\n",
		c.BaseURL, listener.Addr(), c.AppID)
	for _, user := range sandbox.DemoUsers() {
		fmt.Fprintf(con.out, "  %-10s %s\n", user.UID, describe(user))
	}
	return runTasks(ctx, []task{
		{"sandbox", server.Run},
		serveHTTP("sandbox", sandboxHTTPServer(server.Handler()), listener, log),
	})
}
