package sandbox_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// A merchant's order from creation to payment, with the SDK as the merchant.
func Example() {
	platform, err := opay.GenerateKeys(0)
	if err != nil {
		panic(err)
	}
	merchant, err := opay.GenerateKeys(0)
	if err != nil {
		panic(err)
	}
	box, err := sandbox.New(sandbox.Config{Keys: platform, Apps: []sandbox.App{{AppID: "demo", Key: &merchant.PublicKey}}})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(box.Handler())
	defer server.Close()
	keys, err := opay.NewKeyring(merchant, &platform.PublicKey)
	if err != nil {
		panic(err)
	}
	client, err := opay.New(opay.Config{BaseURL: server.URL, AppID: "demo", Keys: keys})
	if err != nil {
		panic(err)
	}

	ctx := context.Background()
	order, err := client.CreateOrder(ctx, opay.CreateOrderRequest{
		AppOrderID: "Q7M2K9X4T8W3R6Z5", Payer: opay.Payer{UserID: "22033390"}, Amount: "12.5", Coin: "USDT",
		ReturnPage: "https://shop.example/return", NotifyPage: "http://127.0.0.1:9/notify",
	})
	if err != nil {
		panic(err)
	}
	if err := box.Pay(order.OrderNum); err != nil {
		panic(err)
	}
	detail, err := client.Order(ctx, order.OrderNum, "")
	if err != nil {
		panic(err)
	}
	fmt.Println(detail.Status, detail.Amount.Equal("12.5"), detail.Coin)
	// Output: paid true USDT
}
