package opay_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

func TestCreateOrder_SendsWhatTheDocumentAsks(t *testing.T) {
	p, client := newClient(t)
	p.on(opay.PathCreateOrder, p.success(`{"orderNum":10000000002}`))
	created, err := client.CreateOrder(t.Context(), createRequest())
	noError(t, err)
	equal(t, created.OrderNum, "10000000002", "orderNum, a number in the answer")

	got := p.last()
	equal(t, got.request.AppID, appID, "app_id")
	equal(t, got.request.Time, "1715310032123", "time in milliseconds")
	equal(t, got.header.Get("Content-Type"), "application/json", "content type")
	equal(t, got.plain, `{"appOrderId":"`+ownID+`","openId":"2ae04ed9165624419bad68e9e0f3f29fbd","orderAmount":"0.00012345","orderSceneType":"1000011",`+
		`"payCoinSymbol":"BTC","returnPage":"https://shop.example/payments/return/R1","notifyPage":"https://shop.example/payments/notify","token":"t0ken",`+
		`"goods":"[{\"name\":\"商品 <1>\",\"desc\":\"a & b\"}]"}`, "plaintext")

	minimal := createRequest()
	minimal.Payer = opay.Payer{UserID: "22033390"}
	minimal.Goods, minimal.SceneType = "", ""
	_, err = client.CreateOrder(t.Context(), minimal)
	noError(t, err)
	equal(t, strings.Join(p.last().object.Names(), ","), "appOrderId,userId,orderAmount,payCoinSymbol,returnPage,notifyPage", "optional members are left out")
}

func TestCreateOrder_RefusesBadRequestsBeforeSending(t *testing.T) {
	p, client := newClient(t)
	p.on(opay.PathCreateOrder, p.success(`{"orderNum":"1"}`))
	for name, spoil := range map[string]func(*opay.CreateOrderRequest){
		"no id":                func(r *opay.CreateOrderRequest) { r.AppOrderID = "" },
		"short id":             func(r *opay.CreateOrderRequest) { r.AppOrderID = "123456789012345" },
		"long id":              func(r *opay.CreateOrderRequest) { r.AppOrderID = strings.Repeat("a", 65) },
		"strange id":           func(r *opay.CreateOrderRequest) { r.AppOrderID = "ABCDEFGHIJKLMNOP/QR" },
		"no payer":             func(r *opay.CreateOrderRequest) { r.Payer = opay.Payer{Token: "x"} },
		"free text as user id": func(r *opay.CreateOrderRequest) { r.Payer = opay.Payer{UserID: "me & you"} },
		"openId with a blank":  func(r *opay.CreateOrderRequest) { r.Payer = opay.Payer{OpenID: "a b"} },
		"token with a newline": func(r *opay.CreateOrderRequest) { r.Payer.Token = "a\nb" },
		"no amount":            func(r *opay.CreateOrderRequest) { r.Amount = "" },
		"zero":                 func(r *opay.CreateOrderRequest) { r.Amount = "0.000" },
		"exponent":             func(r *opay.CreateOrderRequest) { r.Amount = "1e8" },
		"negative":             func(r *opay.CreateOrderRequest) { r.Amount = "-1" },
		"no coin":              func(r *opay.CreateOrderRequest) { r.Coin = "" },
		"coin with the long s": func(r *opay.CreateOrderRequest) { r.Coin = "uſdt" },
		"scene in words":       func(r *opay.CreateOrderRequest) { r.SceneType = "shop" },
		"no return page":       func(r *opay.CreateOrderRequest) { r.ReturnPage = "" },
		"return page's query":  func(r *opay.CreateOrderRequest) { r.ReturnPage += "?order=1" },
		"empty query":          func(r *opay.CreateOrderRequest) { r.ReturnPage += "?" },
		"fragment":             func(r *opay.CreateOrderRequest) { r.ReturnPage += "#top" },
		"relative":             func(r *opay.CreateOrderRequest) { r.ReturnPage = "/return" },
		"script":               func(r *opay.CreateOrderRequest) { r.ReturnPage = "javascript:alert(1)" },
		"notify page's user":   func(r *opay.CreateOrderRequest) { r.NotifyPage = "https://a:b@shop.example/" },
		"no notify page":       func(r *opay.CreateOrderRequest) { r.NotifyPage = "" },
		"goods in words":       func(r *opay.CreateOrderRequest) { r.Goods = "a mug" },
		"goods as an object":   func(r *opay.CreateOrderRequest) { r.Goods = `{"name":"a","desc":"b"}` },
	} {
		t.Run(name, func(t *testing.T) {
			r := createRequest()
			spoil(&r)
			_, err := client.CreateOrder(t.Context(), r)
			isError(t, err, opay.ErrInvalidRequest)
			isNotError(t, err, opay.ErrUnknownOutcome, opay.ErrUnreachable)
		})
	}
	equal(t, len(p.requests()), 0, "requests sent")
}

