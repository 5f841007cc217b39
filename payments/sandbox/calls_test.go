package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

func TestCreate_AnswersASignedOrderNumber(t *testing.T) {
	b := newBench(t)
	r := b.call(pCreate, b.createFields("A-1", map[string]any{
		"goods": `[{"name":"杯子","desc":"白色"}]`, "orderSceneType": "1000011",
	}))
	require.Equal(t, "0", r.Code)
	require.Len(t, r.Fields, 1)
	num := text(r.Fields["orderNum"])
	require.Regexp(t, `^[1-9][0-9]{14}$`, num)

	o, ok := b.box.Order(num)
	require.True(t, ok)
	require.Equal(t, opay.StatusPending, o.Status)
	require.Equal(t, opay.Amount("12.5"), o.Amount)
	require.Equal(t, []opay.Goods{{Name: "杯子", Desc: "白色"}}, o.Goods)
	require.Equal(t, "1000011", o.Scene)
	same, ok := b.box.OrderByAppID("A-1")
	require.True(t, ok)
	require.Equal(t, o, same)
	require.Zero(t, b.deliver(), "an order that was merely made is not told")
}

func TestCreate_RefusesWithTheDocumentedCode(t *testing.T) {
	type change = map[string]any
	b := newBench(t, func(c *sandbox.Config) { c.SceneTypes = []string{"1000011"} })
	b.order("USED")
	openID, err := b.box.OpenID(otherApp, alice)
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		change change
		code   opay.Code
	}{
		"appOrderId missing":            {change{"appOrderId": nil}, opay.CodeParameterError},
		"appOrderId empty":              {change{"appOrderId": ""}, opay.CodeParameterError},
		"appOrderId with a space":       {change{"appOrderId": "a b"}, opay.CodeParameterError},
		"appOrderId too long":           {change{"appOrderId": strings.Repeat("x", 65)}, opay.CodeParameterError},
		"appOrderId in another case":    {change{"appOrderId": nil, "apporderid": "x"}, opay.CodeParameterError},
		"orderAmount missing":           {change{"orderAmount": nil}, opay.CodeParameterError},
		"payCoinSymbol missing":         {change{"payCoinSymbol": nil}, opay.CodeParameterError},
		"returnPage missing":            {change{"returnPage": nil}, opay.CodeParameterError},
		"returnPage plain http":         {change{"returnPage": "http://shop.example/r"}, opay.CodeParameterError},
		"returnPage script":             {change{"returnPage": "javascript:alert(1)"}, opay.CodeParameterError},
		"returnPage with a user":        {change{"returnPage": "https://bank@shop.example/r"}, opay.CodeParameterError},
		"returnPage with a directive":   {change{"returnPage": "https://shop.example;script-src/r"}, opay.CodeParameterError},
		"notifyPage missing":            {change{"notifyPage": nil}, opay.CodeParameterError},
		"notifyPage of a file":          {change{"notifyPage": "file:///etc/passwd"}, opay.CodeParameterError},
		"no payer":                      {change{"userId": nil}, opay.CodeParameterError},
		"goods no JSON":                 {change{"goods": "[{"}, opay.CodeParameterError},
		"goods an object":               {change{"goods": `{"name":"x"}`}, opay.CodeParameterError},
		"goods without a name":          {change{"goods": `[{"desc":"x"}]`}, opay.CodeParameterError},
		"goods not a text":              {change{"goods": []any{}}, opay.CodeParameterError},
		"unknown user":                  {change{"userId": "1"}, opay.CodeIllegalPayer},
		"frozen user":                   {change{"userId": carol}, opay.CodeIllegalPayer},
		"unknown openId":                {change{"openId": "nobody"}, opay.CodeOpenIDInvalid},
		"openId of another application": {change{"openId": openID}, opay.CodeOpenIDInvalid},
		"unknown token":                 {change{"token": "x"}, opay.CodeTokenInvalid},
		"unknown coin":                  {change{"payCoinSymbol": "DOGE"}, opay.CodeCurrencyUnsupported},
		"coin in lower case":            {change{"payCoinSymbol": "usdt"}, opay.CodeCurrencyUnsupported},
		"amount zero":                   {change{"orderAmount": "0"}, opay.CodeIllegalAmount},
		"amount zero with digits":       {change{"orderAmount": "0.000000"}, opay.CodeIllegalAmount},
		"amount negative":               {change{"orderAmount": "-1"}, opay.CodeIllegalAmount},
		"amount with an exponent":       {change{"orderAmount": "1e3"}, opay.CodeIllegalAmount},
		"amount with a leading zero":    {change{"orderAmount": "01"}, opay.CodeIllegalAmount},
		"amount NaN":                    {change{"orderAmount": "NaN"}, opay.CodeIllegalAmount},
		"amount finer than the coin":    {change{"orderAmount": "1.0000001"}, opay.CodeIllegalAmount},
		"scene no number":               {change{"orderSceneType": "abc"}, opay.CodeIllegalSceneType},
		"scene not agreed":              {change{"orderSceneType": "42"}, opay.CodeIllegalSceneType},
		"repeated appOrderId":           {change{"appOrderId": "USED"}, opay.CodeOrderExists},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(b.box.Orders())
			r := b.call(pCreate, b.createFields("A-new", tc.change))
			assert.Equal(t, string(tc.code), r.Code, r.Raw)
			assert.Equal(t, http.StatusOK, r.Status)
			assert.Empty(t, r.Plain, "a refusal is plain")
			assert.Contains(t, r.Msg, tc.code.Text())
			assert.Len(t, b.box.Orders(), before)
		})
	}
}

