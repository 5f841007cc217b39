package sandbox_test

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

const flatSecret = "sandbox-0123456789abcdef"

// flatSign follows platform/api.md §5 with the standard library alone. Values are texts.
func flatSign(members map[string]string, secret string) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if name != "sign" {
			text.WriteString(name + members[name])
		}
	}
	sum := md5.Sum([]byte(text.String() + secret))
	return hex.EncodeToString(sum[:])
}

func newFlatBench(t *testing.T, profile opay.Profile) *bench {
	t.Helper()
	profile.Signing = opay.SigningMD5
	secret, err := opay.NewSecret(flatSecret)
	require.NoError(t, err)
	return newBench(t, func(c *sandbox.Config) {
		c.Profile, c.Keys, c.Apps = profile, nil, []sandbox.App{{AppID: testApp, Secret: secret}}
	})
}

// postFlat sends a body and returns the answer's code and data.
func (b *bench) postFlat(path, body string) (code string, data map[string]any) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.http.URL+path, strings.NewReader(body))
	require.NoError(b.t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(b.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(b.t, err)
	var answer struct {
		Code any            `json:"code"`
		Data map[string]any `json:"data"`
	}
	require.NoError(b.t, json.Unmarshal(text, &answer), string(text))
	return fmt.Sprint(answer.Code), answer.Data
}

func (b *bench) callFlat(path string, members map[string]string) (code string, data map[string]any) {
	b.t.Helper()
	if members["sign"] == "" {
		members["sign"] = flatSign(members, flatSecret)
	}
	body, err := json.Marshal(members)
	require.NoError(b.t, err)
	return b.postFlat(path, string(body))
}

func flatOrder(b *bench, id string) map[string]string {
	return map[string]string{
		"appKey": testApp, "appOrderId": id, "userId": alice, "orderAmount": "12.5", "payCoinSymbol": "USDT",
		"returnPage": "https://shop.example/r", "notifyPage": b.shop.URL + "/notify",
	}
}

func TestFlat_OrderPaidAndTold(t *testing.T) {
	b := newFlatBench(t, opay.Profile{Paths: opay.Paths{CreateOrder: "/old/create", Order: "/old/detail"}})
	code, data := b.callFlat("/old/create", flatOrder(b, "A-1"))
	require.Equal(t, "0", code)
	number := fmt.Sprint(data["orderNum"])
	require.Equal(t, flatSign(map[string]string{"orderNum": number}, flatSecret), data["sign"], "as in the samples")
	require.NoError(t, b.box.Pay(number))
	require.Equal(t, 1, b.deliver())
	var told map[string]any
	decoder := json.NewDecoder(strings.NewReader(b.shop.got()[0].Body))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&told))
	members := map[string]string{}
	for name, value := range told {
		members[name] = fmt.Sprint(value)
	}
	require.Equal(t, flatSign(members, flatSecret), members["sign"])
	require.Equal(t, []string{testApp, "A-1", number, "3"}, []string{members["appKey"], members["outOrderId"], members["orderNum"], members["orderStatus"]})
	code, data = b.callFlat("/old/detail", map[string]string{"appKey": testApp, "orderNum": number})
	require.Equal(t, []any{"0", "3"}, []any{code, fmt.Sprint(data["orderStatus"])})
	response, err := http.Post(b.http.URL+pCreate, "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusNotFound, response.StatusCode, "the usual path is not this platform's")
}

func TestFlat_Refusals(t *testing.T) {
	b := newFlatBench(t, opay.Profile{Time: opay.TimeSeconds})
	now, millis := strconv.FormatInt(b.clock.Now().Unix(), 10), strconv.FormatInt(b.clock.Now().UnixMilli(), 10)
	for name, row := range map[string]struct {
		members map[string]string
		want    string
	}{
		"good":                  {map[string]string{"appKey": testApp, "orderNum": "1", "time": now}, "70001"},
		"no application":        {map[string]string{"orderNum": "1", "time": now}, "50001"},
		"another application":   {map[string]string{"appKey": "nobody", "orderNum": "1", "time": now}, "50004"},
		"no time":               {map[string]string{"appKey": testApp, "orderNum": "1"}, "50010"},
		"milliseconds":          {map[string]string{"appKey": testApp, "orderNum": "1", "time": millis}, "50010"},
		"an old time":           {map[string]string{"appKey": testApp, "orderNum": "1", "time": strconv.FormatInt(b.clock.Now().Unix()-600, 10)}, "50010"},
		"a nonce":               {map[string]string{"appKey": testApp, "orderNum": "1", "time": now, "nonce": "N"}, "70001"},
		"a forged signature":    {map[string]string{"appKey": testApp, "orderNum": "1", "time": now, "sign": strings.Repeat("0", 32)}, "50005"},
		"another text's":        {map[string]string{"appKey": testApp, "orderNum": "1", "time": now, "sign": flatSign(map[string]string{"orderNum": "2"}, flatSecret)}, "50005"},
		"another secret's":      {map[string]string{"appKey": testApp, "orderNum": "1", "time": now, "sign": flatSign(map[string]string{"appKey": testApp, "orderNum": "1", "time": now}, "x")}, "50005"},
		"no hexadecimal digits": {map[string]string{"appKey": testApp, "orderNum": "1", "time": now, "sign": "sign"}, "50005"},
	} {
		code, data := b.callFlat(pDetail, row.members)
		require.Equal(t, row.want, code, name)
		require.Nil(t, data, name)
	}
	for name, body := range map[string]string{"no JSON": "appKey=" + testApp, "a list": "[]", "twice": `{"appKey":"app_one","appKey":"app_one"}`} {
		code, _ := b.postFlat(pDetail, body)
		require.Equal(t, "10020", code, name)
	}
	strict := newFlatBench(t, opay.Profile{Nonce: opay.NonceOmit})
	code, _ := strict.callFlat(pDetail, map[string]string{"appKey": testApp, "orderNum": "1", "nonce": "N"})
	require.Equal(t, "10020", code)
}

