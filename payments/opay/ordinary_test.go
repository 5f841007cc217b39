package opay_test

import (
	"testing"

	"github.com/coincart/coincart/payments/opay"
)

// Numbers of 32 hexadecimal digits, ids with leading zeros, members that nobody documented and amounts as Java prints them are ordinary, in
// answers, callbacks and statements.
func TestOrdinary_NumbersAmountsAndMembers(t *testing.T) {
	p, client := newClient(t)
	more := `"version":2,"extra":{"list":[1,null,"x"]},"notifyType":null,`
	for _, num := range []string{"0123456789abcdef0123456789abcdef", "ABCDEF0123456789ABCDEF0123456789", "000000000042", "10000000002"} {
		for written, want := range map[string]opay.Amount{
			`"1.35139999E+2"`: "135.139999", `1.35139999E2`: "135.139999", `"135.140000"`: "135.14", `"1.0E-7"`: "0.0000001", `"1E+2"`: "100", `"0E-8"`: "0",
		} {
			detail := `{` + more + `"appOrderId":"` + ownID + `","orderNum":"` + num + `","orderStatus":"3","orderAmount":` + written + `,"payCoinSymbol":"usdt"}`
			p.on(opay.PathOrder, p.success(detail))
			d, err := client.Order(t.Context(), num, "")
			noError(t, err)
			equal(t, d.OrderNum, num, "orderNum of the answer")
			equal(t, d.Amount.Equal(want), true, "amount of the answer "+written)
			p.on(opay.PathOrderByRef, p.success(detail))
			d, err = client.OrderByRef(t.Context(), ownID)
			noError(t, err)
			equal(t, d.OrderNum, num, "orderNum by reference")

			plain := `{` + more + `"outOrderId":"` + ownID + `","orderNum":"` + num + `","orderStatus":3,"payAmount":` + written + `,"returnUrl":"x"}`
			sealed, err := client.CheckNotification("application/json", notification(t, p.keys, plain))
			noError(t, err)
			n, err := client.OpenNotification(sealed)
			noError(t, err)
			equal(t, n.OrderNum, num, "orderNum of the callback")
			equal(t, n.PayAmount.Equal(want), true, "amount of the callback "+written)

			line := change(statementLine("00"+num, written), `"merchantUserId":23000,`, more)
			p.on(opay.PathStatement, p.success(statement(1, line)))
			page, err := client.Statement(t.Context(), opay.StatementRequest{Day: "2026-11-20"})
			noError(t, err)
			equal(t, len(page.Unreadable), 0, "unreadable lines")
			equal(t, page.Lines[0].AppOrderID, "00"+num, "leading zeros stay")
			equal(t, page.Lines[0].Amount.Equal(want), true, "amount of the statement "+written)
		}
	}
}
