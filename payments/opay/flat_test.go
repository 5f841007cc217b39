package opay_test

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

const flatText = "0123456789abcdef0123456789abcdef"

func flatSecret(tb testing.TB, others ...string) *opay.Secret {
	tb.Helper()
	s, err := opay.NewSecret(flatText, others...)
	noError(tb, err)
	return s
}

// inFlat reports whether a test runs below TestFlat_TheSameStories.
func inFlat(tb testing.TB) bool {
	tb.Helper()
	return strings.HasPrefix(tb.Name(), "TestFlat_TheSameStories/")
}

// The stories of the client do not depend on the form of the messages. Left out are
// those that read the envelope or list the members of a request.
func TestFlat_TheSameStories(t *testing.T) {
	for name, story := range map[string]func(*testing.T){
		"refuses bad requests":         TestCreateOrder_RefusesBadRequestsBeforeSending,
		"answer for another order":     TestCreateOrder_AnswerForAnotherOrderIsUnknown,
		"existing order":               TestCreateOrder_ExistingOrderIsARefusalThatSaysSo,
		"answers that do not fit":      TestOrder_AnswersThatDoNotFitAreUnknown,
		"names the member":             TestOrder_NamesTheMemberThatCannotBeRead,
		"every form of an order":       TestOrder_EveryFormOfTheSameOrder,
		"ids as text":                  TestOrder_IDsThatComeAsTextStayAsTheyAre,
		"by reference":                 TestOrderByRef,
		"cancel, short then long":      TestCancel_ShortPathThenLongIsRemembered,
		"cancel, short":                TestCancel_ShortPathWhereItExists,
		"cancel, neither":              TestCancel_LongPathIsNotRememberedIfItIsMissingToo,
		"cancel, given path":           TestCancel_GivenPathIsTheOnlyOne,
		"refund":                       TestRefund,
		"concurrent":                   TestClient_IsSafeForConcurrentUse,
		"refused":                      TestOutcome_Refused,
		"context":                      TestContext_CancelledBeforeIsNotSentAndDuringIsUnknown,
		"retries":                      TestRetries_ReadsOnly,
		"statement, empty day":         TestStatement_EmptyDay,
		"statement, every form":        TestStatement_EveryFormOfTheSameLine,
		"statement, unreadable line":   TestStatement_UnreadableLineCostsOnlyItself,
		"statement, told apart":        TestStatement_UnreadableLinesAreToldApart,
		"statement, goes on":           TestStatementLines_GoOnBehindAnUnreadableLine,
		"statement, refuses":           TestStatement_RefusesBadRequestsBeforeSending,
		"statement, largest page":      TestStatement_LargestPage,
		"statement, every page once":   TestStatementLines_ReadsEveryPageOnce,
		"statement, default and break": TestStatementLines_DefaultPageAndEarlyBreak,
		"statement, shift":             TestStatementLines_ShiftIsFound,
		"sign-in":                      TestExchange,
		"refresh":                      TestRefreshToken,
		"secrets":                      TestSecrets_AreNeverPrinted,
	} {
		t.Run(name, story)
	}
}

// The platform's own example of its first signature, word for word.
func TestSecret_SignsThePlatformsExample(t *testing.T) {
	s, err := opay.NewSecret(strings.Repeat("x", 17))
	noError(t, err)
	o, err := opay.ParseObject([]byte(`{"symbol":"ltcbtc","appKey":"0816016bb06417f50327e2b557d39aaa","sign":"a169740d0588141ef70b71cf11ff8bf3","time":"1522055680"}`))
	noError(t, err)
	sign, err := s.Sign(o)
	noError(t, err)
	equal(t, sign, "82d38bae5fc727feea4f7a96c7db0492", "sign")
}

