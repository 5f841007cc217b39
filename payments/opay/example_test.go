package opay_test

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/coincart/coincart/payments/opay"
)

// examplePlatform answers like the platform, so that the examples run. A shop sets
// the real platform's address and public key in opay.Config.
type examplePlatform struct {
	*httptest.Server
	client *opay.Client // of a merchant
	keys   *opay.Keyring
}

// examplePairs are the key pairs of exampleKeys.
var examplePairs struct{ merchant, platform *rsa.PrivateKey }

var exampleKeys = sync.OnceValues(func() (merchant, platform *opay.Keyring) {
	m, err := opay.GenerateKeys(0)
	if err != nil {
		panic(err)
	}
	p, err := opay.GenerateKeys(0)
	if err != nil {
		panic(err)
	}
	if merchant, err = opay.NewKeyring(m, &p.PublicKey); err != nil {
		panic(err)
	}
	if platform, err = opay.NewKeyring(p, &m.PublicKey); err != nil {
		panic(err)
	}
	examplePairs.merchant, examplePairs.platform = m, p
	return merchant, platform
})

var exampleAnswers = map[string]string{
	opay.PathCreateOrder:  `{"orderNum":"10000000002"}`,
	opay.PathOrder:        `{"appOrderId":"Q7PX3MZK5TJVWNA2YH4CDB6RLE","orderNum":"10000000002","orderStatus":"3","orderAmount":"10.50","payCoinSymbol":"usdt"}`,
	opay.PathOrderByRef:   `{"orderNum":"10000000002"}`,
	opay.PathRefund:       `{"orderNum":"20000000001"}`,
	opay.PathExchange:     `{"openId":"2ae04ed9165624419bad68e9e0f3f29fbd","token":"5f1c","refreshToken":"9b2e","expireIn":"7200"}`,
	opay.PathRefreshToken: `{"openId":"2ae04ed9165624419bad68e9e0f3f29fbd","token":"77ad","refreshToken":"9b2e","expireIn":"7200"}`,
	opay.PathStatement: `{"count":2,"list":[{"appOrderId":"Q7PX3MZK5TJVWNA2YH4CDB6RLE","payCoinSymbol":"usdt","orderAmount":10.50,"orderType":1},` +
		`{"appOrderId":"RFND3MZK5TJVWNA2YH4CDB6RLE","payCoinSymbol":"usdt","orderAmount":0.50,"orderType":11}]}`,
}

func newExamplePlatform() *examplePlatform {
	merchant, platform := exampleKeys()
	p := &examplePlatform{keys: platform}
	p.Server = httptest.NewServer(p)
	var err error
	p.client, err = opay.New(opay.Config{BaseURL: p.URL, AppID: "xxx_xxx", Keys: merchant})
	if err != nil {
		panic(err)
	}
	return p
}

func (p *examplePlatform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if o, err := opay.ParseObject(body); err == nil && o.Exact("appKey") == nil && p.serveFlat(w, r.URL.Path, o) {
		return
	}
	request, err := opay.ParseRequest(body)
	if err != nil {
		return
	}
	if _, err := p.keys.Open(request.Envelope); err != nil {
		_, _ = w.Write(opay.Response{Code: opay.CodeSignatureError, Msg: "signature error"}.Encode())
		return
	}
	response := opay.Response{Code: opay.CodeOK, Msg: "success"}
	if plain := exampleAnswers[r.URL.Path]; plain != "" {
		if response.Envelope, err = p.keys.Seal([]byte(plain)); err != nil {
			return
		}
	}
	_, _ = w.Write(response.Encode())
}

// exampleSecret is what merchant and platform share in examples of md5 signing.
const exampleSecret = "0123456789abcdef"

// serveFlat answers a request of the platform's first signature, and reports whether
// it is one.
func (p *examplePlatform) serveFlat(w io.Writer, path string, o opay.Object) bool {
	if _, ok := o.Text("appKey"); !ok {
		return false
	}
	secret, err := opay.NewSecret(exampleSecret)
	if err != nil || secret.Verify(o) != nil {
		_, _ = io.WriteString(w, `{"code":"50005","msg":"signature error"}`)
		return true
	}
	data := exampleAnswers[path]
	if data == "" {
		data = "null"
	}
	_, _ = io.WriteString(w, `{"code":"0","msg":"success","data":`+data+`}`)
	return true
}

