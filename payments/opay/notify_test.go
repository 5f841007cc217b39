package opay_test

import (
	"strings"
	"testing"

	"github.com/coincart/coincart/payments/opay"
)

// notification returns a body as the platform posts it.
func notification(tb testing.TB, platform *opay.Keyring, plain string) []byte {
	tb.Helper()
	return opay.Request{AppID: appID, Time: "1715310032123", Envelope: seal(tb, platform, plain)}.Encode()
}

func TestNotification_CheckedThenOpened(t *testing.T) {
	p, client := newClient(t)
	for plain, want := range map[string]opay.Notification{
		paid: {OutOrderID: "11321", OrderNum: "10000000002", Status: opay.StatusPaid, PayAmount: "10"},
		`{"outOrderId":11321,"orderNum":10000000002,"orderStatus":3,"payAmount":10.00000000,"returnUrl":"https://shop.example/r","new":{"a":[1]}}`: {
			OutOrderID: "11321", OrderNum: "10000000002", Status: opay.StatusPaid, PayAmount: "10", ReturnURL: "https://shop.example/r",
		},
		`{"outOrderId":"0011321","orderNum":1.0000000002E10,"orderStatus":3.0,"payAmount":1E+2}`: {
			OutOrderID: "0011321", OrderNum: "10000000002", Status: opay.StatusPaid, PayAmount: "100",
		},
		`{"outOrderId":"11321","orderNum":"2ae04ed9165624419bad68e9e0f3f29f","orderStatus":"03","payAmount":"3.3152E-4"}`: {
			OutOrderID: "11321", OrderNum: "2ae04ed9165624419bad68e9e0f3f29f", Status: opay.StatusPaid, PayAmount: "0.00033152",
		},
		`{"orderStatus":"0","payAmount":"0","orderNum":"1","outOrderId":"a"}`: {OutOrderID: "a", OrderNum: "1", Status: opay.StatusClosed, PayAmount: "0"},
	} {
		body := notification(t, p.keys, plain)
		for _, contentType := range []string{"application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"} {
			sealed, err := client.CheckNotification(contentType, body)
			noError(t, err)
			got, err := client.OpenNotification(sealed)
			noError(t, err)
			equal(t, got, want, "notification")
		}
	}
}

func TestNotification_DigestIsTheSameForEveryDelivery(t *testing.T) {
	p, client := newClient(t)
	first, err := client.CheckNotification("application/json", notification(t, p.keys, paid))
	noError(t, err)
	again, err := client.CheckNotification("application/json", notification(t, p.keys, paid))
	noError(t, err)
	if first.Envelope.Data == again.Envelope.Data {
		t.Error("the second delivery was not encrypted anew")
	}
	equal(t, first.Digest, again.Digest, "digest")
	other, err := client.CheckNotification("application/json", notification(t, p.keys, change(paid, `"3"`, `"1"`)))
	noError(t, err)
	if other.Digest == first.Digest {
		t.Error("another result has the same digest")
	}
}

func TestVectors_NotificationsOfThePlatform(t *testing.T) {
	v := loadVectors(t)
	merchant, _ := v.rings(t)
	client, err := opay.New(opay.Config{BaseURL: "https://service.example.com", AppID: appID, Keys: merchant})
	noError(t, err)
	found := 0
	for _, vec := range v.ToMerchant {
		if !strings.HasPrefix(vec.Name, "notify") {
			continue
		}
		found++
		sealed, err := client.CheckNotification("application/json", opay.Request{AppID: appID, Time: "1", Envelope: opay.Envelope{Data: vec.DataStd, Sign: vec.SignStd}}.Encode())
		noError(t, err)
		n, err := client.OpenNotification(sealed)
		noError(t, err)
		equal(t, n.OutOrderID+" "+n.OrderNum, "11321 10000000002", vec.Name)
		equal(t, n.PayAmount.Equal("10"), true, vec.Name)
	}
	equal(t, found, 4, "notifications among the vectors")
}