func TestCreate_TakesZerosBeyondTheCoinsPrecision(t *testing.T) {
	b := newBench(t)
	num := b.order("A-1", map[string]any{"orderAmount": "12.500000000"})
	require.NoError(t, b.box.Pay(num))
	left, err := b.box.Balance(alice, "USDT")
	require.NoError(t, err)
	require.Equal(t, "249987.5", left)
}

func TestCreate_OpenIDWinsOverUserID(t *testing.T) {
	b := newBench(t)
	openID, err := b.box.OpenID(testApp, bob)
	require.NoError(t, err)
	o, _ := b.box.Order(b.order("A-1", map[string]any{"openId": openID}))
	require.Equal(t, bob, o.UID)
}

func TestCreate_SettingsThatRefuseMore(t *testing.T) {
	b := newBench(t, func(c *sandbox.Config) { c.BalanceFirst = true })
	require.Equal(t, "70006", b.call(pCreate, b.createFields("A-1", map[string]any{"userId": bob})).Code)

	b = newBench(t, func(c *sandbox.Config) { c.Apps[0].Frozen = true })
	require.Equal(t, "70005", b.call(pCreate, b.createFields("A-1")).Code)

	b = newBench(t, func(c *sandbox.Config) { c.MaxOrders = 2 })
	b.order("A-1")
	b.order("A-2")
	require.Equal(t, "10005", b.call(pCreate, b.createFields("A-3")).Code, "pending orders are never dropped for new ones")

	b = newBench(t, func(c *sandbox.Config) { c.PlainHTTP = true })
	b.order("A-1", map[string]any{"returnPage": "http://shop:8080/return"})
}

