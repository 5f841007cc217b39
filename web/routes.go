package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/static"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/api"
	"github.com/coincart/coincart/web/embed"
	"github.com/coincart/coincart/web/media"
	"github.com/coincart/coincart/web/platform"
	"github.com/coincart/coincart/web/shop"
	"github.com/coincart/coincart/web/visit"
)

// formTimeout is the time limit for the answer to a form. Payments finish by themselves what they have begun with the platform.
const formTimeout = 11 * time.Second

// LongestRequest is the maximum time of the answer to a form about money: a request to pay again asks the platform to cancel and for the
// order's state, until formTimeout, and may begin to create the next payment at its very end. Then it looks for the form's order and leaves
// a note. Stopping the server must allow this time, and so must its write time-out.
const LongestRequest = formTimeout + payments.FinishTime + 2*visit.AfterTime

// pageTimeout is the time limit for a page that changes nothing: a hanging database becomes an error page.
const pageTimeout = 6 * time.Second

func (s *Server) routes(pages *shop.Pages, exchange *platform.Pages, checkoutOnly bool) {
	s.engine.NoRoute(s.answer(noPage))
	s.engine.NoMethod(s.answer(func(*visit.Visit) error { return errMethod }))

	s.get("/healthz", s.healthy)
	s.get("/readyz", s.ready)
	s.get(securityTextPath, s.securityText)
	s.engine.Match(readMethods(), static.Prefix+"*file", gin.WrapH(static.Handler()))
	s.get(media.Prefix+":name", media.New(s.store, media.DefaultMemory).Serve)

	if !checkoutOnly {
		s.goods(pages)
	}
	s.get("/pages/:name", shop.Legal)
	s.post("/language", shop.Language)

	s.get("/orders", pages.OwnOrders, s.limits.own)
	s.post("/orders", pages.AskForOrders, s.limits.ask)
	s.get("/orders/:ref", pages.Order)
	s.stream("/orders/:ref/live", pages.Live, s.limits.live)
	s.post("/orders/:ref/pay", pages.PayOrder, s.limits.pay)
	s.post("/orders/:ref/cancel", pages.CancelOrder, s.limits.pay)
	s.post("/orders/:ref/show", pages.ProveOrder, s.limits.pay)

	s.get("/c/:id", pages.Payments.Hosted, s.limits.hosted)
	s.stream("/c/:id/live", pages.Payments.Live, s.limits.live)
	s.post("/c/:id/pay", pages.Payments.Pay, s.limits.pay)
	s.get("/c/:id/qr.svg", pages.Payments.Code, s.limits.hosted)

	s.get(embed.ScriptPath, embed.Script)
	s.get(embed.StylePath, embed.Style)
	s.get("/pay/:slug", pages.Links.Link, s.limits.hosted)
	s.post("/pay/:slug", pages.Links.StartLink, s.limits.link)
	s.get("/pay/:slug/qr.svg", pages.Links.Code, s.limits.hosted)

	s.post(payments.NotifyPath, exchange.Notify)
	s.get(payments.ReturnPath+":ref", pages.Returned)
	s.get(payments.ReturnPath+":ref/order", pages.ReturnedOrder)
	s.stream(payments.ReturnPath+":ref/order/live", pages.ReturnedLive, s.limits.live)
	s.post(payments.ReturnPath+":ref/order/pay", pages.PayReturned, s.limits.pay)
	s.get("/payments/connect", exchange.Connect, s.limits.connect)
	s.post("/payments/connect", exchange.Connect, s.limits.connect)
	s.get(payments.ConnectedPath, exchange.Connected, s.limits.connect)
	s.post("/payments/disconnect", exchange.Disconnect)

	s.get(api.DocsPath, s.api.Reference)

	for _, r := range s.officeTable {
		if r.Method == http.MethodGet {
			s.get(r.Path, s.office.Guard(r))
		} else {
			s.post(r.Path, s.office.Guard(r))
		}
	}
}