func ExampleClient_CreateOrder() {
	platform := newExamplePlatform()
	defer platform.Close()

	goods, err := opay.EncodeGoods([]opay.Goods{{Name: "Enamel mug", Desc: "white, 300 ml"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	order, err := platform.client.CreateOrder(context.Background(), opay.CreateOrderRequest{
		AppOrderID: "Q7PX3MZK5TJVWNA2YH4CDB6RLE", // crypto/rand.Text(), stored before the call
		Payer:      opay.Payer{UserID: "22033390"},
		Amount:     "10.50",
		Coin:       "USDT",
		ReturnPage: "https://shop.example/payments/return/8CQX",
		NotifyPage: "https://shop.example/payments/notify",
		Goods:      goods,
	})
	var refusal *opay.Error
	switch {
	case err == nil:
		fmt.Println("order", order.OrderNum)
	case errors.As(err, &refusal):
		fmt.Println("refused:", refusal.Code.Text())
	case errors.Is(err, opay.ErrUnreachable):
		fmt.Println("not sent, try later")
	default:
		fmt.Println("unknown: ask OrderByRef, do not repeat")
	}
	// Output: order 10000000002
}

func ExampleClient_Order() {
	platform := newExamplePlatform()
	defer platform.Close()

	order, err := platform.client.Order(context.Background(), "10000000002", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(order.Status, order.Amount, order.Coin, order.Amount.Equal("10.5"))
	// Output: paid 10.5 USDT true
}

func ExampleClient_OrderByRef() {
	platform := newExamplePlatform()
	defer platform.Close()
	ctx := context.Background()

	order, err := platform.client.OrderByRef(ctx, "Q7PX3MZK5TJVWNA2YH4CDB6RLE")
	if err == nil && !order.Complete() {
		order, err = platform.client.Order(ctx, order.OrderNum, "")
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(order.OrderNum, order.Status)
	// Output: 10000000002 paid
}

func ExampleClient_Statement() {
	platform := newExamplePlatform()
	defer platform.Close()

	page, err := platform.client.Statement(context.Background(), opay.StatementRequest{Day: "2026-11-20", Page: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(page)
	// Output: statement page(2 of 2 lines)
}

func ExampleClient_StatementLines() {
	platform := newExamplePlatform()
	defer platform.Close()

	for line, err := range platform.client.StatementLines(context.Background(), opay.StatementRequest{Day: "2026-11-20"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(line.OrderType, line.AppOrderID, line.Amount, line.Coin)
	}
	// Output:
	// 1 Q7PX3MZK5TJVWNA2YH4CDB6RLE 10.5 USDT
	// 11 RFND3MZK5TJVWNA2YH4CDB6RLE 0.5 USDT
}

func ExampleClient_Cancel() {
	platform := newExamplePlatform()
	defer platform.Close()
	ctx := context.Background()

	if err := platform.client.Cancel(ctx, "10000000002"); err != nil {
		fmt.Println(err)
		return
	}
	// The payer may have been faster: the order's status decides.
	order, err := platform.client.Order(ctx, "10000000002", "")
	fmt.Println(order.Status, err)
	// Output: paid <nil>
}

func ExampleClient_Refund() {
	platform := newExamplePlatform()
	defer platform.Close()

	orderNum, err := platform.client.Refund(context.Background(), opay.RefundRequest{
		AppOrderID: "RFND3MZK5TJVWNA2YH4CDB6RLE", // an id of its own, stored before the call
		Payer:      opay.Payer{UserID: "22033390"},
		Amount:     "0.50",
		Coin:       "USDT",
		AssetType:  "201",
	})
	fmt.Println(orderNum, err)
	// Output: 20000000001 <nil>
}

func ExampleClient_PayURL() {
	merchant, _ := exampleKeys()
	client, err := opay.New(opay.Config{BaseURL: "https://service.example.com", AppID: "xxx_xxx", Keys: merchant})
	if err != nil {
		fmt.Println(err)
		return
	}
	address, err := client.PayURL(opay.PayPage{OrderNum: "10000000002", Payer: opay.Payer{UserID: "22033390"}})
	fmt.Println(address, err)
	// Output: https://service.example.com/platform/pay.html?appKey=xxx_xxx&orderNum=10000000002&userId=22033390 <nil>
}

func ExampleClient_LoginURL() {
	merchant, _ := exampleKeys()
	client, err := opay.New(opay.Config{BaseURL: "https://service.example.com", AppID: "xxx_xxx", Keys: merchant})
	if err != nil {
		fmt.Println(err)
		return
	}
	state := "N5KD2WQXT7RJZCPM4VHALB3YEU" // crypto/rand.Text(), kept in the session
	address, err := client.LoginURL("https://shop.example/payments/connected", state)
	fmt.Println(address, err)
	// Output: https://service.example.com/platform/login.html?appKey=xxx_xxx&redirectUrl=https%3A%2F%2Fshop.example%2Fpayments%2Fconnected&state=N5KD2WQXT7RJZCPM4VHALB3YEU <nil>
}

func ExampleClient_Exchange() {
	platform := newExamplePlatform()
	defer platform.Close()

	grant, err := platform.client.Exchange(context.Background(), "code-from-the-query")
	fmt.Println(grant, err)
	// Output: grant(openId [redacted], token [redacted], refreshToken [redacted], expires in 2h0m0s) <nil>
}

func ExampleClient_RefreshToken() {
	platform := newExamplePlatform()
	defer platform.Close()

	old := opay.Grant{OpenID: "2ae04ed9165624419bad68e9e0f3f29fbd", Token: "5f1c", RefreshToken: "9b2e"}
	grant, err := platform.client.RefreshToken(context.Background(), old)
	fmt.Println(grant.Token != old.Token, grant.ExpiresIn, err)
	// Output: true 2h0m0s <nil>
}

func ExampleClient_CheckNotification() {
	platform := newExamplePlatform()
	defer platform.Close()
	envelope, err := platform.keys.Seal([]byte(`{"outOrderId":"Q7PX3MZK5TJVWNA2YH4CDB6RLE","orderNum":"10000000002","orderStatus":"3","payAmount":"10.50","returnUrl":""}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	body := opay.Request{AppID: "xxx_xxx", Time: "1715310032123", Envelope: envelope}.Encode()

	sealed, err := platform.client.CheckNotification("application/json", body)
	if errors.Is(err, opay.ErrShape) || errors.Is(err, opay.ErrSignature) {
		fmt.Println("answer 400, keep nothing")
		return
	}
	// Store sealed under the key sealed.Digest, then:
	fmt.Printf("%s\n", opay.Acknowledgement())
	// Later, in a worker:
	notification, err := platform.client.OpenNotification(sealed)
	fmt.Println(notification.OutOrderID, notification.Status, notification.PayAmount, err)
	// Output:
	// {"code":"0","msg":"success","data":"success"}
	// Q7PX3MZK5TJVWNA2YH4CDB6RLE paid 10.5 <nil>
}

func ExampleKeyring() {
	merchantKey, err := opay.GenerateKeys(2048)
	if err != nil {
		fmt.Println(err)
		return
	}
	platformKey, err := opay.GenerateKeys(2048)
	if err != nil {
		fmt.Println(err)
		return
	}
	merchant, err := opay.NewKeyring(merchantKey, &platformKey.PublicKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	platform, err := opay.NewKeyring(platformKey, &merchantKey.PublicKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	envelope, err := merchant.Seal([]byte(`{"appOrderId":"Q7PX3MZK5TJVWNA2YH4CDB6RLE"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	plain, err := platform.Open(envelope)
	fmt.Printf("%s %v\n", plain, err)
	// Output: {"appOrderId":"Q7PX3MZK5TJVWNA2YH4CDB6RLE"} <nil>
}

func ExampleEncodeGoods() {
	text, err := opay.EncodeGoods([]opay.Goods{{Name: "Tom & Jerry <mug>", Desc: "white\n300 ml"}, {Name: "商品"}})
	fmt.Println(text, err)
	// Output: [{"name":"Tom & Jerry <mug>","desc":"white 300 ml"},{"name":"商品","desc":""}] <nil>
}

func ExampleAmount_Equal() {
	fmt.Println(opay.Amount("10").Equal("10.00000000"), opay.Amount("0.1").Equal("0.10000000000000001"))
	// Output: true false
}