// Every check of the envelope, in an order in which an earlier one hides a later one.
func TestCall_ChecksTheEnvelope(t *testing.T) {
	b := newBench(t)
	good := `{"appKey":"app_one","orderNum":"1"}`
	foreign := rawSign(t, strangerKey(), good)
	ms := b.clock.Now().UnixMilli()
	at := func(d time.Duration) string { return strconv.FormatInt(ms+d.Milliseconds(), 10) }
	for name, tc := range map[string]struct {
		change func(e *envelope)
		code   opay.Code
	}{
		"good":                         {func(*envelope) {}, opay.CodeOrderNotFound},
		"time as a number":             {func(e *envelope) { e.Time = ms }, opay.CodeOrderNotFound},
		"time in seconds":              {func(e *envelope) { e.Time = strconv.FormatInt(ms/1000, 10) }, opay.CodeOrderNotFound},
		"time at the window's edge":    {func(e *envelope) { e.Time = at(5 * time.Minute) }, opay.CodeOrderNotFound},
		"app_id missing":               {func(e *envelope) { e.AppID = nil }, opay.CodeAppKeyIllegal},
		"app_id malformed":             {func(e *envelope) { e.AppID = "no such app" }, opay.CodeAppKeyIllegal},
		"app_id unknown":               {func(e *envelope) { e.AppID = "nobody" }, opay.CodeAppKeyUnknown},
		"time missing":                 {func(e *envelope) { e.Time = nil }, opay.CodeIllegalTime},
		"time no number":               {func(e *envelope) { e.Time = "noon" }, opay.CodeIllegalTime},
		"time too old":                 {func(e *envelope) { e.Time = at(-5*time.Minute - time.Millisecond) }, opay.CodeIllegalTime},
		"time too new":                 {func(e *envelope) { e.Time = at(5*time.Minute + time.Millisecond) }, opay.CodeIllegalTime},
		"time of nineteen digits":      {func(e *envelope) { e.Time = "9999999999999999999" }, opay.CodeIllegalTime},
		"data missing":                 {func(e *envelope) { e.Data = nil }, opay.CodeParameterError},
		"data not base64":              {func(e *envelope) { e.Data = "***" }, opay.CodeSignatureError},
		"data cut":                     {func(e *envelope) { e.Data = fmt.Sprint(e.Data)[:200] }, opay.CodeSignatureError},
		"data for another key":         {func(e *envelope) { e.Data = rawEncrypt(t, &strangerKey().PublicKey, good) }, opay.CodeSignatureError},
		"sign missing":                 {func(e *envelope) { e.Sign = nil }, opay.CodeParameterError},
		"sign by a stranger":           {func(e *envelope) { e.Sign = foreign }, opay.CodeSignatureError},
		"sign of another text":         {func(e *envelope) { e.Sign = rawSign(t, merchantKey(), "{}") }, opay.CodeSignatureError},
		"signed for another app":       {func(e *envelope) { e.AppID = otherApp }, opay.CodeSignatureError},
		"old time and a bad signature": {func(e *envelope) { e.Time, e.Sign = "1000000000000", foreign }, opay.CodeIllegalTime},
		"unknown app and a bad moment": {func(e *envelope) { e.Time, e.AppID = "1000000000000", "nobody" }, opay.CodeAppKeyUnknown},
		"padded base64 of the other alphabet": {func(e *envelope) {
			std := strings.NewReplacer("-", "+", "_", "/")
			e.Data, e.Sign = std.Replace(fmt.Sprint(e.Data))+"==", std.Replace(fmt.Sprint(e.Sign))+"=="
		}, opay.CodeOrderNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			e := b.sealed(good)
			tc.change(&e)
			r := b.send(pDetail, e)
			assert.Equal(t, string(tc.code), r.Code, r.Raw)
		})
	}
}

func TestCall_ChecksMethodContentTypeAndBody(t *testing.T) {
	b := newBench(t)
	body, err := json.Marshal(b.sealed(`{}`))
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		method, contentType string
		body                []byte
		code                opay.Code
	}{
		"GET":                   {http.MethodGet, "application/json", nil, opay.CodeMethodUnsupported},
		"PUT":                   {http.MethodPut, "application/json", body, opay.CodeMethodUnsupported},
		"a form":                {http.MethodPost, "application/x-www-form-urlencoded", body, opay.CodeMethodUnsupported},
		"no content type":       {http.MethodPost, "", body, opay.CodeMethodUnsupported},
		"JSON with a charset":   {http.MethodPost, "application/json; charset=utf-8", body, opay.CodeParameterError},
		"not JSON":              {http.MethodPost, "application/json", []byte("hello"), opay.CodeParameterError},
		"empty":                 {http.MethodPost, "application/json", nil, opay.CodeParameterError},
		"an array":              {http.MethodPost, "application/json", []byte(`[]`), opay.CodeParameterError},
		"a name twice":          {http.MethodPost, "application/json", []byte(`{"app_id":"a","app_id":"b"}`), opay.CodeParameterError},
		"more than the maximum": {http.MethodPost, "application/json", bytes.Repeat([]byte(" "), 70_000), opay.CodeParameterError},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), tc.method, b.http.URL+pBilling, bytes.NewReader(tc.body))
			require.NoError(t, err)
			if tc.contentType != "" {
				req.Header.Set("Content-Type", tc.contentType)
			}
			res, err := b.http.Client().Do(req)
			require.NoError(t, err)
			defer func() { _ = res.Body.Close() }()
			answer, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			r := b.read(res.StatusCode, answer)
			if name == "JSON with a charset" {
				assert.Equal(t, "0", r.Code, "a charset does no harm")
				return
			}
			assert.Equal(t, string(tc.code), r.Code, r.Raw)
		})
	}
	assert.Equal(t, "10020", b.send(pDetail, b.sealed(`["no object"]`)).Code)
	assert.Equal(t, "10020", b.send(pDetail, b.sealed(`{"orderNum":"1","ordernum":"2"}`)).Code)
}

func TestCall_WritesTheCodeAsTextAndAsNumber(t *testing.T) {
	b := newBench(t)
	num := b.order("A-1")
	seen := map[bool]bool{}
	for range 40 {
		r := b.detail(num)
		require.Equal(t, "0", r.Code)
		seen[r.CodeText] = true
	}
	require.Equal(t, map[bool]bool{true: true, false: true}, seen)
}

