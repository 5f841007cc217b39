package main

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cents writes an exact number with two digits, rounded half up; "" for less than nothing, which no amount is.
func cents(r *big.Rat) string {
	if r.Sign() < 0 {
		return ""
	}
	return r.FloatString(2) // halves go away from zero
}

func rat(t *testing.T, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	require.True(t, ok, text)
	return r
}

// rounded is a number as an amount of money.
func rounded(t *testing.T, r *big.Rat) *big.Rat {
	t.Helper()
	return rat(t, cents(r))
}

func TestE2E_CouponDeliveryAndTaxAgreeEverywhere(t *testing.T) {
	d := startDemo(t, nil)
	v := newVisitor(t, "en")
	checkout(v, d.shop)
	cart := v.get(d.shop+"/cart").submit("/cart/coupon", map[string]string{"coupon": "welcome10"})

	goods := rat(t, "48") // two mugs at 24.00
	discount := rounded(t, new(big.Rat).Mul(goods, rat(t, "0.1")))
	rest := new(big.Rat).Sub(goods, discount)
	tax := rounded(t, new(big.Rat).Mul(rest, rat(t, "0.0725")))
	delivery := rat(t, "6.50")
	total := new(big.Rat).Add(new(big.Rat).Add(rest, delivery), tax)
	shown := []string{"$" + cents(goods), say("totals.less", "Amount", "$"+cents(discount)), "$" + cents(delivery), "$" + cents(tax), "$" + cents(total)}

	cart = cart.submit("/cart/place", map[string]string{"country": "US", "region": "CA"})
	form := cart.follow("/checkout")
	placed := form.submit("/checkout", toNewYork(map[string]string{
		"email": "ada@example.org", "coin": "USDT", "payer_uid": alice, "region": "CA", "city": "Sacramento", "postcode": "95814",
	}))
	order, _ := pay(placed)
	pages := map[string]string{
		"cart": cart.text, "checkout": form.text, "order": ownOrder(order).text,
	}
	for i, letter := range letters(t, d.data, "ada@example.org") {
		pages["mail "+string(rune('a'+i))] = letter
	}
	require.Len(t, pages, 3+2*2, "two mails of two parts each")
	for name, text := range pages {
		for _, amount := range shown {
			assert.Contains(t, text, amount, name)
		}
	}
	coin := strings.TrimRight(strings.TrimRight(cents(total), "0"), ".")
	for _, name := range []string{"checkout", "order", "mail a", "mail b"} {
		assert.Contains(t, pages[name], coin+" USDT", name)
	}

	request := platformOrder(t, d)
	assert.Zero(t, rat(t, request.Amount).Cmp(total), "what the platform is asked for: %s", request.Amount)
	require.Len(t, request.Goods, 4, "the line, the discount, the delivery and the tax")
	for i, amount := range []string{cents(goods), "-" + cents(discount), cents(delivery), cents(tax)} {
		assert.True(t, strings.HasSuffix(request.Goods[i].Desc, " "+amount+" USD"), "%s: %s", request.Goods[i].Name, request.Goods[i].Desc)
	}
}

// letters are the parts of the two mails of one order that a shop wrote into its folder for its shopper, decoded. What it writes to its people
// is not among them.
func letters(t *testing.T, data, shopper string) []string {
	t.Helper()
	var parts []string
	require.Eventually(t, func() bool {
		names, err := filepath.Glob(filepath.Join(data, "mail", "*.eml"))
		if err != nil {
			return false
		}
		parts = nil
		found := 0
		for _, name := range names {
			if letter := partsOf(t, name, shopper); letter != nil {
				found++
				parts = append(parts, letter...)
			}
		}
		return found == 2
	}, patience, patience/500, "a mail for the order and one for the payment")
	return parts
}

// partsOf reads the parts of a mail to somebody; nil: it is to somebody else.
func partsOf(t *testing.T, name, to string) (parts []string) {
	t.Helper()
	file, err := os.Open(name)
	require.NoError(t, err)
	defer file.Close()
	message, err := mail.ReadMessage(file)
	require.NoError(t, err)
	addresses, err := message.Header.AddressList("To")
	require.NoError(t, err)
	if len(addresses) != 1 || addresses[0].Address != to {
		return nil
	}
	_, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	require.NoError(t, err)
	reader := multipart.NewReader(message.Body, parameters["boundary"])
	for {
		part, err := reader.NextPart()
		if err == io.EOF { //nolint:errorlint // the reader gives it bare
			return parts
		}
		require.NoError(t, err)
		var body io.Reader = part
		if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
			body = base64.NewDecoder(base64.StdEncoding, part)
		}
		text, err := io.ReadAll(body)
		require.NoError(t, err)
		parts = append(parts, string(text))
	}
}

// thirdOrder is what the shop asked the platform for (platform/api.md §3.1).
type thirdOrder struct {
	Amount string
	Goods  []struct{ Name, Desc string }
}

// platformOrder finds the request for an order in the sandbox's traffic.
func platformOrder(t *testing.T, d *demoRun) thirdOrder {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.sandbox+"/sandbox/api/traffic", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	var traffic []map[string]any
	require.NoError(t, json.NewDecoder(response.Body).Decode(&traffic))
	for _, exchange := range traffic {
		for _, value := range exchange {
			text, ok := value.(string)
			if !ok || !strings.Contains(text, `"goods"`) {
				continue
			}
			var sent map[string]any
			if json.Unmarshal([]byte(text), &sent) != nil {
				continue
			}
			return readThirdOrder(t, sent)
		}
	}
	require.Fail(t, "no request for an order", "%v", traffic)
	return thirdOrder{}
}

func readThirdOrder(t *testing.T, sent map[string]any) thirdOrder {
	t.Helper()
	var order thirdOrder
	amount, ok := sent["orderAmount"].(string)
	require.True(t, ok, "%v", sent)
	order.Amount = amount
	goods, ok := sent["goods"].(string)
	if !ok {
		raw, err := json.Marshal(sent["goods"])
		require.NoError(t, err)
		goods = string(raw)
	}
	require.NoError(t, json.Unmarshal([]byte(goods), &order.Goods))
	return order
}
