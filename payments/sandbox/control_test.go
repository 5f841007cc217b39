package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/sandbox"
)

// control calls the control API as curl does.
func (b *bench) control(method, path, body string, into any) int {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.http.URL+"/sandbox/api"+path, strings.NewReader(body))
	require.NoError(b.t, err)
	res, err := b.http.Client().Do(req)
	require.NoError(b.t, err)
	defer func() { _ = res.Body.Close() }()
	require.Equal(b.t, "application/json", res.Header.Get("Content-Type"))
	answer, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	if into != nil {
		require.NoError(b.t, json.Unmarshal(answer, into), "%s", answer)
	}
	return res.StatusCode
}

func TestControl_OrdersAndWhatIsDoneToThem(t *testing.T) {
	b := newBench(t)
	first, second := b.order("A-1"), b.order("A-2")
	var orders []sandbox.Order
	require.Equal(t, 200, b.control("GET", "/orders", "", &orders))
	require.Equal(t, []string{second, first}, []string{orders[0].OrderNum, orders[1].OrderNum}, "newest first")
	var o sandbox.Order
	require.Equal(t, 200, b.control("POST", "/orders/"+first+"/pay", "", &o))
	require.Equal(t, "3", string(o.Status))
	require.Equal(t, 409, b.control("POST", "/orders/"+first+"/pay", "", nil))
	require.Equal(t, 200, b.control("POST", "/orders/"+second+"/fail", "", &o))
	require.Equal(t, 409, b.control("POST", "/orders/"+second+"/close", "", nil))
	require.Equal(t, 200, b.control("POST", "/orders/"+second+"/pay-late", "", &o))
	require.Equal(t, "3", string(o.Status))
	require.Equal(t, 404, b.control("POST", "/orders/5/pay", "", nil))
	require.Equal(t, 404, b.control("POST", "/orders/"+first+"/dance", "", nil))
	require.Equal(t, 200, b.control("GET", "/orders/"+first, "", &o))
	require.Equal(t, "A-1", o.AppOrderID)
	require.Equal(t, 404, b.control("GET", "/orders/5", "", nil))
	require.Equal(t, 200, b.control("GET", "/orders?appOrderId=A-2&status=3&limit=1", "", &orders))
	require.Len(t, orders, 1)
	require.Equal(t, 200, b.control("GET", "/orders?status=1", "", &orders))
	require.Empty(t, orders)

	require.Equal(t, 200, b.control("POST", "/orders/"+first+"/notify", `{"payAmount":"0","times":2}`, nil))
	require.Equal(t, 400, b.control("POST", "/orders/"+first+"/notify", `{"amount":"0"}`, nil))
	require.Equal(t, 422, b.control("POST", "/orders/"+first+"/notify", `{"forge":"magic"}`, nil))
	var sent struct{ Tries int }
	require.Equal(t, 200, b.control("POST", "/deliver", "", &sent))
	require.Equal(t, 5, sent.Tries)
	var callbacks []sandbox.Callback
	require.Equal(t, 200, b.control("GET", "/callbacks?limit=2", "", &callbacks))
	require.Len(t, callbacks, 2)
	require.Equal(t, 200, b.control("POST", "/callbacks/"+callbacks[0].ID+"/replay", "", nil))
	require.Equal(t, 404, b.control("POST", "/callbacks/cb-99/replay", "", nil))
	var traffic []sandbox.Exchange
	require.Equal(t, 200, b.control("GET", "/traffic?limit=3", "", &traffic))
	require.Len(t, traffic, 3)
	require.True(t, traffic[0].Callback)
}

func TestControl_Faults(t *testing.T) {
	b := newBench(t)
	var faults sandbox.Faults
	require.Equal(t, 200, b.control("GET", "/faults", "", &faults))
	require.NotNil(t, faults)
	body := `[{"kind":"slow","delay":"7.9s","percent":20},{"kind":"refuse","code":"10005","call":"cancelOrder","times":3}]`
	require.Equal(t, 200, b.control("PUT", "/faults", body, &faults))
	written, err := json.Marshal(b.box.Faults())
	require.NoError(t, err)
	require.JSONEq(t, body, string(written), "what is read is what was put")
	for _, bad := range []string{`[{"kind":"x"}]`, `[{"kind":"slow","delay":"x"}]`, `{}`, `[{"kind":"slow","speed":1}]`, `[] []`, `[`} {
		status := b.control("PUT", "/faults", bad, nil)
		require.Contains(t, []int{400, 422}, status, bad)
	}
	require.Len(t, b.box.Faults(), 2)
	require.Equal(t, 200, b.control("DELETE", "/faults", "", &faults))
	require.Empty(t, b.box.Faults())
}

func TestControl_InfoUsersAndLogin(t *testing.T) {
	b := newBench(t)
	var info sandbox.Info
	require.Equal(t, 200, b.control("GET", "/info", "", &info))
	require.Equal(t, b.http.URL, info.BaseURL)
	require.Contains(t, info.PlatformKey, "BEGIN PUBLIC KEY")
	require.Equal(t, testApp, info.Apps[0].AppID)
	openID, err := b.box.OpenID(testApp, alice)
	require.NoError(t, err)
	require.Equal(t, openID, info.Apps[0].OpenIDs[alice])
	require.Equal(t, "/platform/pay.html", info.Paths["pay"])
	require.Equal(t, pCreate, info.Paths["createThirdOrder"])

	var user sandbox.User
	require.Equal(t, 200, b.control("PUT", "/users/"+bob, `{"balances":{"USDT":"7.5"},"frozen":true}`, &user))
	require.True(t, user.Frozen)
	require.Equal(t, "7.5", user.Balances["USDT"])
	require.Equal(t, 200, b.control("PUT", "/users/"+bob, `{"frozen":false}`, &user))
	require.False(t, user.Frozen)
	require.Equal(t, 404, b.control("PUT", "/users/1", `{}`, nil))
	require.Equal(t, 422, b.control("PUT", "/users/"+bob, `{"balances":{"USDT":"-1"}}`, nil))
	require.Equal(t, 422, b.control("PUT", "/users/"+bob, `{"balances":{"DOGE":"1"}}`, nil))
	var users []sandbox.User
	require.Equal(t, 200, b.control("GET", "/users", "", &users))
	require.Equal(t, []string{"Alice", "Bob", "Carol"}, []string{users[0].Name, users[1].Name, users[2].Name})

	var login struct{ Code string }
	require.Equal(t, 200, b.control("POST", "/login", `{"appKey":"app_one","userId":"22033390"}`, &login))
	require.Equal(t, "0", b.call(pToken, map[string]any{"code": login.Code}).Code)
	require.Equal(t, 404, b.control("POST", "/login", `{"appKey":"x","userId":"22033390"}`, nil))
	require.Equal(t, 404, b.control("GET", "/nothing", "", nil))
	require.Equal(t, 404, b.control("DELETE", "/users", "", nil))
}
