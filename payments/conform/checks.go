package conform

import (
	"context"
	"slices"
)

// allChecks returns the checks in the order in which they are made.
func allChecks() []check {
	return slices.Concat(wireChecks(), orderChecks(), cancelChecks(), spendChecks(), callbackChecks(), statementChecks(), otherChecks())
}

func wireChecks() []check {
	return []check{
		{"answers", Must, "A signed request is answered with a code", nil, (*run).answers},
		{"answers.soon", Should, "Answers come within 3 seconds", []string{"answers"}, (*run).answersSoon},
		{"order.unknown", Must, "An order that does not exist is refused with 70001", []string{"answers"}, (*run).orderUnknown},
		{"signature.forged", Must, "A forged signature is refused with 50005", []string{"order.unknown"}, (*run).signatureForged},
		{"time.old", Should, "A time that is 10 minutes off is refused with 50010", []string{"order.unknown"}, (*run).timeOld},
		{"time.unit", Observe, "Unit of the time", []string{"order.unknown"}, (*run).timeUnit},
		{"base64.both", Should, "Ordinary base64 with padding is understood", []string{"order.unknown"}, (*run).base64Both},
		{"nonce", Observe, "The extra member nonce", []string{"order.unknown"}, (*run).nonce},
		{"code.form", Observe, "Form of the code", []string{"answers"}, (*run).codeForm},
	}
}

func orderChecks() []check {
	return []check{
		{"create", Must, "An order with all fields, with goods of several blocks, is accepted", []string{"order.unknown"}, (*run).create},
		{"create.repeat", Must, "The same appOrderId is refused with 70002", []string{"create"}, (*run).createRepeat},
		{"create.parallel", Must, "Two requests at once with the same appOrderId make one order", []string{"create"}, (*run).createParallel},
		{"create.coin", Must, "An unknown coin is refused with 70007", []string{"create"}, (*run).createCoin},
		{"create.zero", Must, "The amount 0 is refused with 70008", []string{"create"}, (*run).createZero},
		{"create.exponent", Should, "An amount with an exponent is refused with 70008", []string{"create"}, (*run).createExponent},
		{"create.goods", Should, "Goods that are no JSON are refused with 10020", []string{"create"}, (*run).createGoods},
		{"create.scene", Should, "A scene type that is no number is refused with 70009", []string{"create"}, (*run).createScene},
		{"create.precision", Observe, "The amount 0.00000001", []string{"create"}, (*run).createPrecision},
		{"pay.link", Observe, "Address of the pay page in the answer", []string{"create"}, (*run).payLink},
		{"pay.page", Observe, "Path of the pay page", []string{"create"}, (*run).payPage},
		{"order", Must, "orderDetail tells the order as it was made, pending", []string{"create"}, (*run).order},
		{"order.amount_form", Should, "orderDetail writes amounts without exponent", []string{"create"}, (*run).orderAmountForm},
		{"order.token", Observe, "orderDetail with a token that is not valid", []string{"create"}, (*run).orderToken},
		{"reference", Must, "getReferenceOrder, if it is offered, finds the order", []string{"create"}, (*run).reference},
	}
}

func cancelChecks() []check {
	return []check{
		{"cancel.path", Observe, "Path of cancelOrder", []string{"answers"}, (*run).cancelPath},
		{"cancel", Must, "A pending order can be cancelled", []string{"create", "cancel.path"}, (*run).cancel},
		{"cancel.seen", Must, "orderDetail tells that it is closed", []string{"cancel"}, (*run).cancelSeen},
		{"cancel.again", Must, "A closed order cannot be cancelled (70003)", []string{"cancel"}, (*run).cancelAgain},
	}
}

func callbackChecks() []check {
	return []check{
		{"callback", Must, "A change of the status is told by a signed callback", []string{"cancel"}, of(callbacksOf, callbacks.callback)},
		{"callback.prompt", Should, "It comes within 5 seconds", []string{"callback"}, of(callbacksOf, callbacks.callbackPrompt)},
		{"callback.retry", Should, "It comes again if it is not acknowledged", []string{"callback"}, of(callbacksOf, callbacks.callbackRetry)},
		{"callback.once", Should, "It does not come again once it is acknowledged", []string{"callback.retry"}, of(callbacksOf, callbacks.callbackOnce)},
		{"callback.amount", Must, "Callbacks tell the order's amount", []string{"callback"}, of(callbacksOf, callbacks.callbackAmount)},
		{"callback.amount_form", Should, "Callbacks write amounts without exponent", []string{"callback"}, of(callbacksOf, callbacks.callbackAmountForm)},
		{"callback.order", Should, "Callbacks do not go back to an earlier status", []string{"callback"}, of(callbacksOf, callbacks.callbackOrder)},
		{"callback.early", Should, "No callback comes before the order is answered", []string{"create"}, of(callbacksOf, callbacks.callbackEarly)},
		{"callback.genuine", Must, "All callbacks have the platform's signature", []string{"create"}, of(callbacksOf, callbacks.callbackGenuine)},
	}
}

// spendChecks are made with Config.Spend only.
func spendChecks() []check {
	return []check{
		{"paid", Must, "An order can be paid, and orderDetail tells it", []string{"order", "cancel"}, (*run).pay},
		{"paid.amount", Must, "What orderDetail tells of it is what was asked", []string{"paid"}, (*run).paidAmount},
		{"paid.callback", Must, "A callback tells that it is paid", []string{"paid"}, of(callbacksOf, callbacks.paidCallback)},
		{"paid.cancel", Must, "A paid order cannot be cancelled (70003)", []string{"paid"}, (*run).paidCancel},
	}
}

func statementChecks() []check {
	return []check{
		{"statement", Must, "Today's statement can be read, with every line", []string{"order.unknown"}, of(statementsOf, statements.statement)},
		{"statement.line", Must, "It has the payment once", []string{"paid", "statement"}, of(statementsOf, statements.statementLine)},
		{"statement.amount", Must, "It has the amount that orderDetail tells", []string{"statement.line"}, of(statementsOf, statements.statementAmount)},
		{"statement.day", Should, "Its day begins at midnight of the time zone that is set", []string{"statement.line"}, of(statementsOf, statements.statementDay)},
		{"statement.pages", Must, "Its pages are the whole, in the same order", []string{"statement"}, of(statementsOf, statements.statementPages)},
		{"statement.types", Should, "Payments and refunds together are all of it", []string{"statement"}, of(statementsOf, statements.statementTypes)},
		{"statement.known", Must, "getReferenceOrder knows its lines", []string{"statement", "reference"}, of(statementsOf, statements.statementKnown)},
		{"statement.unpaid", Must, "An order that was never paid is not in it", []string{"statement", "cancel"}, of(statementsOf, statements.statementUnpaid)},
	}
}

func otherChecks() []check {
	return []check{
		{"token.unknown", Must, "A code of a sign-in that nobody made is refused", []string{"answers"}, (*run).tokenUnknown},
		{"refund.zero", Must, "A refund of 0 is refused with 70008", []string{"answers"}, (*run).refundZero},
	}
}

func callbacksOf(r *run) callbacks   { return callbacks{r} }
func statementsOf(r *run) statements { return statements{r} }

// of returns the question that a part of a run asks.
func of[P any](part func(*run) P, do func(P, context.Context) (string, error)) func(*run, context.Context) (string, error) {
	return func(r *run, ctx context.Context) (string, error) { return do(part(r), ctx) }
}
