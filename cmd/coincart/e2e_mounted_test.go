package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/web"
)

// mountedAt is where the shops of these tests are, on a host that belongs to another program.
const mountedAt = "/shop"

// neighbour is the other program: it has pages and an error page of its own, and hands everything below mountedAt to the shop.
func neighbour(shop http.Handler) http.Handler {
	engine := gin.New()
	say := func(status int) gin.HandlerFunc {
		return func(c *gin.Context) { c.String(status, "neighbour, %d cookies", len(c.Request.Cookies())) }
	}
	for _, path := range []string{"/", "/cart", "/checkout", "/orders", "/admin", "/static/site.css"} {
		engine.GET(path, say(http.StatusOK))
	}
	engine.NoRoute(say(http.StatusNotFound))
	engine.Any(mountedAt, gin.WrapH(shop))
	engine.Any(mountedAt+"/*rest", gin.WrapH(shop))
	return engine
}

// startMounted is startOffice for a shop in the neighbour's router.
func startMounted(t *testing.T, dsn string, begin time.Time, fill func(o *officeRun, db *store.Store) []sandbox.Order) *officeRun {
	t.Helper()
	o := newOfficeAt(t, mountedAt, dsn, begin, fill)
	server := web.HTTPServer(o.shopAt.Addr().String(), neighbour(o.shop.Server.Handler()))
	o.serve(append(o.sandboxTasks(), task{"payments", o.shop.Services.Jobs.Run}, task{"sessions", o.shop.Server.Run},
		serveHTTP("neighbour", server, o.shopAt, o.log)))
	return o
}

// TestE2E_Mounted buys something and tells the back office's story, all below a path of another program's host.
func TestE2E_Mounted(t *testing.T) {
	s := beginStory(t, "mounted", 40, startMounted)
	s.dev.blind = true // TestE2E_Admin and TestE2E_Browser have the pictures
	shopper := s.dev
	shopper.paid, shopper.title = say("order.state.paid.title"), "Stoneware mug"
	buy(s.ctx, t, s.shop.Base, shopper)
	assert.True(t, strings.HasPrefix(s.location(), s.shop.Base+"/payments/return/"), s.location())
	s.tell()

	v := newVisitor(t, "en")
	require.Equal(t, http.StatusOK, v.get(s.shop.Base).status)
	root := strings.TrimSuffix(s.shop.Base, mountedAt)
	for path, status := range map[string]int{"/": 200, "/cart": 200, "/admin": 200, "/nothing": 404, "/shopping": 404} {
		page := v.get(root + path)
		assert.Equal(t, status, page.status, path)
		assert.Contains(t, page.text, "neighbour, 0 cookies", path)
	}
}

func TestDemo_BelowAPath(t *testing.T) {
	address := freeAddress(t)
	root := "http://" + address
	env := map[string]string{"COINCART_ADDR": address, "COINCART_BASE_URL": root + mountedAt + "/"}
	d := startDemo(t, env)
	assert.Equal(t, root+mountedAt, d.shop)
	assert.Contains(t, d.stdout.String(), root+mountedAt+"/admin/setup/", "the first owner's link")

	v := newVisitor(t, "en")
	assert.Equal(t, http.StatusNotFound, v.get(root+"/").status)
	placed := checkout(v, d.shop).submit("/checkout", toNewYork(map[string]string{"email": "ada@example.org", "coin": "BTC", "payer_uid": alice}))
	require.Contains(t, placed.address.Path, "pay.html", placed.text)
	order, _ := pay(placed)
	assert.Contains(t, order.text, say("order.state.paid.title"))
	assert.True(t, strings.HasPrefix(order.address.String(), d.shop+"/"), order.address)

	assert.Equal(t, "ready\n", runWithInput(t, "", env, "healthcheck").stdout)
	delete(env, "COINCART_BASE_URL")
	assert.Equal(t, exitFailed, runWithInput(t, "", env, "healthcheck").code, "outside its path the shop does not answer")
}