// No forged callback has the signature of its members.
func TestFlat_ForgedCallbacks(t *testing.T) {
	b := newFlatBench(t, opay.Profile{})
	code, data := b.callFlat(pCreate, flatOrder(b, "A-1"))
	require.Equal(t, "0", code)
	number := fmt.Sprint(data["orderNum"])
	ways := []string{sandbox.ForgeForeignKey, sandbox.ForgeUnsigned, sandbox.ForgeRandom, sandbox.ForgeTampered, sandbox.ForgeSwapped, sandbox.ForgePlain}
	for _, way := range ways {
		require.NoError(t, b.box.Notify(number, sandbox.Notice{OrderStatus: "3", PayAmount: "12.5", Forge: way}), way)
	}
	b.deliver()
	got := b.shop.got()
	require.Len(t, got, len(ways))
	for _, n := range got {
		var members map[string]string
		require.NoError(t, json.Unmarshal([]byte(n.Body), &members), n.Body)
		require.NotEqual(t, flatSign(members, flatSecret), members["sign"], n.Body)
	}
}

func TestFlat_PagesTellHowToSign(t *testing.T) {
	b := newFlatBench(t, opay.Profile{})
	for _, page := range []string{"/", "/help", "/traffic"} {
		recorder := httptest.NewRecorder()
		b.box.Handler().ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, page, nil))
		require.Equal(t, http.StatusOK, recorder.Code, page)
		require.NotContains(t, recorder.Body.String(), flatSecret, page)
		require.NotContains(t, recorder.Body.String(), "BEGIN PUBLIC KEY", page)
	}
}

func TestProfile_WhatASandboxRefuses(t *testing.T) {
	secret, err := opay.NewSecret(flatSecret)
	require.NoError(t, err)
	rsaApp, md5App := sandbox.App{AppID: testApp, Key: &merchantKey().PublicKey}, sandbox.App{AppID: testApp, Secret: secret}
	md5Profile := opay.Profile{Signing: opay.SigningMD5}
	for name, c := range map[string]sandbox.Config{
		"md5 without a secret":   {Profile: md5Profile, Apps: []sandbox.App{rsaApp}},
		"rsa with a secret":      {Keys: platformKey(), Apps: []sandbox.App{{AppID: testApp, Key: rsaApp.Key, Secret: secret}}},
		"rsa without keys":       {Apps: []sandbox.App{md5App}},
		"two calls at one path":  {Profile: opay.Profile{Signing: opay.SigningMD5, Paths: opay.Paths{Order: "/x", Refund: "/x"}}, Apps: []sandbox.App{md5App}},
		"the path of the pages":  {Profile: opay.Profile{Signing: opay.SigningMD5, Paths: opay.Paths{Order: "/"}}, Apps: []sandbox.App{md5App}},
		"a path of the control":  {Profile: opay.Profile{Signing: opay.SigningMD5, Paths: opay.Paths{Order: "/sandbox/api/orders"}}, Apps: []sandbox.App{md5App}},
		"a path with a wildcard": {Profile: opay.Profile{Signing: opay.SigningMD5, Paths: opay.Paths{Order: "/{x}"}}, Apps: []sandbox.App{md5App}},
		"an unknown value":       {Profile: opay.Profile{Signing: opay.SigningMD5, Time: "minutes"}, Apps: []sandbox.App{md5App}},
	} {
		_, err := sandbox.New(c)
		require.ErrorIs(t, err, sandbox.ErrConfig, name)
	}
}
