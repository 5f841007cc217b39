package web

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/httprate"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/web/visit"
)

// Limits are the maximum numbers of requests a minute from one address; 0 means the default and a negative number no limit. They hold for
// each replica by itself: they protect from one visitor's noise, while stock, orders and payments are protected by the database.
type Limits struct {
	Search   int // 120
	Cart     int // changes; 240
	Checkout int // orders placed; 30
	Pay      int // paying again and cancelling; 30
	Connect  int // steps of signing in; 30
	Own      int // looks at one's own orders; 60
	Ask      int // links to one's own orders; 5
	Live     int // pages of orders that begin to wait for changes; 60
	Coupon   int // wrong coupon codes, in 10 minutes, counted for all replicas together; 20
}

// wideFactor is how many times as many requests the limits allow one /48 network of IPv6 as one client: one customer of a provider may have
// 65,536 networks of the size that is counted as one client.
const wideFactor = 8

// limiter counts the requests of clients, and of the networks that they may change their addresses in.
type limiter struct{ client, wide *httprate.RateLimiter }

type limiters struct {
	search, cart, checkout, pay, connect, own, ask, live *limiter
}

func newLimiters(l Limits) limiters {
	return limiters{
		search: perMinute(l.Search, 120), cart: perMinute(l.Cart, 240), checkout: perMinute(l.Checkout, 30),
		pay: perMinute(l.Pay, 30), connect: perMinute(l.Connect, 30), own: perMinute(l.Own, 60), ask: perMinute(l.Ask, 5),
		live: perMinute(l.Live, 60),
	}
}

// perMinute returns a limiter of n requests a minute, def if n is 0; nil, for no limit, if n is negative.
func perMinute(n, def int) *limiter {
	switch {
	case n < 0:
		return nil
	case n == 0:
		n = def
	}
	header := httprate.WithResponseHeaders(httprate.ResponseHeaders{RetryAfter: "Retry-After"})
	return &limiter{client: httprate.NewRateLimiter(n, time.Minute, header), wide: httprate.NewRateLimiter(wideFactor*n, time.Minute, header)}
}

// refuses reports whether a client, or its network, has sent too many requests. If so, it sets Retry-After.
func (l *limiter) refuses(w http.ResponseWriter, r *http.Request, address string) bool {
	client, wide := models.Network(address)
	return l.client.OnLimit(w, r, client) || (wide != "" && l.wide.OnLimit(w, r, wide))
}

// limit refuses the requests of an address that sends too many. IPv6 addresses are counted by network (models.Network).
func (s *Server) limit(l *limiter) gin.HandlerFunc {
	return func(c *gin.Context) {
		if l != nil && l.refuses(c.Writer, c.Request, c.ClientIP()) {
			s.fail(visit.New(s.site, c), c, errTooMany)
			return
		}
		c.Next()
	}
}