// The signatures were made with md5sum in a shell.
func TestFlat_EveryCallSendsSignedMembers(t *testing.T) {
	p, client := newFlatClient(t)
	for _, path := range []string{opay.PathCreateOrder, opay.PathRefund, opay.PathCancel, opay.PathOrder, opay.PathOrderByRef, opay.PathStatement, opay.PathExchange, opay.PathRefreshToken} {
		p.on(path, refusal(opay.CodeNoPermission, ""))
	}
	ctx := t.Context()
	for _, c := range []struct {
		path, body string
		call       func() error
	}{
		{
			opay.PathCreateOrder,
			`{"appKey":"xxx_xxx","appOrderId":"` + ownID + `","openId":"2ae04ed9165624419bad68e9e0f3f29fbd","orderAmount":"0.00012345","orderSceneType":"1000011",` +
				`"payCoinSymbol":"BTC","returnPage":"https://shop.example/payments/return/R1","notifyPage":"https://shop.example/payments/notify","token":"t0ken",` +
				`"goods":"[{\"name\":\"商品 <1>\",\"desc\":\"a & b\"}]","sign":"9cb0c9f2710ce2262a6e72154fbfd3a3"}`,
			func() error { _, err := client.CreateOrder(ctx, createRequest()); return err },
		},
		{
			opay.PathOrder, `{"appKey":"xxx_xxx","orderNum":"10000000002","sign":"e1a8be75499e60a0963a78a348ab7bfb"}`,
			func() error { _, err := client.Order(ctx, "10000000002", ""); return err },
		},
		{
			opay.PathStatement, `{"appKey":"xxx_xxx","orderType":"1","day":"2026-11-20","pageNum":"1","pageSize":"200","sign":"5cd03d8b3955a53198699991c6cf36e2"}`,
			func() error {
				_, err := client.Statement(ctx, opay.StatementRequest{Day: "2026-11-20", OrderType: "1", Page: 1, PageSize: 200})
				return err
			},
		},
		{
			opay.PathCancel, `{"appKey":"xxx_xxx","orderNum":"10000000002","sign":"e1a8be75499e60a0963a78a348ab7bfb"}`,
			func() error { return client.Cancel(ctx, "10000000002") },
		},
		{
			opay.PathRefund,
			`{"appKey":"xxx_xxx","appOrderId":"` + ownID + `","userId":"22033390","orderAmount":"0.5","payCoinSymbol":"USDT","assetType":"201","sign":"8362db215cbdb5ba675764818bde5d63"}`,
			func() error {
				_, err := client.Refund(ctx, opay.RefundRequest{AppOrderID: ownID, Payer: opay.Payer{UserID: "22033390"}, Amount: "0.5", Coin: "usdt", AssetType: "201"})
				return err
			},
		},
		{
			opay.PathExchange, `{"appKey":"xxx_xxx","code":"c0de","sign":"fa74c7e617fa8fec8351502dfa9d4069"}`,
			func() error { _, err := client.Exchange(ctx, "c0de"); return err },
		},
		{
			opay.PathRefreshToken, `{"appKey":"xxx_xxx","openId":"o1","token":"t1","refreshToken":"r1","sign":"cf81d1cec501e99aeec897ef2e309ece"}`,
			func() error {
				_, err := client.RefreshToken(ctx, opay.Grant{OpenID: "o1", Token: "t1", RefreshToken: "r1"})
				return err
			},
		},
	} {
		err := c.call()
		code, _ := opay.CodeOf(err)
		equal(t, code, opay.CodeNoPermission, c.path)
		equal(t, p.last().path, c.path, "path")
		equal(t, p.last().plain, c.body, c.path)
		equal(t, p.last().header.Get("Content-Type"), "application/json", "content type")
	}
}

func newFlatClient(t *testing.T, change ...func(*opay.Config)) (*platform, *opay.Client) {
	t.Helper()
	p, _ := newPlatform(t)
	p.secret = flatSecret(t)
	config := opay.Config{
		BaseURL: p.server.URL, AppID: appID, Secret: p.secret, Profile: opay.Profile{Signing: opay.SigningMD5}, Retries: -1,
		Now: func() time.Time { return time.UnixMilli(1715310032123) },
	}
	for _, c := range change {
		c(&config)
	}
	client, err := opay.New(config)
	noError(t, err)
	return p, client
}

const (
	flatPaid     = `{"appKey":"xxx_xxx","outOrderId":"11321","orderNum":"10000000002","orderStatus":"3","payAmount":"10","returnUrl":"https://shop.example/r","sign":"` + flatPaidSign + `"}`
	flatPaidSign = "b5b240c9746cc00be6ce8c7c36a043af"
)

// The signatures were made with md5sum in a shell.
func TestFlatNotification_CheckedThenOpened(t *testing.T) {
	_, client := newFlatClient(t)
	want := opay.Notification{OutOrderID: "11321", OrderNum: "10000000002", Status: opay.StatusPaid, PayAmount: "10", ReturnURL: "https://shop.example/r"}
	bare, exponent := want, want
	bare.ReturnURL, exponent.PayAmount = "", "100"
	for name, c := range map[string]struct {
		body string
		want opay.Notification
	}{
		"texts":                    {flatPaid, want},
		"sign in capitals":         {change(flatPaid, flatPaidSign, strings.ToUpper(flatPaidSign)), want},
		"another order of members": {`{"sign":"` + flatPaidSign + `", "returnUrl":"https:\/\/shop.example\/r","payAmount":10,"orderStatus":3,"orderNum":10000000002,"outOrderId":11321,"appKey":"xxx_xxx"}`, want},
		"null is not signed":       {change(flatPaid, `{`, `{"goods":null,`), want},
		"a number as it is written": {
			`{"appKey":"xxx_xxx","outOrderId":11321,"orderNum":10000000002,"orderStatus":3,"payAmount":1E+2,"returnUrl":"https://shop.example/r","notifyType":"opay","sign":"56f9b18a8ef00a4a42e4326768747683"}`,
			exponent,
		},
		"an empty text that is signed": {change(change(flatPaid, "https://shop.example/r", ""), flatPaidSign, "4f373a5ff7d81126b09fdd62ff0b2694"), bare},
		"and one that is not":          {change(change(flatPaid, "https://shop.example/r", ""), flatPaidSign, "a40813b5589f4d9bd44c1db631e6da09"), bare},
	} {
		t.Run(name, func(t *testing.T) {
			sealed, err := client.CheckNotification("application/json;charset=UTF-8", []byte(c.body))
			noError(t, err)
			got, err := client.OpenNotification(sealed)
			noError(t, err)
			equal(t, got, c.want, "notification")
			equal(t, sealed.Time, "", "time")
		})
	}
}