func TestOrderDetail_AnswersAllMembersOfThePlatformsSample(t *testing.T) {
	b := newBench(t)
	num := b.order("A-1", map[string]any{"orderAmount": "0.00012345", "payCoinSymbol": "BTC"})
	r := b.detail(num)
	require.Equal(t, "0", r.Code)
	var names []string
	dec := json.NewDecoder(strings.NewReader(r.Plain))
	_, err := dec.Token()
	require.NoError(t, err)
	for dec.More() {
		name, err := dec.Token()
		require.NoError(t, err)
		names = append(names, fmt.Sprint(name))
		var skip json.RawMessage
		require.NoError(t, dec.Decode(&skip))
	}
	require.Equal(t, []string{
		"totalAccount", "googleStatus", "appOrderId", "orderNum", "orderStatus", "userId", "isOpenMobileCheck", "orderAmount",
		"payCoinSymbol", "ctime", "appKey", "showPrecision",
	}, names)
	require.Equal(t, "btc", r.Fields["payCoinSymbol"])
	require.Equal(t, "1", r.Fields["orderStatus"])
	require.Equal(t, json.Number(alice), r.Fields["userId"])
	require.Equal(t, "0.00012345", r.Fields["orderAmount"])
	require.Equal(t, strconv.FormatInt(b.clock.Now().UnixMilli(), 10), r.Fields["ctime"])
	require.Equal(t, "8", r.Fields["showPrecision"])
	accounts := b.objects(r.Fields["totalAccount"])
	require.Equal(t, map[string]any{
		"accountName": "BTC", "accountType": json.Number("202001"), "accountBalance": json.Number("5"),
	}, accounts[0])
}

func TestOrderDetail_PadsTheAmountOfSomeOrders(t *testing.T) {
	b := newBench(t)
	forms := map[string]bool{}
	for i := range 24 {
		forms[text(b.detail(b.order(fmt.Sprint("A-", i))).Fields["orderAmount"])] = true
	}
	require.Equal(t, map[string]bool{"12.5": true, "12.500000": true}, forms)
}

func TestOrderDetail_Refusals(t *testing.T) {
	b := newBench(t)
	num := b.order("A-1")
	for name, tc := range map[string]struct {
		fields map[string]any
		code   opay.Code
	}{
		"orderNum missing":        {map[string]any{"appKey": testApp}, opay.CodeParameterError},
		"appKey missing":          {map[string]any{"orderNum": num}, opay.CodeParameterError},
		"appKey of another":       {map[string]any{"appKey": otherApp, "orderNum": num}, opay.CodeAppKeyIllegal},
		"unknown":                 {map[string]any{"appKey": testApp, "orderNum": "123"}, opay.CodeOrderNotFound},
		"our own id":              {map[string]any{"appKey": testApp, "orderNum": "A-1"}, opay.CodeOrderNotFound},
		"token that is not valid": {map[string]any{"appKey": testApp, "orderNum": num, "token": "x"}, opay.CodeTokenInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, string(tc.code), b.call(pDetail, tc.fields).Code)
		})
	}
}

func TestOrders_BelongToTheirApplication(t *testing.T) {
	b := newBench(t)
	num := b.order("A-1")
	plain := fmt.Sprintf(`{"appKey":%q,"orderNum":%q}`, otherApp, num)
	e := b.sealed(plain)
	e.AppID, e.Sign = otherApp, rawSign(t, strangerKey(), plain)
	require.Equal(t, "70001", b.send(pDetail, e).Code)
	require.Equal(t, "70001", b.send(pCancel, e).Code)
	o, _ := b.box.Order(num)
	require.Equal(t, opay.StatusPending, o.Status)
}

func TestReferenceOrder_FindsPaymentsAndRefunds(t *testing.T) {
	b := newBench(t)
	full, short := 0, 0
	for i := range 12 {
		ref := fmt.Sprint("A-", i)
		num := b.order(ref)
		r := b.call(pRef, map[string]any{"appKey": testApp, "appOrderId": ref})
		require.Equal(t, "0", r.Code)
		require.Equal(t, num, text(r.Fields["orderNum"]))
		if len(r.Fields) == 1 {
			short++
		} else {
			full++
			require.Equal(t, ref, r.Fields["appOrderId"])
		}
	}
	require.Positive(t, full)
	require.Positive(t, short)
	require.Equal(t, "70001", b.call(pRef, map[string]any{"appKey": testApp, "appOrderId": "none"}).Code)
	require.Equal(t, "10020", b.call(pRef, map[string]any{"appKey": testApp}).Code)
	require.Equal(t, "50001", b.call(pRef, map[string]any{"appKey": otherApp, "appOrderId": "A-1"}).Code)
}