func TestCreateOrder_AnswerForAnotherOrderIsUnknown(t *testing.T) {
	p, client := newClient(t)
	for _, plain := range []string{
		`{"orderNum":"1","appOrderId":"another"}`, `{}`, `{"orderNum":""}`, `{"orderNum":null}`, `{"ORDERNUM":"1"}`, `{"orderNum":"1","ORDERNUM":"2"}`,
		`{"orderNum":"a b"}`, `{"orderNum":["1"]}`, `["orderNum"]`, `not JSON`,
	} {
		p.on(opay.PathCreateOrder, p.success(plain))
		_, err := client.CreateOrder(t.Context(), createRequest())
		isError(t, err, opay.ErrUnknownOutcome)
		isNotError(t, err, opay.ErrUnreachable)
	}
}

func TestCreateOrder_ExistingOrderIsARefusalThatSaysSo(t *testing.T) {
	p, client := newClient(t)
	p.on(opay.PathCreateOrder, refusal(opay.CodeOrderExists, "exists"))
	_, err := client.CreateOrder(t.Context(), createRequest())
	code, ok := opay.CodeOf(err)
	equal(t, ok, true, "a refusal")
	equal(t, code, opay.CodeOrderExists, "code")
}

func TestOrder_KeepsTheAllowedMembersOnly(t *testing.T) {
	p, client := newClient(t)
	p.on(opay.PathOrder, p.success(detail))
	got, err := client.Order(t.Context(), "10000000002", "t0ken")
	noError(t, err)
	equal(t, got, opay.OrderDetail{
		AppOrderID: ownID, OrderNum: "10000000002", Status: opay.StatusPending, Amount: "20001.21", Coin: "BTC", UserID: "230000",
		CreatedAt: time.UnixMilli(1715310032123).UTC(),
	}, "detail")
	equal(t, got.Complete(), true, "complete")
	membersSent(t, p, "nonce,appKey,orderNum,token")

	p.on(opay.PathOrder, p.success(`{"appOrderId":"`+ownID+`","orderNum":10000000002,"orderStatus":3,"orderAmount":10.00000000,"payCoinSymbol":"usdt"}`))
	got, err = client.Order(t.Context(), "10000000002", "")
	noError(t, err)
	equal(t, got.Status, opay.StatusPaid, "status as a number")
	equal(t, got.Amount.Equal("10"), true, "amount as a number")
	equal(t, got.CreatedAt.IsZero(), true, "no ctime")
	equal(t, strings.Join(p.last().object.Names(), ","), "nonce,appKey,orderNum", "members sent without a token")
}

