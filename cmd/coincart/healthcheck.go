package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/coincart/coincart/models"
)

// healthcheckCmd asks a running shop whether it is ready, so that a container image needs no other program for that.
type healthcheckCmd struct {
	Addr    string `env:"COINCART_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"The shop's listen address."`
	BaseURL string `name:"base-url" env:"COINCART_BASE_URL" placeholder:"URL" help:"The shop's public address. The shop answers below its path only."`
	URL     string `name:"url" placeholder:"URL" help:"Check this URL instead: any 2xx response counts as ready."`
}

// Run makes one request. It fails unless the answer is 2xx and arrives within three seconds.
func (c *healthcheckCmd) Run(ctx context.Context, con console) error {
	target := c.URL
	if target == "" {
		host, port, err := net.SplitHostPort(c.Addr)
		if err != nil {
			return fmt.Errorf("COINCART_ADDR (--addr) is %q: use host:port, such as 127.0.0.1:8080", c.Addr)
		}
		// A server that listens on all addresses is asked on this machine.
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		base, err := models.ParseBaseURL(c.BaseURL)
		if err != nil && c.BaseURL != "" {
			return fmt.Errorf("COINCART_BASE_URL (--base-url): %w", err)
		}
		target = "http://" + net.JoinHostPort(host, port) + base.Path + "/readyz"
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return fmt.Errorf("check %s: %w", target, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)); err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("not ready: %s responded %s", target, response.Status)
	}
	fmt.Fprintln(con.out, "ready")
	return nil
}