func TestFlatNotification_Refused(t *testing.T) {
	_, client := newFlatClient(t)
	for name, c := range map[string]struct {
		body string
		want error
	}{
		"empty":                {"", opay.ErrShape},
		"a list":               {"[" + flatPaid + "]", opay.ErrShape},
		"trailing data":        {flatPaid + "{}", opay.ErrShape},
		"a member twice":       {change(flatPaid, `{`, `{"orderStatus":"1",`), opay.ErrShape},
		"in another case":      {change(flatPaid, `{`, `{"ORDERSTATUS":"1",`), opay.ErrShape},
		"Sign beside":          {change(flatPaid, `"sign"`, `"Sign"`), opay.ErrShape},
		"APPKEY":               {change(flatPaid, `"appKey"`, `"APPKEY"`), opay.ErrShape},
		"no appKey":            {change(flatPaid, `"appKey":"xxx_xxx",`, ``), opay.ErrShape},
		"another application":  {change(flatPaid, `xxx_xxx`, `yyy_yyy`), opay.ErrShape},
		"an object":            {change(flatPaid, `{`, `{"a":{},`), opay.ErrShape},
		"an array":             {change(flatPaid, `{`, `{"a":[],`), opay.ErrShape},
		"a name with a space":  {change(flatPaid, `{`, `{"a b":"",`), opay.ErrShape},
		"no sign":              {change(flatPaid, `,"sign":"`+flatPaidSign+`"`, ``), opay.ErrShape},
		"an empty sign":        {change(flatPaid, flatPaidSign, ``), opay.ErrShape},
		"a short sign":         {change(flatPaid, flatPaidSign, flatPaidSign[:30]), opay.ErrShape},
		"no hexadecimal":       {change(flatPaid, flatPaidSign, strings.Repeat("g", 32)), opay.ErrShape},
		"sign as a number":     {change(flatPaid, `"`+flatPaidSign+`"`, strings.Repeat("1", 32)), opay.ErrSignature},
		"time in words":        {change(flatPaid, `{`, `{"time":"now",`), opay.ErrSignature},
		"16 KiB and a byte":    {flatPaid + strings.Repeat(" ", opay.MaxNotificationBytes+1-len(flatPaid)), opay.ErrShape},
		"invalid UTF-8":        {change(flatPaid, "11321", "\xff"), opay.ErrShape},
		"another status":       {change(flatPaid, `"3"`, `"1"`), opay.ErrSignature},
		"another amount":       {change(flatPaid, `"10"`, `"10.0"`), opay.ErrSignature},
		"a member more":        {change(flatPaid, `{`, `{"extra":"1",`), opay.ErrSignature},
		"true":                 {change(flatPaid, `{`, `{"extra":true,`), opay.ErrSignature},
		"a member less":        {change(flatPaid, `,"returnUrl":"https://shop.example/r"`, ``), opay.ErrSignature},
		"another secret":       {change(flatPaid, flatPaidSign, "028aec7687247ddfbb37bc8c725b5a3b"), opay.ErrSignature},
		"without the secret":   {change(flatPaid, flatPaidSign, "a4433cfaeac5475c5b980c6f345ec579"), opay.ErrSignature},
		"an RSA notification":  {string(opay.Request{AppID: appID, Time: "1", Envelope: opay.Envelope{Data: "AA", Sign: "AA"}}.Encode()), opay.ErrShape},
		"a signature of zeros": {change(flatPaid, flatPaidSign, strings.Repeat("0", 32)), opay.ErrSignature},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.CheckNotification("application/json", []byte(c.body))
			isError(t, err, c.want)
			lacks(t, err.Error(), flatText, "the error")
		})
	}
	for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json;charset=gbk"} {
		_, err := client.CheckNotification(contentType, []byte(flatPaid))
		isError(t, err, opay.ErrShape)
	}
	_, rsaClient := newClient(t)
	_, err := rsaClient.CheckNotification("application/json", []byte(flatPaid))
	isError(t, err, opay.ErrShape)
}

// While the secret changes, both count for what arrives, and the first signs.
func TestSecret_TwoWhileItChanges(t *testing.T) {
	const next = "fedcba9876543210fedcba9876543210"
	changing := flatSecret(t, next)
	both := func(c *opay.Config) { c.Secret = changing }
	_, client := newFlatClient(t, both)
	coming, err := opay.NewSecret(next)
	noError(t, err)
	o, err := opay.ParseObject([]byte(flatPaid))
	noError(t, err)
	sign, err := coming.Sign(o)
	noError(t, err)
	old, err := client.CheckNotification("application/json", []byte(flatPaid))
	noError(t, err)
	fresh, err := client.CheckNotification("application/json", []byte(change(flatPaid, flatPaidSign, sign)))
	noError(t, err)
	equal(t, fresh.Digest, old.Digest, "the digest does not depend on the secret")
	_, err = client.OpenNotification(fresh)
	noError(t, err)
	signed, err := changing.Sign(o)
	noError(t, err)
	equal(t, signed, flatPaidSign, "the first signs")
	third, err := opay.NewSecret(strings.Repeat("z", 16))
	noError(t, err)
	sign, err = third.Sign(o)
	noError(t, err)
	_, err = client.CheckNotification("application/json", []byte(change(flatPaid, flatPaidSign, sign)))
	isError(t, err, opay.ErrSignature)
	equal(t, changing.String(), "secret(2)", "how it prints")
}