func TestCheckNotification_Shape(t *testing.T) {
	p, client := newClient(t)
	good := string(notification(t, p.keys, paid))
	e := seal(t, p.keys, paid)
	for name, body := range map[string]string{
		"empty": "", "HTML": "<html>", "list": "[]", "words": `"x"`,
		"another app":       change(good, appID, "yyy"),
		"app in other case": change(good, appID, "XXX_XXX"),
		"no app_id":         change(good, `"app_id"`, `"app"`),
		"APP_ID":            change(good, `"app_id"`, `"APP_ID"`),
		"app_id twice":      change(good, `{`, `{"app_id":"yyy",`),
		"App_id beside":     change(good, `{`, `{"App_id":"yyy",`),
		"no data":           change(good, `"data"`, `"dat"`),
		"no sign":           change(good, `"sign"`, `"sig"`),
		"no time":           change(good, `"time"`, `"tim"`),
		"time in words":     change(good, "1715310032123", "now"),
		"time below zero":   change(good, "1715310032123", "-1"),
		"time and a half":   change(good, "1715310032123", "1715310032123.5"),
		"data is an object": change(good, `"data":"`+good[strings.Index(good, `"data":"`)+8:strings.Index(good, `","sign"`)]+`"`, `"data":{}`),
		"trailing data":     good + "{}",
		"line break":        change(good, `"data":"`, `"data":"\r\n`),
		"17 blocks":         string(notification(t, p.keys, strings.Repeat("x", 16*245+1))),
		"16 KiB and a byte": good + strings.Repeat(" ", opay.MaxNotificationBytes+1-len(good)),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.CheckNotification("application/json", []byte(body))
			isError(t, err, opay.ErrShape)
			isNotError(t, err, opay.ErrSignature, opay.ErrEnvelope)
		})
	}
	for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json;charset=gbk", "application/jsonx", "text/html; application/json", ";"} {
		_, err := client.CheckNotification(contentType, []byte(good))
		isError(t, err, opay.ErrShape)
	}
	full := good + strings.Repeat(" ", opay.MaxNotificationBytes-len(good))
	_, err := client.CheckNotification("application/json", []byte(full))
	noError(t, err)
	for _, time := range []string{`1.715310032123E12`, `"1.715310032123E12"`, `"01715310032123"`, `1715310032123.0`} {
		sealed, err := client.CheckNotification("application/json", []byte(change(good, `"1715310032123"`, time)))
		noError(t, err)
		equal(t, sealed.Time, "1715310032123", time)
	}
	numeric := `{"app_id":"xxx_xxx","time":1715310032,"data":"` + e.Data + `","sign":"` + e.Sign + `","version":2}`
	_, err = client.CheckNotification("application/json", []byte(numeric))
	noError(t, err)
}

func TestCheckNotification_ForgedSignaturesNeedNoPrivateKey(t *testing.T) {
	p, client := newClient(t)
	merchantKey, strangerKey := key(t, "merchant"), key(t, "stranger")
	e := seal(t, p.keys, paid)
	ours, err := opay.NewKeyring(merchantKey, &key(t, "platform").PublicKey)
	noError(t, err)
	for name, forged := range map[string]opay.Envelope{
		"a stranger's":      seal(t, ring(t, strangerKey, merchantKey), paid),
		"our own signature": {Data: e.Data, Sign: seal(t, ours, paid).Sign},
		"random":            {Data: e.Data, Sign: encode(randomBytes(t, 256))},
		"a bit changed":     {Data: e.Data, Sign: encode(flipped(decode(t, e.Sign), 7))},
		"zero":              {Data: e.Data, Sign: encode(make([]byte, 256))},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.CheckNotification("application/json", opay.Request{AppID: appID, Time: "1", Envelope: forged}.Encode())
			isError(t, err, opay.ErrSignature)
		})
	}
}

