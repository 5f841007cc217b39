package hooks_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/coincart/coincart/payments/hooks"
)

func ExampleVerifier_Handler() {
	verifier, err := hooks.New("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") // from the environment, in a real program
	if err != nil {
		panic(err)
	}
	handled := map[string]bool{} // in a database, in a real program
	handler := verifier.Handler(func(_ context.Context, e hooks.Event) error {
		if handled[e.ID] {
			return nil
		}
		o, err := e.Object()
		if err != nil {
			return err
		}
		fmt.Println(e.Type, o.ID, o.Status)
		handled[e.ID] = true
		return nil
	})
	mux := http.NewServeMux()
	mux.Handle("POST /webhooks/coincart", handler)

	const body = `{"type":"checkout.paid","timestamp":"2026-12-01T10:15:02.114Z","data":{"object":"checkout","id":"co_1","status":"paid","sequence":3}}`
	for range 2 { // the shop sends it twice
		request := signed("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", body)
		request.URL.Path = "/webhooks/coincart"
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, request)
		fmt.Println(answer.Code)
	}
	// Output:
	// checkout.paid co_1 paid
	// 204
	// 204
}