// A message that is signed and says something impossible fails when it is opened.
func TestFlatNotification_RefusesWhatTheCheckCannotSee(t *testing.T) {
	_, client := newFlatClient(t)
	sign := func(fields ...opay.Field) []byte {
		return flatSecret(t).Seal(append(fields, opay.Field{Name: "appKey", Value: appID})...)
	}
	for name, body := range map[string][]byte{
		"nothing":       sign(),
		"no status":     sign(opay.Field{Name: "outOrderId", Value: "1"}, opay.Field{Name: "orderNum", Value: "1"}, opay.Field{Name: "payAmount", Value: "1"}),
		"status 4":      sign(opay.Field{Name: "outOrderId", Value: "1"}, opay.Field{Name: "orderNum", Value: "1"}, opay.Field{Name: "payAmount", Value: "1"}, opay.Field{Name: "orderStatus", Value: "4"}),
		"amount below":  sign(opay.Field{Name: "outOrderId", Value: "1"}, opay.Field{Name: "orderNum", Value: "1"}, opay.Field{Name: "payAmount", Value: "-1"}, opay.Field{Name: "orderStatus", Value: "3"}),
		"markup as id":  sign(opay.Field{Name: "outOrderId", Value: "<b>"}, opay.Field{Name: "orderNum", Value: "1"}, opay.Field{Name: "payAmount", Value: "1"}, opay.Field{Name: "orderStatus", Value: "3"}),
		"no outOrderId": sign(opay.Field{Name: "orderNum", Value: "1"}, opay.Field{Name: "payAmount", Value: "1"}, opay.Field{Name: "orderStatus", Value: "3"}),
	} {
		t.Run(name, func(t *testing.T) {
			sealed, err := client.CheckNotification("application/json", body)
			noError(t, err)
			_, err = client.OpenNotification(sealed)
			isError(t, err, opay.ErrEnvelope)
		})
	}
	sealed, err := client.CheckNotification("application/json", []byte(flatPaid))
	noError(t, err)
	for name, spoil := range map[string]func(*opay.SealedNotification){
		"data of another": func(s *opay.SealedNotification) { s.Envelope.Data = encode([]byte(change(flatPaid, `"3"`, `"0"`))) },
		"no base64":       func(s *opay.SealedNotification) { s.Envelope.Data = "{}" },
		"nothing":         func(s *opay.SealedNotification) { s.Envelope.Data = "" },
	} {
		stored := sealed
		spoil(&stored)
		_, err := client.OpenNotification(stored)
		if err == nil {
			t.Errorf("%s: opened", name)
		}
		isError(t, err, opay.ErrEnvelope)
	}
	sealed.AppID = "another"
	_, err = client.OpenNotification(sealed)
	isError(t, err, opay.ErrShape)
}

// What is signed has no separators, so a signature fits every way of cutting the
// text into names and values. None of the other ways is a notification.
func TestFlatNotification_AnotherCutOfASignedTextIsNone(t *testing.T) {
	_, client := newFlatClient(t)
	for name, body := range map[string]string{
		"status into the number": `{"appKey":"xxx_xxx","orderNum":"10000000002orderStatus3","outOrderId":"11321","payAmount":"10","returnUrl":"https://shop.example/r","sign":"` + flatPaidSign + `"}`,
		"all in one":             `{"appKey":"xxx_xxx","orderNum":"10000000002orderStatus3outOrderId11321payAmount10returnUrlhttps://shop.example/r","sign":"` + flatPaidSign + `"}`,
		"amount into the id":     `{"appKey":"xxx_xxx","orderNum":"10000000002","orderStatus":"3","outOrderId":"11321payAmount10","returnUrl":"https://shop.example/r","sign":"` + flatPaidSign + `"}`,
		"amount cut short":       `{"appKey":"xxx_xxx","orderNum":"10000000002","orderStatus":"3","outOrderId":"11321","payAmount1":"0","returnUrl":"https://shop.example/r","sign":"` + flatPaidSign + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			sealed, err := client.CheckNotification("application/json", []byte(body))
			noError(t, err) // the signature cannot tell them apart
			_, err = client.OpenNotification(sealed)
			isError(t, err, opay.ErrEnvelope)
		})
	}
}

func TestFlatNotification_DigestIsTheSameForEveryDelivery(t *testing.T) {
	_, client := newFlatClient(t)
	first, err := client.CheckNotification("application/json", []byte(flatPaid))
	noError(t, err)
	again, err := client.CheckNotification("application/json", []byte(" "+change(flatPaid, flatPaidSign, strings.ToUpper(flatPaidSign))))
	noError(t, err)
	equal(t, again.Digest, first.Digest, "digest")
	lacks(t, fmt.Sprintf("%+v", first), flatText, "a notification")
}