// goods registers the pages of a shop that sells its goods itself.
func (s *Server) goods(pages *shop.Pages) {
	s.get("/", pages.Home)
	s.get("/categories/:slug", pages.Category)
	s.get("/tags/:slug", pages.Tag)
	s.get("/search", pages.Search, s.limits.search)
	s.get("/products/:slug", pages.Product)
	s.get("/cart", pages.Cart)
	s.post("/cart/items", pages.AddToCart, s.limits.cart)
	s.post("/cart/items/:variant", pages.ChangeCart, s.limits.cart)
	s.post("/cart/items/:variant/remove", pages.RemoveFromCart, s.limits.cart)
	s.post("/cart/coupon", pages.UseCoupon, s.limits.cart)
	s.post("/cart/place", pages.EstimateDelivery, s.limits.cart)
	s.get("/buy/:lines", pages.Buy, s.limits.cart)

	s.get("/checkout", pages.Checkout)
	s.post("/checkout", pages.PlaceOrder, s.limits.checkout)
	s.post("/checkout/update", pages.UpdateCheckout, s.limits.cart)
	s.post("/orders/:ref/reorder", pages.Reorder, s.limits.cart)
}

// onlyTable answers 404 for addresses of the back office that its table does not have, even if they are registered as routes: only the
// table knows who may use them.
func (s *Server) onlyTable(c *gin.Context) {
	if path := c.FullPath(); admin.Owns(path) && !s.staffRoutes[routeKey(c.Request.Method, path)] {
		s.fail(visit.New(s.site, c), c, visit.ErrNoPage)
		return
	}
	c.Next()
}

// routeKey names a row of the back office's table; HEAD is what GET is.
func routeKey(method, path string) string {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return method + " " + path
}

func readMethods() []string { return []string{http.MethodGet, http.MethodHead} }

func (s *Server) get(path string, h visit.Handler, limits ...*limiter) {
	s.engine.Match(readMethods(), path, s.limited(limits, s.answer(h))...)
}

// stream registers an answer that goes on until the visitor leaves.
func (s *Server) stream(path string, h visit.Handler, limits ...*limiter) {
	s.engine.GET(path, s.limited(limits, func(c *gin.Context) {
		v := visit.New(s.site, c)
		if err := h(v); err != nil {
			s.fail(v, c, err)
		}
	})...)
}

func (s *Server) post(path string, h visit.Handler, limits ...*limiter) {
	s.engine.POST(path, s.limited(limits, s.answer(h))...)
}

func (s *Server) limited(limits []*limiter, answer gin.HandlerFunc) []gin.HandlerFunc {
	chain := make([]gin.HandlerFunc, 0, len(limits)+1)
	for _, l := range limits {
		chain = append(chain, s.limit(l))
	}
	return append(chain, answer)
}

// answer runs a handler and turns its error into a page.
func (s *Server) answer(h visit.Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		limit := pageTimeout
		if c.Request.Method == http.MethodPost {
			limit = formTimeout
			if strings.HasPrefix(c.ContentType(), "multipart/") {
				limit += visit.UploadTime
			}
		}
		whole := c.Request
		ctx, cancel := context.WithTimeout(whole.Context(), limit)
		defer func() { // the page about a panic has time of its own
			cancel()
			c.Request = whole
		}()
		c.Request = whole.WithContext(ctx)
		v := visit.New(s.site, c)
		if err := h(v); err != nil {
			s.fail(v, c, err)
		}
	}
}

// noPage leads from an address with a slash at its end, as people type and servers write them, to the page without it.
func noPage(v *visit.Visit) error {
	address := v.Address()
	page := strings.TrimRight(address, "/")
	if page == "" || api.Owns(address) || page == address || v.Posted() || visit.OwnPath(page, "") != page {
		return visit.ErrNoPage
	}
	if query := v.RawQuery(); query != "" {
		page += "?" + query
	}
	return v.SeeOther(page)
}