// A message that passes the pre-check, but was not sealed by the platform in one
// piece, fails with ErrEnvelope when it is opened.
func TestOpenNotification_RefusesWhatThePreCheckCannotSee(t *testing.T) {
	p, client := newClient(t)
	closed := change(paid, `"3"`, `"0"`)
	mixed := opay.Envelope{Data: seal(t, p.keys, paid).Data, Sign: seal(t, p.keys, closed).Sign}
	check := func(e opay.Envelope) error {
		sealed, err := client.CheckNotification("application/json", opay.Request{AppID: appID, Time: "1", Envelope: e}.Encode())
		noError(t, err)
		n, err := client.OpenNotification(sealed)
		equal(t, n, opay.Notification{}, "notification")
		return err
	}
	isError(t, check(mixed), opay.ErrEnvelope)
	for name, plain := range map[string]string{
		"not JSON": "paid", "list": "[" + paid + "]", "empty": "{}", "twice": change(paid, `{`, `{"orderStatus":"1",`), "other case": change(paid, `{`, `{"ORDERSTATUS":"1",`),
		"only other case": change(paid, `"orderStatus"`, `"orderstatus"`),
		"status 4":        change(paid, `"3"`, `"4"`), "status null": change(paid, `"3"`, `null`), "status true": change(paid, `"3"`, `true`), "status 3.5": change(paid, `"3"`, `3.5`),
		"too large": change(paid, `"10"`, `1e18`), "too small": change(paid, `"10"`, `"1E-19"`), "negative": change(paid, `"10"`, `-10`), "no amount": change(paid, `"payAmount"`, `"amount"`), "comma": change(paid, `"10"`, `"10,0"`),
		"no orderNum": change(paid, `"10000000002"`, `""`), "no outOrderId": change(paid, `"outOrderId"`, `"appOrderId"`), "markup as id": change(paid, `"11321"`, `"<b>"`),
		"trailing": paid + "x", "invalid UTF-8": change(paid, "11321", "\xff"),
	} {
		t.Run(name, func(t *testing.T) {
			err := check(seal(t, p.keys, plain))
			isError(t, err, opay.ErrEnvelope)
			isNotError(t, err, opay.ErrShape, opay.ErrSignature)
		})
	}
	sealed, err := client.CheckNotification("application/json", notification(t, p.keys, paid))
	noError(t, err)
	sealed.AppID = "another"
	_, err = client.OpenNotification(sealed)
	isError(t, err, opay.ErrShape)
}

func TestAcknowledgement(t *testing.T) {
	equal(t, string(opay.Acknowledgement()), `{"code":"0","msg":"success","data":"success"}`, "acknowledgement")
	opay.Acknowledgement()[0] = 'x'
	equal(t, opay.Acknowledgement()[0], '{', "a caller cannot change it")
}

func TestRequestAndResponse_WrittenAndRead(t *testing.T) {
	r := opay.Request{AppID: "a<b", Time: "1715310032123", Envelope: opay.Envelope{Data: "AA", Sign: "BB"}}
	equal(t, string(r.Encode()), `{"app_id":"a<b","data":"AA","sign":"BB","time":"1715310032123"}`, "request")
	back, err := opay.ParseRequest(r.Encode())
	noError(t, err)
	equal(t, back, r, "request read")
	_, err = opay.ParseRequest([]byte(strings.Repeat(" ", opay.MaxRequestBytes) + string(r.Encode())))
	isError(t, err, opay.ErrShape)

	refused := opay.Response{Code: opay.CodeIllegalAmount, Msg: "illegal amount"}
	equal(t, string(refused.Encode()), `{"code":"70008","msg":"illegal amount"}`, "refusal")
	success := opay.Response{Code: opay.CodeOK, Msg: "success", Envelope: opay.Envelope{Data: "AA", Sign: "BB"}}
	for _, want := range []opay.Response{refused, success} {
		got, err := opay.ParseResponse(want.Encode())
		noError(t, err)
		equal(t, got, want, "response read")
	}
}