func TestSecret_CanBeChangedAndIsNeverPrinted(t *testing.T) {
	const next = "fedcba9876543210fedcba9876543210"
	during, err := opay.NewSecret(next, flatText)
	noError(t, err)
	o, err := opay.ParseObject([]byte(flatPaid))
	noError(t, err)
	noError(t, during.Verify(o))
	sign, err := during.Sign(o)
	noError(t, err)
	equal(t, sign, "028aec7687247ddfbb37bc8c725b5a3b", "signed with the first")
	for _, text := range []string{fmt.Sprint(during), fmt.Sprintf("%+v %#v %s", during, during, during), during.LogValue().String()} {
		lacks(t, text, next, "the secret")
		lacks(t, text, flatText, "the secret")
	}
	_, err = json.Marshal(during)
	isError(t, err, opay.ErrRedacted)
	for _, bad := range []string{"", "short", "fifteen letters", strings.Repeat("x", 257), flatText + "\n", flatText + " x", "ключключключключ"} {
		_, err := opay.NewSecret(bad)
		isError(t, err, opay.ErrKey)
		_, err = opay.NewSecret(flatText, bad)
		isError(t, err, opay.ErrKey)
	}
}

// An answer is not signed. Everything else is held against it.
func TestFlat_AnswersThatAreUnknown(t *testing.T) {
	p, client := newFlatClient(t)
	rsaAnswer := string(opay.Response{Code: "0", Envelope: seal(t, p.keys, `{"orderNum":"1"}`)}.Encode())
	for name, answer := range map[string]string{
		"empty": "", "HTML": "<html>", "a list": `[{"code":"0"}]`, "truncated": `{"code":"0","data":{"orderNum":"1"`, "no code": `{"data":{"orderNum":"1"}}`,
		"code in words": `{"code":"success","data":{"orderNum":"1"}}`, "code twice": `{"code":"0","code":"0","data":{"orderNum":"1"}}`,
		"CODE beside": `{"code":"0","CODE":"70001","data":{"orderNum":"1"}}`, "DATA": `{"code":"0","DATA":{"orderNum":"1"}}`, "data twice": `{"code":"0","data":{"orderNum":"1"},"data":{}}`,
		"no data": `{"code":"0"}`, "null": `{"code":"0","data":null}`, "text": `{"code":"0","data":"{\"orderNum\":\"1\"}"}`, "array": `{"code":"0","data":[{"orderNum":"1"}]}`,
		"an envelope": rsaAnswer, "trailing data": `{"code":"0","data":{"orderNum":"1"}}{}`, "no orderNum": `{"code":"0","data":{}}`,
		"a name twice in data": `{"code":"0","data":{"orderNum":"1","orderNum":"2"}}`, "in another case": `{"code":"0","data":{"orderNum":"1","ORDERNUM":"2"}}`,
		"too deep": `{"code":"0","data":{"orderNum":"1","x":[[[[[[1]]]]]]}}`, "invalid UTF-8": `{"code":"0","data":{"orderNum":"1","x":"` + "\xff" + `"}}`,
		"too large": `{"code":"0","msg":"` + strings.Repeat("x", 1<<20) + `","data":{"orderNum":"1"}}`, "another order's": `{"code":"0","data":{"orderNum":"1","appOrderId":"another"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			p.on(opay.PathCreateOrder, plainAnswer(http.StatusOK, answer))
			created, err := client.CreateOrder(t.Context(), createRequest())
			isError(t, err, opay.ErrUnknownOutcome)
			isNotError(t, err, opay.ErrUnreachable)
			equal(t, created, opay.CreatedOrder{}, "order")
		})
	}
	for _, answer := range []string{`{"code":"0"}`, `{"code":0,"msg":null,"data":null}`, `{"code":"0","data":[]}`, `{"code":"0","data":""}`, `{"code":"0","data":{"orderNum":"7","sign":"x"}}`} {
		p.on(opay.PathCancel, plainAnswer(http.StatusOK, answer))
		noError(t, client.Cancel(t.Context(), "7"))
	}
	p.on(opay.PathCancel, plainAnswer(http.StatusOK, `{"code":"0","data":{"orderNum":"8"}}`))
	isError(t, client.Cancel(t.Context(), "7"), opay.ErrUnknownOutcome)
}

func TestProfile_TimeAndNonceOfARequest(t *testing.T) {
	for name, c := range map[string]struct {
		profile opay.Profile
		names   string
		time    string
	}{
		"rsa":              {opay.Profile{}, "nonce,appKey,orderNum", "1715310032123"},
		"rsa, seconds":     {opay.Profile{Time: opay.TimeSeconds}, "nonce,appKey,orderNum", "1715310032"},
		"rsa, no nonce":    {opay.Profile{Nonce: opay.NonceOmit}, "appKey,orderNum", "1715310032123"},
		"md5":              {opay.Profile{Signing: opay.SigningMD5}, "appKey,orderNum,sign", ""},
		"md5, seconds":     {opay.Profile{Signing: opay.SigningMD5, Time: opay.TimeSeconds}, "appKey,orderNum,time,sign", "1715310032"},
		"md5, nonce, time": {opay.Profile{Signing: opay.SigningMD5, Time: opay.TimeMilliseconds, Nonce: opay.NonceSend}, "appKey,nonce,orderNum,time,sign", "1715310032123"},
	} {
		t.Run(name, func(t *testing.T) {
			maker := newClient
			if c.profile.Signing == opay.SigningMD5 {
				maker = func(tb testing.TB, change ...func(*opay.Config)) (*platform, *opay.Client) {
					tb.Helper()
					return newFlatClient(t, change...)
				}
			}
			p, client := maker(t, func(config *opay.Config) { config.Profile = c.profile })
			p.on(opay.PathOrder, p.success(detail))
			_, err := client.Order(t.Context(), "10000000002", "")
			noError(t, err)
			equal(t, strings.Join(p.last().object.Names(), ","), c.names, "members")
			equal(t, p.last().request.Time, c.time, "time")
			p.on(opay.PathCreateOrder, p.success(`{"orderNum":"1"}`))
			_, err = client.CreateOrder(t.Context(), createRequest())
			noError(t, err)
			if strings.Contains(p.last().plain, "nonce") {
				t.Error("an own id needs no nonce")
			}
		})
	}
}

func TestProfile_EveryPathCanDiffer(t *testing.T) {
	paths := map[string]string{}
	for _, call := range []string{"createThirdOrder", "orderDetail", "getReferenceOrder", "merchantBillingDay", "refundOrder", "cancelOrder", "token", "refreshToken", "pay", "login"} {
		paths[call] = "/v9/" + call
	}
	text, err := json.Marshal(map[string]any{"paths": paths})
	noError(t, err)
	profile, err := opay.ParseProfile(text)
	noError(t, err)
	p, client := newClient(t, func(c *opay.Config) { c.Profile = profile })
	for _, path := range paths {
		p.on(path, refusal(opay.CodeNoPermission, ""))
	}
	ctx := t.Context()
	_, err = client.CreateOrder(ctx, createRequest())
	isRefused(t, err)
	_, err = client.Order(ctx, "1", "")
	isRefused(t, err)
	_, err = client.OrderByRef(ctx, ownID)
	isRefused(t, err)
	_, err = client.Statement(ctx, opay.StatementRequest{})
	isRefused(t, err)
	_, err = client.Refund(ctx, opay.RefundRequest{AppOrderID: ownID, Payer: opay.Payer{UserID: "1"}, Amount: "1", Coin: "BTC"})
	isRefused(t, err)
	isRefused(t, client.Cancel(ctx, "1"))
	_, err = client.Exchange(ctx, "code")
	isRefused(t, err)
	_, err = client.RefreshToken(ctx, opay.Grant{OpenID: "o", Token: "t", RefreshToken: "r"})
	isRefused(t, err)
	var asked []string
	for _, e := range p.requests() {
		asked = append(asked, e.path)
	}
	pay, err := client.PayURL(opay.PayPage{OrderNum: "1", Payer: opay.Payer{UserID: "1"}})
	noError(t, err)
	login, err := client.LoginURL("https://shop.example/connected", ownID)
	noError(t, err)
	for _, address := range []string{pay, login} {
		path, _, _ := strings.Cut(strings.TrimPrefix(address, p.server.URL), "?")
		asked = append(asked, path)
	}
	slices.Sort(asked)
	equal(t, strings.Join(asked, " "), strings.Join(slices.Sorted(maps.Values(paths)), " "), "paths")
}

func isRefused(t *testing.T, err error) {
	t.Helper()
	if code, _ := opay.CodeOf(err); code != opay.CodeNoPermission {
		t.Errorf("not the refusal of the path: %v", err)
	}
}

func TestParseProfile(t *testing.T) {
	whole := opay.Profile{
		About: "Made by hand, 2026-11-20 <&>", Signing: opay.SigningMD5, Time: opay.TimeSeconds, Nonce: opay.NonceSend, PayLink: opay.PayLinkAnswer,
		Paths: opay.Paths{Pay: "/pay.html", Cancel: "/opay/cancelOrder"},
	}
	for _, p := range []opay.Profile{{}, whole, {Paths: opay.Paths{Order: "/x"}}, whole.WithDefaults(), opay.Profile{}.WithDefaults()} {
		got, err := opay.ParseProfile(p.Encode())
		noError(t, err)
		equal(t, got, p, "profile")
	}
	equal(t, opay.Profile{}.WithDefaults().Paths.Cancel, "", "both paths of cancelOrder stay possible")
	for text, says := range map[string]string{
		`{"signing":"sha256"}`: "signing", `{"signing":"RSA"}`: "signing", `{"signing":1}`: "signing", `{"Signing":"md5"}`: `"Signing"`, `{"time":"minutes"}`: "time",
		`{"time":"none"}`: "time", `{"signing":"rsa","time":"none"}`: "time", `{"nonce":true}`: "nonce", `{"nonce":"maybe"}`: "nonce", `{"payLink":"h5Url"}`: "payLink",
		`{"secret":"0123456789abcdef0123456789abcdef"}`: `unknown member "secret"`, `{"paths":"/x"}`: `"paths"`, `{"paths":{"pay":7}}`: `"pay"`,
		`{"paths":{"pays":"/x"}}`: `"pays"`, `{"paths":{"pay":"pay.html"}}`: "pay", `{"paths":{"pay":"//evil.example/pay"}}`: "pay", `{"paths":{"orderDetail":"/x?y"}}`: "orderDetail",
		`{"paths":{"login":"/\\evil.example"}}`: "login", `{"signing":"md5","signing":"rsa"}`: "twice", `[]`: "object", ``: "syntax", `{} {}`: "syntax",
		`{"about":"` + strings.Repeat("x", 2001) + `"}`: "about", `{"about":"` + strings.Repeat("x", 16<<10) + `"}`: "larger",
	} {
		_, err := opay.ParseProfile([]byte(text))
		isError(t, err, opay.ErrProfile)
		contains(t, err.Error(), says)
		lacks(t, err.Error(), flatText, "the error")
	}
}

func TestNew_RefusesASignerThatDoesNotFitItsSecrets(t *testing.T) {
	merchant, _ := rings(t)
	secret := flatSecret(t)
	md5Profile := opay.Profile{Signing: opay.SigningMD5}
	for name, c := range map[string]opay.Config{
		"md5 without a secret": {Profile: md5Profile},
		"md5 with keys":        {Profile: md5Profile, Secret: secret, Keys: merchant},
		"md5 with keys only":   {Profile: md5Profile, Keys: merchant},
		"rsa with a secret":    {Keys: merchant, Secret: secret},
		"rsa without keys":     {Secret: secret},
		"unknown signing":      {Keys: merchant, Profile: opay.Profile{Signing: "none"}},
		"rsa without time":     {Keys: merchant, Profile: opay.Profile{Time: opay.TimeNone}},
	} {
		c.BaseURL, c.AppID = "https://service.example.com", appID
		_, err := opay.New(c)
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
		isError(t, err, opay.ErrInvalidRequest)
	}
	_, err := opay.New(opay.Config{BaseURL: "http://service.example.com", AppID: appID, Secret: secret, Profile: md5Profile})
	isError(t, err, opay.ErrInvalidRequest) // nothing but TLS protects an answer
	client, err := opay.New(opay.Config{BaseURL: "https://service.example.com", AppID: appID, Secret: secret, Profile: md5Profile})
	noError(t, err)
	lacks(t, fmt.Sprintf("%v %+v %#v", client, client, client), flatText, "the client")
}

func TestPayLink_OnlyOnThePlatformsOrigin(t *testing.T) {
	p, client := newClient(t, func(c *opay.Config) { c.Profile.PayLink = opay.PayLinkAnswer })
	origin, host := p.server.URL, strings.TrimPrefix(p.server.URL, "http://")
	const usual, params = "/platform/pay.html", "appKey=xxx_xxx&orderNum=1&userId=22033390"
	for answer, want := range map[string]struct{ page, problem string }{
		`{"orderNum":"1"}`:                                                               {usual + "?" + params, ""},
		`{"orderNum":"1","payUrl":"","h5Url":null}`:                                      {usual + "?" + params, ""},
		`{"orderNum":"1","payUrl":"` + origin + `/h5/pay"}`:                              {"/h5/pay?" + params, ""},
		`{"orderNum":"1","payUrl":"","h5Url":"` + origin + `/h5"}`:                       {"/h5?" + params, ""},
		`{"orderNum":"1","payUrl":"` + origin + `/p","h5Url":"https://evil/"}`:           {"/p?" + params, ""},
		`{"orderNum":"1","payUrl":"/h5/pay?lang=en&orderNum=1&token=x"}`:                 {"/h5/pay?appKey=xxx_xxx&lang=en&orderNum=1&userId=22033390", ""},
		`{"orderNum":"1","payUrl":"` + origin + `/p?openId=o&userId=9&appKey=z"}`:        {"/p?" + params, ""},
		`{"orderNum":"1","payUrl":"https://evil.example/p"}`:                             {usual + "?" + params, "origin"},
		`{"orderNum":"1","payUrl":"//evil.example/p"}`:                                   {usual + "?" + params, "origin"},
		`{"orderNum":"1","payUrl":"https://` + host + `/p"}`:                             {usual + "?" + params, "origin"},
		`{"orderNum":"1","payUrl":"` + origin + `0/p"}`:                                  {usual + "?" + params, "origin"},
		`{"orderNum":"1","payUrl":"` + origin + `.evil.example/p"}`:                      {usual + "?" + params, "not an address"},
		`{"orderNum":"1","payUrl":"http://u:p@` + host + `/p"}`:                          {usual + "?" + params, "origin"},
		`{"orderNum":"1","payUrl":"javascript:alert(1)"}`:                                {usual + "?" + params, "origin"},
		`{"orderNum":"1","payUrl":"/\\evil.example/p"}`:                                  {usual + "?" + params, "not an address"},
		`{"orderNum":"1","payUrl":"` + origin + `//evil.example/p"}`:                     {usual + "?" + params, "unusual path"},
		`{"orderNum":"1","payUrl":"` + origin + `/p#/pay"}`:                              {usual + "?" + params, "fragment"},
		`{"orderNum":"1","payUrl":"` + origin + `/p?orderNum=2"}`:                        {usual + "?" + params, "another order"},
		`{"orderNum":"1","payUrl":"` + origin + `/p?%zz"}`:                               {usual + "?" + params, "query"},
		`{"orderNum":"1","payUrl":"` + origin + `/p?` + strings.Repeat("x", 1000) + `"}`: {usual + "?" + params, "unusual path"},
		`{"orderNum":"1","payUrl":"` + origin + `/a b"}`:                                 {usual + "?" + params, "not an address"},
	} {
		p.on(opay.PathCreateOrder, p.success(answer))
		created, err := client.CreateOrder(t.Context(), createRequest())
		noError(t, err)
		page, err := client.PayURL(opay.PayPage{OrderNum: "1", Payer: opay.Payer{UserID: "22033390"}, PayLink: created.PayLink})
		noError(t, err)
		equal(t, page, origin+want.page, answer)
		if want.problem == "" {
			equal(t, created.PayLinkProblem, "", answer)
		}
		contains(t, created.PayLinkProblem, want.problem)
	}
	_, err := client.PayURL(opay.PayPage{OrderNum: "1", Payer: opay.Payer{UserID: "1"}, PayLink: "//evil.example/p"})
	isError(t, err, opay.ErrInvalidRequest)

	// Unless the profile says so, the address of an answer counts for nothing.
	p, client = newClient(t)
	p.on(opay.PathCreateOrder, p.success(`{"orderNum":"1","payUrl":"`+p.server.URL+`/h5","PAYURL":"x"}`))
	_, err = client.CreateOrder(t.Context(), createRequest())
	isError(t, err, opay.ErrUnknownOutcome) // the same name twice
	p.on(opay.PathCreateOrder, p.success(`{"orderNum":"1","PayUrl":"`+p.server.URL+`/h5"}`))
	created, err := client.CreateOrder(t.Context(), createRequest())
	noError(t, err)
	equal(t, created, opay.CreatedOrder{OrderNum: "1"}, "order")
	page, err := client.PayURL(opay.PayPage{OrderNum: "1", Payer: opay.Payer{UserID: "1"}, PayLink: "/h5"})
	noError(t, err)
	contains(t, page, "/platform/pay.html?")
}

// Whatever arrives, what passes is signed with the secret by a reading of its own.
func FuzzFlatNotification(f *testing.F) {
	for _, seed := range []string{flatPaid, `{}`, `{"appKey":"xxx_xxx","sign":"` + strings.Repeat("0", 32) + `"}`, `{"appKey":"xxx_xxx","a":null,"b":true,"c":1e5,"sign":"x"}`} {
		f.Add([]byte(seed))
	}
	secret, err := opay.NewSecret(flatText)
	noError(f, err)
	client, err := opay.New(opay.Config{BaseURL: "https://service.example.com", AppID: appID, Secret: secret, Profile: opay.Profile{Signing: opay.SigningMD5}})
	noError(f, err)
	f.Fuzz(func(t *testing.T, body []byte) {
		if o, err := opay.ParseObject(body); err == nil {
			checkSigned(t, client, secret, o)
		}
		sealed, err := client.CheckNotification("application/json", body)
		if err != nil {
			return
		}
		var members map[string]json.RawMessage
		noError(t, json.Unmarshal(body, &members))
		var signed strings.Builder
		for _, name := range slices.Sorted(maps.Keys(members)) {
			var text string
			if raw := members[name]; name == "sign" || string(raw) == "null" {
				continue
			} else if json.Unmarshal(raw, &text) != nil {
				text = string(raw)
			}
			if text != "" {
				signed.WriteString(name + text)
			}
		}
		sum := md5.Sum([]byte(signed.String() + flatText))
		if strings.EqualFold(hex.EncodeToString(sum[:]), sealed.Envelope.Sign) {
			return
		}
		if !strings.Contains(string(body), `""`) {
			t.Errorf("accepted %q", body)
		}
	})
}

// checkSigned signs an object and expects that it passes.
func checkSigned(t *testing.T, client *opay.Client, secret *opay.Secret, o opay.Object) {
	t.Helper()
	sign, err := secret.Sign(o)
	if err != nil {
		return
	}
	fields := []opay.Field{{Name: "sign", Value: sign}}
	for _, name := range o.Names() {
		value, isText := o.Text(name)
		if !isText || name == "sign" {
			return
		}
		fields = append(fields, opay.Field{Name: name, Value: value})
	}
	body := opay.EncodeFields(fields...)
	written, err := opay.ParseObject(body)
	if err != nil {
		return
	}
	if err := secret.Verify(written); err != nil && o.Exact("sign") == nil {
		t.Errorf("%s is not accepted: %v", body, err)
	}
	_, _ = client.CheckNotification("application/json", body)
}

// Whatever a profile says, it is read the same when it was written.
func FuzzParseProfile(f *testing.F) {
	f.Add([]byte(`{"about":"x","signing":"md5","time":"seconds","nonce":"send","payLink":"answer","paths":{"pay":"/pay.html"}}`))
	f.Add([]byte(`{"paths":{}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := opay.ParseProfile(text)
		if err != nil {
			return
		}
		again, err := opay.ParseProfile(p.Encode())
		noError(t, err)
		equal(t, again, p, "profile")
		noError(t, p.WithDefaults().Check())
	})
}