func TestOrder_AnswersThatDoNotFitAreUnknown(t *testing.T) {
	p, client := newClient(t)
	for name, plain := range map[string]string{
		"another order":       change(detail, `"orderNum":"10000000002"`, `"orderNum":"10000000003"`),
		"no orderNum":         change(detail, `"orderNum"`, `"orderNo"`),
		"another application": change(detail, `"appKey":"xxx_xxx"`, `"appKey":"yyy"`),
		"status 4":            change(detail, `"orderStatus":"1"`, `"orderStatus":"4"`),
		"status in words":     change(detail, `"orderStatus":"1"`, `"orderStatus":"paid"`),
		"no status":           change(detail, `"orderStatus"`, `"state"`),
		"status as list":      change(detail, `"orderStatus":"1"`, `"orderStatus":["1"]`),
		"19 digits":           change(detail, `"20001.21"`, `1E+18`),
		"negative":            change(detail, `"20001.21"`, `"-1"`),
		"no amount":           change(detail, `"orderAmount"`, `"amount"`),
		"coin with long s":    change(detail, `"btc"`, `"uſdt"`),
		"no coin":             change(detail, `"payCoinSymbol"`, `"coin"`),
		"no appOrderId":       change(detail, `"appOrderId"`, `"id"`),
		"status twice":        change(detail, `"googleStatus":1`, `"ORDERSTATUS":"3"`),
		"status in capitals":  change(detail, `"orderStatus"`, `"ORDERSTATUS"`),
	} {
		t.Run(name, func(t *testing.T) {
			p.on(opay.PathOrder, p.success(plain))
			_, err := client.Order(t.Context(), "10000000002", "")
			isError(t, err, opay.ErrUnknownOutcome)
			lacks(t, err.Error(), "1000.21", "the error")
		})
	}
}

// The error names the member, so that an order that stays unknown can be explained.
func TestOrder_NamesTheMemberThatCannotBeRead(t *testing.T) {
	p, client := newClient(t)
	for name, c := range map[string]struct{ from, to, says string }{
		"amount in words":    {`"20001.21"`, `"a lot"`, "orderAmount"},
		"amount too exact":   {`"20001.21"`, `1E-19`, "orderAmount cannot be read (HTTP 200): opay: not a decimal amount: more than 18 digits after the point"},
		"amount as a list":   {`"20001.21"`, `[20001.21]`, "orderAmount"},
		"amount null":        {`"20001.21"`, `null`, "lacks orderAmount"},
		"no amount, no coin": {`"orderAmount":"20001.21","payCoinSymbol"`, `"x"`, "lacks orderAmount, payCoinSymbol"},
		"status and a half":  {`"orderStatus":"1"`, `"orderStatus":1.5`, "orderStatus"},
		"status empty":       {`"orderStatus":"1"`, `"orderStatus":""`, "orderStatus"},
		"coin as an object":  {`"btc"`, `{"a":"btc"}`, "payCoinSymbol"},
	} {
		t.Run(name, func(t *testing.T) {
			p.on(opay.PathOrder, p.success(change(detail, c.from, c.to)))
			_, err := client.Order(t.Context(), "10000000002", "")
			isError(t, err, opay.ErrUnknownOutcome)
			contains(t, err.Error(), c.says)
			lacks(t, err.Error(), "20001.21", "the error")
		})
	}
}

// The members of an order are given in every form in which Java prints them.
func TestOrder_EveryFormOfTheSameOrder(t *testing.T) {
	p, client := newClient(t)
	want := opay.OrderDetail{
		AppOrderID: ownID, OrderNum: "10000000002", Status: opay.StatusPaid, Amount: "0.00033152", Coin: "BTC", UserID: "230000",
		CreatedAt: time.UnixMilli(1715310032123).UTC(),
	}
	for _, plain := range []string{
		`{"appOrderId":"%s","orderNum":"10000000002","orderStatus":"3","orderAmount":"0.00033152","payCoinSymbol":"btc","userId":"230000","ctime":"1715310032123"}`,
		`{"appOrderId":"%s","orderNum":10000000002,"orderStatus":3,"orderAmount":3.3152E-4,"payCoinSymbol":"btc","userId":230000,"ctime":1715310032123}`,
		`{"appOrderId":"%s","orderNum":1.0000000002E10,"orderStatus":3.0,"orderAmount":"3.3152E-4","payCoinSymbol":"BTC","userId":2.3E+5,"ctime":1.715310032123E12}`,
		`{"appOrderId":"%s","orderNum":10000000002.0,"orderStatus":"03","orderAmount":"000.000331520000000000","payCoinSymbol":"BTC","userId":230000.0,"ctime":"01715310032123"}`,
	} {
		plain = strings.Replace(plain, "%s", ownID, 1)
		p.on(opay.PathOrder, p.success(plain))
		got, err := client.Order(t.Context(), "10000000002", "")
		noError(t, err)
		equal(t, got, want, plain)
		p.on(opay.PathOrderByRef, p.success(plain))
		got, err = client.OrderByRef(t.Context(), ownID)
		noError(t, err)
		equal(t, got, want, plain)
	}
}

