package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/web/api"
)

func TestCheckout_FromMadeToRefunded(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		made := s.post("/checkouts", checkout(func(b map[string]any) {
			b["lines"] = []map[string]any{{"name": "Mug <b>", "quantity": 2, "unit_price": "8.50"}}
			b["tax"], b["metadata"] = "3", map[string]string{"cart": "77"}
			b["success_url"] = "https://shop.example.org/thanks"
		})).ok(http.StatusCreated)
		id, _ := made["id"].(string)
		assert.Equal(t, "open", made["status"])
		assert.Equal(t, "http://127.0.0.1/c/"+id, made["url"])
		assert.Equal(t, "http://127.0.0.1/c/"+id+"/qr.svg", made["qr_url"])
		assert.Equal(t, made, s.get("/checkouts/"+id).ok(http.StatusOK))
		s.post("/checkouts/"+id+"/refunds", map[string]any{"reason": "r"}).fails(http.StatusConflict, api.CodeNotPaid)

		s.pay(id)
		assert.Equal(t, "paid", s.get("/checkouts/" + id).ok(http.StatusOK)["status"])
		s.post("/checkouts/"+id+"/cancel", nil).fails(http.StatusConflict, api.CodeAlreadyPaid)
		refund := s.post("/checkouts/"+id+"/refunds", map[string]any{"currency_amount": "5.00", "reason": "Broken"}).ok(http.StatusCreated)
		assert.Equal(t, "5.00", refund["worth"])
		refundID, _ := refund["id"].(string)
		s.post("/checkouts/"+id+"/refunds", map[string]any{"currency_amount": "50.00", "reason": "Broken"}).fails(http.StatusUnprocessableEntity, api.CodeRefundTooMuch)
		s.Work()
		s.NextDay()
		assert.Equal(t, "confirmed", s.get("/refunds/" + refundID).ok(http.StatusOK)["status"])
		assert.Len(t, s.get("/refunds?checkout=" + id).ok(http.StatusOK)["data"], 1)
		assert.Len(t, s.get("/refunds").ok(http.StatusOK)["data"], 1)

		s.Published()
		whole := s.get("/checkouts/" + id + "?include=attempts,refunds,events").ok(http.StatusOK)
		assert.Len(t, whole["attempts"], 1)
		assert.Len(t, whole["refunds"], 1)
		assert.Len(t, whole["events"], 2)
		assert.Equal(t, "5.00", whole["amount_refunded"])

		_, other := s.Key()
		s.get("/checkouts/"+id, withKey(other)).fails(http.StatusNotFound, api.CodeNotFound)
		s.get("/refunds/"+refundID, withKey(other)).fails(http.StatusNotFound, api.CodeNotFound)
		s.get("/refunds?checkout="+id, withKey(other)).fails(http.StatusNotFound, api.CodeNotFound)
		assert.Empty(t, s.get("/refunds", withKey(other)).ok(http.StatusOK)["data"])
		public := s.get("/public/checkouts/"+id, withKey(""))
		assert.Len(t, public.ok(http.StatusOK), 2, "nothing but status and time")
		assert.Equal(t, "*", public.Header.Get("Access-Control-Allow-Origin"))
	})
}

func TestCheckout_WaitEndsWithTheChange(t *testing.T) {
	s := sqlite(t)
	id := s.create()
	begin := time.Now()
	assert.Equal(t, "open", s.get("/checkouts/" + id + "?wait=1").ok(http.StatusOK)["status"])
	assert.GreaterOrEqual(t, time.Since(begin), time.Second)
	status := make(chan any, 1)
	go func() { status <- s.get("/checkouts/" + id + "?wait=20").ok(http.StatusOK)["status"] }()
	time.Sleep(100 * time.Millisecond)
	begin = time.Now()
	_, err := s.PressPay(id)
	require.NoError(t, err)
	assert.Equal(t, "processing", <-status)
	assert.Less(t, time.Since(begin), 10*time.Second)
}

