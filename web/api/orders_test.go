package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/web/api"
)

func TestOrders_AreListedAndFulfilledOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		id := s.create()
		s.pay(id)
		page := list(s.get("/orders?status=paid").ok(http.StatusOK)["data"])
		require.Len(t, page, 1)
		order := words(object(page[0])["id"])
		assert.Equal(t, id, object(page[0])["checkout_id"])
		whole := s.get("/orders/" + order).ok(http.StatusOK)
		assert.Len(t, whole["lines"], 1)
		s.post("/orders/"+order+"/fulfil", map[string]any{"tracking_url": "http://plain.example"}).fails(http.StatusUnprocessableEntity, api.CodeInvalidURL)
		s.post("/orders/"+order+"/fulfil", map[string]any{"lines": []any{map[string]any{"line_id": "x", "quantity": 1}}}).fails(http.StatusUnprocessableEntity, api.CodeInvalidValue)
		sent := s.post("/orders/"+order+"/fulfil", map[string]any{"by_hand": true}, once("f"))
		sent.ok(http.StatusCreated)
		assert.Equal(t, sent.Body, s.post("/orders/"+order+"/fulfil", map[string]any{"by_hand": true}, once("f")).Body)
		s.post("/orders/"+order+"/fulfil", map[string]any{}).fails(http.StatusConflict, api.CodeNotFulfillable)
		whole = s.get("/orders/" + order).ok(http.StatusOK)
		assert.Len(t, whole["shipments"], 1)
		assert.NotEqual(t, "none", whole["fulfilment"])
		s.get("/orders/none").fails(http.StatusNotFound, api.CodeNotFound)
		s.get("/orders?after=x").fails(http.StatusBadRequest, api.CodeInvalidCursor)
	})
}

func TestProducts_ChangeWithTheirETag(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		sku := s.Variant.SKU
		assert.Len(t, s.get("/products").ok(http.StatusOK)["data"], 1)
		read := s.get("/products/" + sku)
		assert.Equal(t, "Mug", read.ok(http.StatusOK)["title"])
		body := map[string]any{"title": "Better mug", "variants": []any{map[string]any{"sku": sku, "price": "11.00"}}}
		s.send(http.MethodPut, "/products/"+sku, body).fails(http.StatusPreconditionRequired, api.CodeIfMatchRequired)
		match := header("If-Match", read.Header.Get("ETag"))
		s.send(http.MethodPut, "/products/"+sku, map[string]any{"title": "x", "variants": []any{map[string]any{"sku": sku, "price": "10.6001"}}}, match).
			fails(http.StatusUnprocessableEntity, api.CodeInvalidAmount)
		s.send(http.MethodPut, "/products/"+sku, map[string]any{"title": "x", "variants": []any{map[string]any{"sku": "NO", "price": "1"}}}, match).
			fails(http.StatusUnprocessableEntity, api.CodeInvalidValue)
		s.send(http.MethodPut, "/products/"+sku, map[string]any{"title": "x", "variants": []any{map[string]any{"sku": sku, "price": "1.00"}}}, match).
			fails(http.StatusConflict, api.CodePriceJump)
		now := s.send(http.MethodPut, "/products/"+sku, body, match).ok(http.StatusOK)
		assert.Equal(t, "Better mug", now["title"])
		assert.Equal(t, "11.00", object(list(now["variants"])[0])["price"])
		s.send(http.MethodPut, "/products/"+sku, body, match).fails(http.StatusPreconditionFailed, api.CodeChanged)
		s.get("/products/NOPE").fails(http.StatusNotFound, api.CodeNotFound)

		stock := s.get("/stock/" + sku)
		assert.InDelta(t, 50, stock.ok(http.StatusOK)["on_hand"], 0)
		match = header("If-Match", stock.Header.Get("ETag"))
		s.send(http.MethodPut, "/stock/"+sku, map[string]any{"on_shelf": 40}).fails(http.StatusPreconditionRequired, api.CodeIfMatchRequired)
		assert.InDelta(t, 40, s.send(http.MethodPut, "/stock/"+sku, map[string]any{"on_shelf": 40}, match).ok(http.StatusOK)["on_hand"], 0)
		s.send(http.MethodPut, "/stock/"+sku, map[string]any{"on_shelf": 30}, match).fails(http.StatusPreconditionFailed, api.CodeChanged)
		s.AssertStock(40, 0, 0)
	})
}

func TestStatements_AreRead(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.pay(s.create())
		day := s.Clock.Now().In(s.Books.Zone()).Format("2006-01-02")
		s.get("/statements/"+day).fails(http.StatusNotFound, api.CodeNotFound)
		s.NextDay()
		statement := s.get("/statements/" + day).ok(http.StatusOK)
		assert.InDelta(t, 1, statement["lines"], 0)
		lines := s.get("/statements/" + day + "/lines?limit=1").ok(http.StatusOK)
		assert.Len(t, lines["data"], 1)
		assert.Nil(t, lines["next"])
		s.get("/statements/"+day+"/lines?after=x").fails(http.StatusBadRequest, api.CodeInvalidCursor)
		assert.Empty(t, s.get("/discrepancies?day=" + day + "&state=open").ok(http.StatusOK)["data"])
	})
}