// Leading zeros are part of an id that comes as text, and hexadecimal digits are
// not a number.
func TestOrder_IDsThatComeAsTextStayAsTheyAre(t *testing.T) {
	p, client := newClient(t)
	for _, num := range []string{"007", "2ae04ed9165624419bad68e9e0f3f29f", "00000000000000000000000000000001", "1E5", "1e5", "12345678901234567890123456789012"} {
		p.on(opay.PathCreateOrder, p.success(`{"orderNum":"`+num+`"}`))
		got, err := client.CreateOrder(t.Context(), createRequest())
		noError(t, err)
		equal(t, got.OrderNum, num, "orderNum")
		p.on(opay.PathOrder, p.success(change(detail, `"orderNum":"10000000002"`, `"orderNum":"`+num+`"`)))
		order, err := client.Order(t.Context(), num, "")
		noError(t, err)
		equal(t, order.OrderNum, num, "orderNum")
	}
	for text, want := range map[string]string{`1.0000000002E10`: "10000000002", `12345678901234567890123456789012`: "12345678901234567890123456789012", `7.0`: "7"} {
		p.on(opay.PathCreateOrder, p.success(`{"orderNum":`+text+`}`))
		got, err := client.CreateOrder(t.Context(), createRequest())
		noError(t, err)
		equal(t, got.OrderNum, want, text)
	}
	for _, text := range []string{`1.5`, `1E-5`, `1E999999999`, `1E64`} {
		p.on(opay.PathCreateOrder, p.success(`{"orderNum":`+text+`}`))
		_, err := client.CreateOrder(t.Context(), createRequest())
		isError(t, err, opay.ErrUnknownOutcome)
	}
	p.on(opay.PathOrder, p.success(change(detail, `"orderNum":"10000000002"`, `"orderNum":"010000000002"`)))
	_, err := client.Order(t.Context(), "10000000002", "")
	isError(t, err, opay.ErrUnknownOutcome)
	for _, text := range []string{`"1.0000000002E10"`, `1.5`} {
		p.on(opay.PathCancelLong, p.success(`{"orderNum":`+text+`}`))
		isError(t, client.Cancel(t.Context(), "10000000002"), opay.ErrUnknownOutcome)
	}
	p.on(opay.PathCancelLong, p.success(`{"orderNum":1.0000000002E10}`))
	noError(t, client.Cancel(t.Context(), "10000000002"))
}

func TestResponse_EveryFormOfTheSameCode(t *testing.T) {
	for text, want := range map[string]opay.Code{
		`0`: opay.CodeOK, `"0"`: opay.CodeOK, `"00"`: opay.CodeOK, `0.0`: opay.CodeOK, `0E0`: opay.CodeOK, `-0`: opay.CodeOK,
		`70004`: opay.CodeIllegalPayer, `"70004"`: opay.CodeIllegalPayer, `7.0004E4`: opay.CodeIllegalPayer, `70004.0`: opay.CodeIllegalPayer,
		`"-1"`: "-1", `-1`: "-1",
	} {
		r, err := opay.ParseResponse([]byte(`{"code":` + text + `,"msg":"x"}`))
		noError(t, err)
		equal(t, r.Code, want, text)
	}
	for _, text := range []string{`""`, `null`, `true`, `[0]`, `{}`, `0.5`, `"0 "`, `"0x0"`, `1E10`, `"NaN"`, `1E-400`} {
		_, err := opay.ParseResponse([]byte(`{"code":` + text + `,"msg":"x"}`))
		isError(t, err, opay.ErrShape)
	}
}