func TestCheckout_CancelWhilePayingIsAcceptedAndThenCancelled(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		id := s.create()
		_, err := s.PressPay(id)
		require.NoError(t, err)
		s.CutOff()
		a := s.post("/checkouts/"+id+"/cancel", nil, once("c"))
		assert.Equal(t, "processing", a.ok(http.StatusAccepted)["status"], "an exchange that does not answer is no error")
		again := s.post("/checkouts/"+id+"/cancel", nil, once("c"))
		assert.Equal(t, a.Body, again.Body)
		assert.Equal(t, "true", again.Header.Get("Idempotent-Replayed"))
		idle := s.create()
		assert.Equal(t, "cancelled", s.post("/checkouts/"+idle+"/cancel", "{}").ok(http.StatusOK)["status"])
	})
}

func TestCheckouts_ArePagedAndFiltered(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		var made []string
		for i := range 5 {
			s.Clock.Advance(time.Second)
			one := s.post("/checkouts", checkout(func(b map[string]any) { b["reference"] = strings.Repeat("r", i+1) })).ok(http.StatusCreated)
			made = append([]string{words(one["id"])}, made...)
		}
		var seen []string
		path := "/checkouts?limit=2"
		for path != "" {
			page := s.get(path).ok(http.StatusOK)
			for _, row := range list(page["data"]) {
				seen = append(seen, words(object(row)["id"]))
			}
			next, more := page["next"].(string)
			path = ""
			if more {
				path = "/checkouts?limit=2&after=" + next
			}
		}
		assert.Equal(t, made, seen)
		assert.Len(t, s.get("/checkouts?reference=rrr&status=open").ok(http.StatusOK)["data"], 1)
		assert.Empty(t, s.get("/checkouts?status=paid").ok(http.StatusOK)["data"])
		assert.Len(t, s.get("/checkouts?created_from=" + s.Clock.Now().UTC().Format(time.RFC3339)).ok(http.StatusOK)["data"], 1)
		_, other := s.Key()
		assert.Empty(t, s.get("/checkouts", withKey(other)).ok(http.StatusOK)["data"])
		s.get("/checkouts?after=nonsense").fails(http.StatusBadRequest, api.CodeInvalidCursor)
		s.get("/checkouts?limit=101").fails(http.StatusUnprocessableEntity, api.CodeInvalidValue)
		s.get("/checkouts?created_from=soon").fails(http.StatusUnprocessableEntity, api.CodeInvalidValue)
		p := s.get("/checkouts?secret_thing=cc_live_x").fails(http.StatusUnprocessableEntity, api.CodeUnknownParameter)
		assert.Equal(t, "secret_thing", p.Param)
	})
}

func TestRatesAndMe(t *testing.T) {
	s := sqlite(t)
	rates := s.get("/rates?amount=32.24&currency=USD").ok(http.StatusOK)
	first := object(list(rates["coins"])[0])
	assert.Equal(t, "32.24", first["amount"])
	s.get("/rates?amount=1e3").fails(http.StatusUnprocessableEntity, api.CodeInvalidAmount)
	s.get("/rates?amount=1&currency=EUR").fails(http.StatusUnprocessableEntity, api.CodeInvalidCurrency)
	me := s.get("/me").ok(http.StatusOK)
	assert.Equal(t, "Osier", me["shop_name"])
	assert.Equal(t, false, me["livemode"])
	assert.Len(t, me["scopes"], len(models.Scopes()))
}

func TestEvents_AreReadOnFromTheLast(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		id := s.create()
		s.pay(id)
		s.Published()
		page := s.get("/events?limit=2").ok(http.StatusOK)
		first := list(page["data"])
		require.Len(t, first, 2)
		next, _ := page["next"].(string)
		require.NotEmpty(t, next)
		rest := s.get("/events?after=" + next).ok(http.StatusOK)
		require.Len(t, rest["data"], 1)
		assert.Nil(t, rest["next"])
		last := object(list(rest["data"])[0])
		assert.Equal(t, "checkout.paid", last["type"])
		assert.Equal(t, id, object(last["data"])["id"])
		assert.Equal(t, last, s.get("/events/"+words(last["id"])).ok(http.StatusOK))
		assert.Len(t, s.get("/events?type=checkout.paid,refund.failed").ok(http.StatusOK)["data"], 1)
		s.get("/events?type=nope").fails(http.StatusUnprocessableEntity, api.CodeInvalidValue)
		s.get("/events?after=evt_nope").fails(http.StatusBadRequest, api.CodeInvalidCursor)
		_, other := s.Key()
		s.get("/events/"+words(last["id"]), withKey(other)).fails(http.StatusNotFound, api.CodeNotFound)
	})
}
