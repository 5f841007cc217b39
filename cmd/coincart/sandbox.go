package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/coincart/coincart/payments/demo"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// sandboxCmd runs the sandbox exchange alone, with keys of its own, for a shop in another process or another language.
type sandboxCmd struct {
	Addr        string        `default:"127.0.0.1:8081" placeholder:"HOST:PORT" help:"Listen address."`
	BaseURL     string        `name:"base-url" placeholder:"URL" help:"Public URL of the sandbox, as browsers reach it. Default: the listen address."`
	AppID       string        `name:"app-id" default:"coincart_demo" placeholder:"ID" help:"The merchant's AppKey."`
	Name        string        `default:"Coincart" placeholder:"NAME" help:"Name of the merchant on the pay page."`
	Profile     string        `placeholder:"FILE" help:"File with the profile of the exchange to imitate: signature, time, nonce, pay link, paths."`
	Signing     string        `placeholder:"rsa|md5" help:"How messages are signed. Default: as the profile says, or rsa."`
	Secret      string        `placeholder:"FILE" help:"With md5 signing: file with the secret that exchange and merchant share."`
	MerchantKey string        `name:"merchant-key" placeholder:"FILE" help:"With rsa signing: file with the merchant public key."`
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
	sc := c.signing(&p)
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
	sc.BaseURL, sc.Logger, sc.StateFile, sc.Location, sc.PlainHTTP, sc.TokenTTL, sc.HexOrderNums = c.BaseURL, log, c.State, zone, c.PlainHTTP, c.TokenTTL, c.HexNumbers
	sc.Apps[0].AppID, sc.Apps[0].Name, sc.Apps[0].Addresses = c.AppID, c.Name, c.ReturnTo
	server, err := sandbox.New(sc)
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

// signing returns a configuration with profile, keys or secret, and seed. It adds problems to p.
func (c *sandboxCmd) signing(p *problems) sandbox.Config {
	sc := sandbox.Config{Apps: make([]sandbox.App, 1), Seed: c.Seed}
	if c.Profile != "" {
		var err error
		if sc.Profile, err = readProfile(c.Profile); err != nil {
			p.add("--profile: %s", err)
		}
	}
	sc.Profile.Signing = cmp.Or(opay.Signing(c.Signing), sc.Profile.Signing)
	if err := sc.Profile.Check(); err != nil && c.Signing != "" {
		p.add("--signing: %s", err)
	}
	if sc.Profile.Signing == opay.SigningMD5 {
		c.readSecret(p, &sc)
		return sc
	}
	if c.Secret != "" {
		p.add("--secret is for md5 signing: add --signing md5")
	}
	if c.MerchantKey == "" {
		p.add("--merchant-key is missing: set it to the file with the merchant public key")
	} else if merchant, err := loadPublicKey("merchant public key", c.MerchantKey); err != nil {
		p.add("--merchant-key: %s", err)
	} else {
		sc.Apps[0].Key = merchant
	}
	own, err := loadPrivateKey("exchange private key", c.Key)
	if err != nil {
		p.add("--key: %s", err)
		return sc
	}
	sc.Keys, sc.Seed = own, cmp.Or(c.Seed, demo.Seed(own))
	return sc
}

func (c *sandboxCmd) readSecret(p *problems, sc *sandbox.Config) {
	if c.Secret == "" {
		p.add("--secret is missing: with md5 signing set it to the file with the secret that exchange and merchant share")
		return
	}
	texts := readSecrets(p, "--secret", []string{c.Secret})
	if len(texts) == 0 {
		return
	}
	secret, err := opay.NewSecret(texts[0])
	if err != nil {
		p.add("--secret: %s", err)
		return
	}
	sum := sha256.Sum256([]byte(texts[0]))
	sc.Apps[0].Secret, sc.Seed = secret, cmp.Or(c.Seed, binary.BigEndian.Uint64(sum[:]))
}