func TestOrderByRef(t *testing.T) {
	p, client := newClient(t)
	p.on(opay.PathOrderByRef, p.success(detail))
	got, err := client.OrderByRef(t.Context(), ownID)
	noError(t, err)
	equal(t, got.Complete(), true, "complete")
	membersSent(t, p, "nonce,appKey,appOrderId")
	if nonce := text(p.last().object, "nonce"); p.secret == nil && len(nonce) < 26 {
		t.Errorf("nonce %q has fewer than 128 bits", nonce)
	}

	p.on(opay.PathOrderByRef, p.success(`{"orderNum":"10000000002"}`))
	got, err = client.OrderByRef(t.Context(), ownID)
	noError(t, err)
	equal(t, got, opay.OrderDetail{OrderNum: "10000000002"}, "the number alone")
	equal(t, got.Complete(), false, "complete")

	p.on(opay.PathOrderByRef, p.success(change(detail, ownID, "another")))
	_, err = client.OrderByRef(t.Context(), ownID)
	isError(t, err, opay.ErrUnknownOutcome)

	p.on(opay.PathOrderByRef, refusal(opay.CodeOrderNotFound, ""))
	_, err = client.OrderByRef(t.Context(), ownID)
	code, _ := opay.CodeOf(err)
	equal(t, code, opay.CodeOrderNotFound, "code")
	isNotError(t, err, opay.ErrNotOffered, opay.ErrUnknownOutcome)

	p.on(opay.PathOrderByRef, refusal(opay.CodeInvalidResource, ""))
	_, err = client.OrderByRef(t.Context(), ownID)
	isError(t, err, opay.ErrNotOffered)
	p.on(opay.PathOrderByRef, plainAnswer(http.StatusNotFound, "<html>"))
	_, err = client.OrderByRef(t.Context(), ownID)
	isError(t, err, opay.ErrNotOffered, opay.ErrUnknownOutcome)
}

func TestNonce_IsNewForEveryRequest(t *testing.T) {
	p, client := newClient(t)
	p.on(opay.PathOrder, p.success(detail))
	seen := map[string]bool{}
	for range 5 {
		_, err := client.Order(t.Context(), "10000000002", "")
		noError(t, err)
		first := p.last().object.Names()[0]
		equal(t, first, "nonce", "first member")
		seen[text(p.last().object, first)] = true
	}
	equal(t, len(seen), 5, "different nonces")
}

func TestCancel_ShortPathThenLongIsRemembered(t *testing.T) {
	p, client := newClient(t)
	p.on(opay.PathCancelLong, plainAnswer(200, `{"code":0,"msg":"success"}`))
	noError(t, client.Cancel(t.Context(), "10000000002"))
	noError(t, client.Cancel(t.Context(), "10000000002"))
	p.on(opay.PathCancel, func(http.ResponseWriter, *http.Request) { t.Error("the short path was asked again") })
	noError(t, client.Cancel(t.Context(), "10000000002"))
	equal(t, len(p.requests()), 3, "requests")
	membersSent(t, p, "nonce,orderNum")
}

func TestCancel_ShortPathWhereItExists(t *testing.T) {
	p, client := newClient(t)
	p.on(opay.PathCancel, p.success(`{}`))
	p.on(opay.PathCancelLong, func(http.ResponseWriter, *http.Request) { t.Error("the long path was asked") })
	noError(t, client.Cancel(t.Context(), "10000000002"))
	p.on(opay.PathCancel, refusal(opay.CodeOrderStatusException, ""))
	code, _ := opay.CodeOf(client.Cancel(t.Context(), "10000000002"))
	equal(t, code, opay.CodeOrderStatusException, "code")
	p.on(opay.PathCancel, plainAnswer(500, "{}"))
	isError(t, client.Cancel(t.Context(), "10000000002"), opay.ErrUnknownOutcome)
	p.on(opay.PathCancel, p.success(`{"orderNum":"3"}`))
	isError(t, client.Cancel(t.Context(), "10000000002"), opay.ErrUnknownOutcome)
	isError(t, client.Cancel(t.Context(), "../1"), opay.ErrInvalidRequest)
}

