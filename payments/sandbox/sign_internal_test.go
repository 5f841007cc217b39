package sandbox

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

// Every text that the vectors' platform signed gets the same signature here, byte for byte.
func TestSeal_SignsAllVectorsAsThePlatformDid(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(moduleRoot(t), "..", "shared", "vectors", "envelope-2048.json"))
	if os.IsNotExist(err) {
		t.Skip("the vectors are not beside the project: ../shared/vectors/envelope-2048.json")
	}
	require.NoError(t, err)
	var v struct {
		MerchantPublic  string `json:"merchant_public"`
		PlatformPrivate string `json:"platform_private"`
		ToMerchant      []struct {
			Name  string `json:"name"`
			Plain string `json:"plain"`
			Sign  string `json:"sign"`
		} `json:"to_merchant"`
	}
	require.NoError(t, json.Unmarshal(content, &v))
	require.NotEmpty(t, v.ToMerchant)
	der, err := base64.RawURLEncoding.DecodeString(v.PlatformPrivate)
	require.NoError(t, err)
	platform, err := x509.ParsePKCS8PrivateKey(der)
	require.NoError(t, err)
	der, err = base64.RawURLEncoding.DecodeString(v.MerchantPublic)
	require.NoError(t, err)
	merchant, err := x509.ParsePKIXPublicKey(der)
	require.NoError(t, err)
	private, ok := platform.(*rsa.PrivateKey)
	require.True(t, ok)
	public, ok := merchant.(*rsa.PublicKey)
	require.True(t, ok)
	s, err := New(Config{Keys: private, Apps: []App{{AppID: "xxx_xxx", Key: public}}})
	require.NoError(t, err)
	for _, example := range v.ToMerchant {
		e, err := s.seal(Callback{AppID: "xxx_xxx", Plain: example.Plain}, "")
		require.NoError(t, err)
		require.Equal(t, example.Sign, e.Sign, example.Name)
	}
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		require.NotEqual(t, filepath.Dir(dir), dir, "no go.mod above the test")
		dir = filepath.Dir(dir)
	}
}

func TestUnits_TextAndArithmeticAreExact(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "0.000": "0", "10": "10", "10.50": "10.5", "0.000000000000000001": "0.000000000000000001",
		"999999999999999999.999999999999999999": "999999999999999999.999999999999999999",
	} {
		u, err := parseDecimal(text)
		require.NoError(t, err)
		require.Equal(t, want, u.String())
	}
	for _, text := range []string{"", "-1", "+1", "1e3", ".5", "5.", "01", "1,000", "NaN", "0.0000000000000000001"} {
		_, err := parseDecimal(text)
		require.Error(t, err, text)
	}
	a, err := parseDecimal("0.1")
	require.NoError(t, err)
	b, err := parseDecimal("0.2")
	require.NoError(t, err)
	require.Equal(t, "0.3", a.Add(b).String())
	require.Equal(t, "-0.1", a.Sub(b).String())
	require.Equal(t, "0.1", a.String(), "the operands stay")
	require.True(t, fits(a, 1))
	require.False(t, fits(a, 0))
	require.Equal(t, "0", decimal.Decimal{}.String())
	for text, want := range map[string]string{"1234567.5": "1,234,567.5", "123": "123", "1000": "1,000"} {
		u, err := parseDecimal(text)
		require.NoError(t, err)
		require.Equal(t, want, grouped(u))
	}
}

func TestLedger_MovesWholeAmountsAndKeepsTheSum(t *testing.T) {
	l := newLedger()
	require.NoError(t, l.put("a", map[string]string{"BTC": "0.00000002"}))
	require.NoError(t, l.put("b", nil))
	require.ErrorContains(t, l.put("c", map[string]string{"BTC": "x"}), "balance of c in BTC")
	one, err := parseDecimal("0.00000001")
	require.NoError(t, err)
	require.NoError(t, l.move("a", "b", "BTC", one))
	require.NoError(t, l.move("a", "b", "BTC", one))
	require.ErrorIs(t, l.move("a", "b", "BTC", one), ErrInsufficientBalance)
	require.Equal(t, "0", l.balance("a", "BTC").String())
	require.Equal(t, "0.00000002", l.balance("b", "BTC").String())
	require.ErrorIs(t, l.move("b", "a", "ETH", one), ErrInsufficientBalance)
}

func TestRecent_ForgetsTheOldest(t *testing.T) {
	r := newRecent[int](3)
	for i := range 100 {
		r.put(string(rune('a'+i%26))+string(rune('a'+i/26)), i)
		require.LessOrEqual(t, len(r.order), 6)
	}
	var kept []int
	r.each(func(_ string, v int) { kept = append(kept, v) })
	require.Equal(t, []int{97, 98, 99}, kept)
}

func TestReturnAddress_OnlyHTTPSOrLoopback(t *testing.T) {
	c := &Config{}
	for text, good := range map[string]bool{
		"https://shop.example/r": true, "https://shop.example:8443/r": true, "http://127.0.0.1:8080/r": true, "http://localhost/r": true,
		"http://[::1]:8080/r": true, "http://shop.example/r": false, "//shop.example/r": false, "/r": false, "ftp://shop.example/": false,
		"https://shop.example/r#x": false, "https://u:p@shop.example/r": false, "https:///r": false, "https://a b/r": false,
		"https://shop.example;x/r": false, "http://127.0.0.1.evil.example/r": false, "http://localhost.evil.example/": false,
	} {
		_, err := c.returnAddress(text)
		require.Equal(t, good, err == nil, text)
	}
}

func TestMayReturnTo_RegisteredAddressesAndBelow(t *testing.T) {
	registered := App{Addresses: []string{"https://shop.example/payments"}}
	local := App{}
	for text, want := range map[string][2]bool{
		"https://shop.example/payments":               {true, false},
		"https://shop.example/payments/connected":     {true, false},
		"https://shop.example/payments/../admin":      {false, false},
		"https://shop.example/paymentsevil":           {false, false},
		"https://shop.example/":                       {false, false},
		"https://shop.example:444/payments":           {false, false},
		"http://shop.example/payments":                {false, false},
		"https://evil.example/payments":               {false, false},
		"https://evil.example/shop.example/payments/": {false, false},
		"http://127.0.0.1:8080/connected":             {false, true},
	} {
		u, err := parseAddress(text)
		require.NoError(t, err)
		require.Equal(t, want, [2]bool{registered.mayReturnTo(u), local.mayReturnTo(u)}, text)
	}
}
