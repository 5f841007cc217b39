package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// Whatever arrives at the API, the answer is a refusal in JSON and nothing has happened.
func FuzzCall(f *testing.F) {
	f.Add([]byte(`{"app_id":"app_one","data":"AAAA","sign":"AAAA","time":"1"}`))
	f.Add([]byte(`{"app_id":1,"time":-1}`))
	f.Add([]byte(`[`))
	box, err := sandbox.New(sandbox.Config{Keys: platformKey(), Apps: []sandbox.App{{AppID: testApp, Key: &merchantKey().PublicKey}}})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPost, pCreate, strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		box.Handler().ServeHTTP(w, r)
		answer, err := opay.ParseResponse(w.Body.Bytes())
		require.NoError(t, err)
		require.NotEqual(t, opay.CodeOK, answer.Code)
		require.True(t, answer.Code.Known())
		require.Empty(t, box.Orders())
	})
}

// Whatever members a signed createThirdOrder has, the answer is a documented one and the ledger stays sound.
func FuzzCreate(f *testing.F) {
	f.Add("A-1", "22033390", "12.5", "USDT", "https://shop.example/r", "https://shop.example/n", `[{"name":"x"}]`, "1")
	f.Add("A-1", "", "1e9", "", "javascript:x", "file:///", `[`, "x")
	box, err := sandbox.New(sandbox.Config{Keys: platformKey(), Apps: []sandbox.App{{AppID: testApp, Key: &merchantKey().PublicKey}}, MaxOrders: 50})
	require.NoError(f, err)
	ring, err := opay.NewKeyring(merchantKey(), &platformKey().PublicKey)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, id, uid, amount, coin, returnPage, notifyPage, goods, scene string) {
		plain, err := json.Marshal(map[string]string{
			"appOrderId": id, "userId": uid, "orderAmount": amount, "payCoinSymbol": coin, "returnPage": returnPage, "notifyPage": notifyPage,
			"goods": goods, "orderSceneType": scene,
		})
		require.NoError(t, err)
		e, err := ring.Seal(plain)
		require.NoError(t, err)
		body := opay.Request{AppID: testApp, Time: strconv.FormatInt(time.Now().UnixMilli(), 10), Envelope: e}.Encode()
		r := httptest.NewRequest(http.MethodPost, pCreate, strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		box.Handler().ServeHTTP(w, r)
		answer, err := opay.ParseResponse(w.Body.Bytes())
		require.NoError(t, err)
		require.True(t, answer.Code.Known())
		if o, ok := box.OrderByAppID(id); ok && answer.Code == opay.CodeOK {
			require.NoError(t, box.Close(o.OrderNum))
			page := httptest.NewRecorder()
			box.Handler().ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/orders/"+o.OrderNum, nil))
			require.Equal(t, http.StatusOK, page.Code)
		}
	})
}