func TestReferenceOrder_CanBeMissing(t *testing.T) {
	b := newBench(t, func(c *sandbox.Config) { c.Reference = sandbox.ReferenceRefused })
	require.Equal(t, "50007", b.call(pRef, map[string]any{"appKey": testApp, "appOrderId": "A-1"}).Code)

	b = newBench(t, func(c *sandbox.Config) { c.Reference = sandbox.ReferenceMissing })
	res, _, err := b.post(pRef, []byte("{}"))
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, res.StatusCode)
}

func TestCancel_OnlyPendingOrdersAtTheConfiguredAddresses(t *testing.T) {
	for name, tc := range map[string]struct {
		paths       sandbox.CancelPaths
		short, long bool
	}{
		"both":  {sandbox.CancelBoth, true, true},
		"short": {sandbox.CancelShort, true, false},
		"long":  {sandbox.CancelLong, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(c *sandbox.Config) { c.CancelPaths = tc.paths })
			for path, exists := range map[string]bool{pCancel: tc.short, pCancel2: tc.long} {
				if !exists {
					res, _, err := b.post(path, nil)
					require.NoError(t, err)
					require.Equal(t, http.StatusNotFound, res.StatusCode)
					continue
				}
				num := b.order("A" + strings.ReplaceAll(path, "/", "-"))
				r := b.call(path, map[string]any{"orderNum": num})
				require.Equal(t, "0", r.Code)
				require.Empty(t, r.Plain, "the answer has code and msg only")
				require.Equal(t, "0", text(b.detail(num).Fields["orderStatus"]))
				require.Equal(t, "70003", b.call(path, map[string]any{"orderNum": num}).Code, "closed already")
				paid := b.order("P" + strings.ReplaceAll(path, "/", "-"))
				require.NoError(t, b.box.Pay(paid))
				require.Equal(t, "70003", b.call(path, map[string]any{"orderNum": paid}).Code)
				require.Equal(t, "70001", b.call(path, map[string]any{"orderNum": "5"}).Code)
				require.Equal(t, "10020", b.call(path, map[string]any{}).Code)
			}
		})
	}
}

func TestRefund_MovesTheMerchantsMoney(t *testing.T) {
	b := newBench(t)
	refund := func(id, amount string, change map[string]any) result {
		fields := map[string]any{
			"appOrderId": id, "userId": alice, "orderAmount": amount, "payCoinSymbol": "USDT", "orderSceneType": "1", "assetType": "201",
		}
		maps.Copy(fields, change)
		return b.call(pRefund, fields)
	}
	require.Equal(t, "70006", refund("R-0", "1", nil).Code, "the merchant has nothing yet")
	require.NoError(t, b.box.Pay(b.order("A-1")))
	r := refund("R-1", "12.4", nil)
	require.Equal(t, "0", r.Code, r.Raw)
	left, err := b.box.MerchantBalance(testApp, "USDT")
	require.NoError(t, err)
	require.Equal(t, "0.1", left)
	back, err := b.box.Balance(alice, "USDT")
	require.NoError(t, err)
	require.Equal(t, "249999.9", back)

	num := text(r.Fields["orderNum"])
	require.Equal(t, "3", text(b.detail(num).Fields["orderStatus"]))
	require.ErrorIs(t, b.box.Pay(num), sandbox.ErrNotPending)
	require.Equal(t, "70003", b.call(pCancel, map[string]any{"orderNum": num}).Code)

	require.Equal(t, "70002", refund("R-1", "0.1", nil).Code, "a refund's id is used up")
	require.Equal(t, "70002", refund("A-1", "0.1", nil).Code, "payments and refunds share their ids")
	require.Equal(t, "70006", refund("R-2", "0.2", nil).Code)
	require.Equal(t, "70008", refund("R-2", "0", nil).Code)
	require.Equal(t, "70004", refund("R-2", "0.1", map[string]any{"userId": "7"}).Code)
	require.Equal(t, "50014", refund("R-2", "0.1", map[string]any{"assetType": "202"}).Code)
	require.Equal(t, "10020", refund("R-2", "0.1", map[string]any{"assetType": "x"}).Code)
	require.Equal(t, "10020", b.call(pRefund, map[string]any{"appOrderId": "R-3"}).Code)
}
