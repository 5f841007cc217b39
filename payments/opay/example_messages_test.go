package opay_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/coincart/coincart/payments/opay"
)

func ExampleNew() {
	merchant, _ := exampleKeys()
	_, err := opay.New(opay.Config{BaseURL: "https://service.example.com", AppID: "xxx_xxx", Keys: merchant})
	fmt.Println(err)
	_, err = opay.New(opay.Config{BaseURL: "http://service.example.com", AppID: "xxx_xxx", Keys: merchant})
	fmt.Println(err)
	// Output:
	// <nil>
	// opay: invalid request: BaseURL must be https (plain http on loopback hosts only)
}

// An older exchange: flat JSON, MD5 and a shared secret.
func ExampleNew_md5() {
	platform := newExamplePlatform()
	defer platform.Close()
	secret, err := opay.NewSecret(exampleSecret)
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := opay.New(opay.Config{
		BaseURL: platform.URL, AppID: "xxx_xxx", Secret: secret, Profile: opay.Profile{Signing: opay.SigningMD5},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	order, err := client.Order(context.Background(), "10000000002", "")
	fmt.Println(order.Status, order.Amount, order.Coin, err)
	// Output: paid 10.5 USDT <nil>
}

func ExampleClient_OpenNotification() {
	platform := newExamplePlatform()
	defer platform.Close()
	envelope, err := platform.keys.Seal([]byte(`{"outOrderId":"A-1","orderNum":"7","orderStatus":3,"payAmount":1E+2}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	stored, err := platform.client.CheckNotification("application/json", opay.Request{AppID: "xxx_xxx", Time: "1715310032123", Envelope: envelope}.Encode())
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := platform.client.OpenNotification(stored)
	fmt.Println(n.OutOrderID, n.OrderNum, n.Status, n.PayAmount, err)
	other, err := platform.keys.Seal([]byte(`{"outOrderId":"A-2","orderNum":"8","orderStatus":3,"payAmount":1E+2}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	stored.Envelope.Data = other.Data // somebody changed it in the database
	_, err = platform.client.OpenNotification(stored)
	fmt.Println(errors.Is(err, opay.ErrEnvelope))
	// Output:
	// A-1 7 paid 100 <nil>
	// true
}

func ExampleAcknowledgement() {
	fmt.Printf("%s\n", opay.Acknowledgement())
	// Output: {"code":"0","msg":"success","data":"success"}
}

func ExampleCodeOf() {
	var err error = &opay.Error{Op: "createThirdOrder", Code: opay.CodeInsufficientBalance}
	code, refused := opay.CodeOf(err)
	fmt.Println(code, refused)
	fmt.Println(err)
	_, refused = opay.CodeOf(opay.ErrUnknownOutcome)
	fmt.Println(refused)
	// Output:
	// 70006 true
	// opay: createThirdOrder refused: 70006 insufficient balance
	// false
}

func ExampleCode() {
	for _, code := range []opay.Code{opay.CodeTooOften, opay.CodeOrderExists, "12345"} {
		fmt.Println(code, code.Text(), code.Known(), code.Retryable())
	}
	// Output:
	// 10005 too often, try later true true
	// 70002 order already exists true false
	// 12345 undocumented code false false
}

func ExampleStatus() {
	for _, status := range []opay.Status{opay.StatusClosed, opay.StatusPending, opay.StatusFailed, opay.StatusPaid, "9"} {
		fmt.Println(string(status), status, status.Known())
	}
	// Output:
	// 0 closed true
	// 1 pending true
	// 2 failed true
	// 3 paid true
	// 9 undocumented status false
}

func ExampleParseAmount() {
	for _, text := range []string{"10.50", "1e3", "-1", "0.0000000000000000001"} {
		amount, err := opay.ParseAmount(text) // what you send
		fmt.Printf("%q %v\n", amount, errors.Is(err, opay.ErrAmount))
	}
	// Output:
	// "10.50" false
	// "" true
	// "" true
	// "" true
}

func ExampleReadAmount() {
	for _, text := range []string{"10.00000000", "1E+2", "3.3152E-4", "0.00"} {
		amount, err := opay.ReadAmount(text) // what platforms write
		fmt.Println(amount, amount.IsZero(), err)
	}
	// Output:
	// 10 false <nil>
	// 100 false <nil>
	// 0.00033152 false <nil>
	// 0 true <nil>
}

func ExampleParseGoods() {
	goods, err := opay.ParseGoods(`[{"name":"Enamel mug","desc":"white"}]`)
	fmt.Println(goods, err)
	_, err = opay.ParseGoods(`Enamel mug`)
	fmt.Println(errors.Is(err, opay.ErrGoods))
	// Output:
	// [{Enamel mug white}] <nil>
	// true
}

func ExampleOrderDetail_Complete() {
	fmt.Println(opay.OrderDetail{OrderNum: "10000000002"}.Complete()) // some platforms answer OrderByRef with the number only
	// Output: false
}

func ExampleStatementPage() {
	platform := newExamplePlatform()
	defer platform.Close()
	page, err := platform.client.Statement(context.Background(), opay.StatementRequest{Day: "2026-11-20", Page: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for line, unreadable := range page.InOrder() {
		if unreadable != nil {
			fmt.Println(unreadable.Err())
			continue
		}
		fmt.Println(line.AppOrderID)
	}
	fmt.Println(page.Size() == page.Count)
	// Output:
	// Q7PX3MZK5TJVWNA2YH4CDB6RLE
	// RFND3MZK5TJVWNA2YH4CDB6RLE
	// true
}

func ExampleParseObject() {
	o, err := opay.ParseObject([]byte(`{"orderNum":10000000002,"totalAccount":[{"accountName":"spot"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	number, ok := o.Text("orderNum")
	fmt.Println(number, ok, o.Names())
	accounts, _ := o.Objects("totalAccount")
	fmt.Println(len(accounts), o.Exact("orderNum"))
	_, err = opay.ParseObject([]byte(`{"orderStatus":"1","orderStatus":"3"}`))
	fmt.Println(errors.Is(err, opay.ErrJSON))
	// Output:
	// 10000000002 true [orderNum totalAccount]
	// 1 <nil>
	// true
}

func ExampleEncodeFields() {
	fmt.Printf("%s\n", opay.EncodeFields(opay.Field{Name: "appOrderId", Value: "A-1"}, opay.Field{Name: "orderAmount", Value: "10.5"}))
	// Output: {"appOrderId":"A-1","orderAmount":"10.5"}
}

// What a test double of the platform does with a request.
func ExampleParseRequest() {
	merchant, platform := exampleKeys()
	envelope, err := merchant.Seal([]byte(`{"orderNum":"10000000002"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	body := opay.Request{AppID: "xxx_xxx", Time: "1715310032123", Envelope: envelope}.Encode()

	request, err := opay.ParseRequest(body)
	if err != nil {
		fmt.Println(err)
		return
	}
	plain, err := platform.Open(request.Envelope)
	fmt.Printf("%s %s %s %v\n", request.AppID, request.Time, plain, err)
	// Output: xxx_xxx 1715310032123 {"orderNum":"10000000002"} <nil>
}

func ExampleParseResponse() {
	merchant, platform := exampleKeys()
	envelope, err := platform.Seal([]byte(`{"orderNum":"10000000002"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	body := opay.Response{Code: opay.CodeOK, Msg: "success", Envelope: envelope}.Encode()

	response, err := opay.ParseResponse(body)
	if err != nil {
		fmt.Println(err)
		return
	}
	plain, err := merchant.Open(response.Envelope)
	fmt.Printf("%s %s %v\n", response.Code, plain, err)
	// Output: 0 {"orderNum":"10000000002"} <nil>
}