func TestCancel_LongPathIsNotRememberedIfItIsMissingToo(t *testing.T) {
	p, client := newClient(t)
	isError(t, client.Cancel(t.Context(), "10000000002"), opay.ErrUnknownOutcome)
	p.on(opay.PathCancel, refusal(opay.CodeOK, ""))
	noError(t, client.Cancel(t.Context(), "10000000002"))
	equal(t, p.last().path, opay.PathCancel, "path")
}

func TestCancel_GivenPathIsTheOnlyOne(t *testing.T) {
	p, client := newClient(t, func(c *opay.Config) { c.Profile.Paths.Cancel = "/v2/cancel" })
	p.on(opay.PathCancel, refusal(opay.CodeOK, ""))
	isError(t, client.Cancel(t.Context(), "10000000002"), opay.ErrUnknownOutcome)
	p.on("/v2/cancel", refusal(opay.CodeOK, ""))
	noError(t, client.Cancel(t.Context(), "10000000002"))
	equal(t, p.last().path, "/v2/cancel", "path")
}

func TestCancel_BadSealInASuccessIsUnknown(t *testing.T) {
	p, client := newClient(t)
	p.on(opay.PathCancel, plainAnswer(200, `{"code":"0","data":"AAAA","sign":"AAAA"}`))
	isError(t, client.Cancel(t.Context(), "10000000002"), opay.ErrUnknownOutcome)
	p.on(opay.PathCancel, plainAnswer(200, `{"code":"0","data":null,"sign":""}`))
	noError(t, client.Cancel(t.Context(), "10000000002"))
}

func TestRefund(t *testing.T) {
	p, client := newClient(t)
	p.on(opay.PathRefund, p.success(`{"orderNum":"20000000001"}`))
	r := opay.RefundRequest{
		AppOrderID: ownID, Payer: opay.Payer{UserID: "22033390", Token: "t0ken"}, Amount: "10", Coin: "usdt", SceneType: "1000011", AssetType: "201",
	}
	num, err := client.Refund(t.Context(), r)
	noError(t, err)
	equal(t, num, "20000000001", "orderNum")
	contains(t, p.last().plain, `"appOrderId":"`+ownID+`","userId":"22033390","orderAmount":"10","payCoinSymbol":"USDT","orderSceneType":"1000011","assetType":"201"`)
	for _, bad := range []opay.RefundRequest{
		{Payer: r.Payer, Amount: "10", Coin: "USDT"},
		{AppOrderID: ownID, Amount: "10", Coin: "USDT"},
		{AppOrderID: ownID, Payer: r.Payer, Amount: "0", Coin: "USDT"},
		{AppOrderID: ownID, Payer: r.Payer, Amount: "10"},
		{AppOrderID: ownID, Payer: r.Payer, Amount: "10", Coin: "USDT", AssetType: "normal"},
	} {
		_, err := client.Refund(t.Context(), bad)
		isError(t, err, opay.ErrInvalidRequest)
	}
	equal(t, len(p.requests()), 1, "requests sent")
}

func TestClient_IsSafeForConcurrentUse(t *testing.T) {
	p, client := newClient(t)
	p.on(opay.PathOrder, p.success(detail))
	p.on(opay.PathCancelLong, refusal(opay.CodeOK, ""))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := client.Order(t.Context(), "10000000002", ""); err != nil {
				t.Errorf("order: %v", err)
			}
			if err := client.Cancel(t.Context(), "10000000002"); err != nil {
				t.Errorf("cancel: %v", err)
			}
		})
	}
	wg.Wait()
	equal(t, len(p.requests()), 16, "requests understood")
}

func TestStatus_Names(t *testing.T) {
	for status, want := range map[opay.Status]string{
		opay.StatusClosed: "closed", opay.StatusPending: "pending", opay.StatusFailed: "failed", opay.StatusPaid: "paid", "7": "undocumented status",
	} {
		equal(t, status.String(), want, "name")
		equal(t, status.Known(), want != "undocumented status", "known")
	}
}
