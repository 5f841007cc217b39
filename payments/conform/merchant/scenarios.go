package merchant

import (
	"context"

	"github.com/coincart/coincart/payments/sandbox"
)

// What must hold in many scenarios.
const (
	once       = "credited once; paid"
	onceOrCase = "credited at most once; paid, or under review"
	notAtAll   = "not credited; under review"
	ignored    = "not credited, still open; once it is really paid, credited once"
)

// scenarios returns all scenarios in the order in which they are made.
func scenarios() []scenario {
	list := []scenario{{"paid", "The order is paid, and a callback tells it", once + "; the callback is acknowledged", (*course).paid, together}}
	list = append(list, forgeries()...)
	list = append(list, deliveries()...)
	list = append(list, ends()...)
	list = append(list, moneyThatDoesNotFit()...)
	return append(list, forms()...)
}

func forgeries() []scenario {
	return []scenario{
		{"forged.key", "A callback says paid, signed with a key of somebody else", ignored, forged(sandbox.ForgeForeignKey), together},
		{"forged.unsigned", "A callback says paid, without a signature", ignored, forged(sandbox.ForgeUnsigned), together},
		{"forged.random", "A callback says paid, with random bytes as its signature", ignored, forged(sandbox.ForgeRandom), together},
		{"forged.other_text", "A callback says paid, with the exchange's signature of another text", ignored, forged(sandbox.ForgeTampered, sandbox.ForgeSwapped), together},
		{"forged.plain", "A callback says paid, not encrypted (md5: signed with what everybody knows)", ignored, forged(sandbox.ForgePlain), together},
	}
}

func deliveries() []scenario {
	return []scenario{
		{"replayed", "The same bytes of the true callback arrive 50 times at once", once, (*course).replayed, together},
		{"resealed", "The true callback arrives 50 times at once, each sealed anew", once, (*course).resealed, together},
		{"shuffled", "The callback “pending” arrives after the callback “paid”", once, (*course).shuffled, together},
		{"contradicted", "Callbacks say closed and failed, which is not true; then it is paid", onceOrCase, (*course).contradicted, together},
		{"back", "After the payment callbacks say failed and closed, and orderDetail says pending for a while", onceOrCase, (*course).back, alone},
		{"early.pending", "The callback “pending” arrives before the order is answered", once, (*course).earlyPending, together},
		{"early.paid", "The payer is so quick that “paid” arrives before the order is answered", once, (*course).earlyPaid, together},
		{"create_lost", "The exchange makes the order, and its answer is lost: the same appOrderId again is refused as a duplicate", once, (*course).createLost, together},
		{"lost", "No callback ever arrives", once + ", because the merchant asks", (*course).lost, waits},
		{"ack.slow", "The exchange answers slowly, does not wait for the acknowledgement, and sends the callback again", once, (*course).ackSlow, alone},
		{"ack.refused", "The first three acknowledgements are lost on the way (HTTP 503), and the callback is repeated", once, (*course).ackRefused, alone},
	}
}

func ends() []scenario {
	return []scenario{
		{"late", "The merchant gives the order up; then the money arrives", notAtAll, (*course).late, together},
		{"given_up", "The order is paid, no callback arrives, and the merchant gives it up", onceOrCase, (*course).givenUp, together},
		{"closed", "The exchange closes the order; then the money arrives", notAtAll + " (paid, if the merchant had left it open)", (*course).closed, together},
		{"twice", "A second payment is started for the same purchase, and both are paid", "credited once; paid or under review", (*course).twice, together},
	}
}

func moneyThatDoesNotFit() []scenario {
	return []scenario{
		{"amount.under", "Half of the amount is paid", notAtAll, off(sandbox.FaultUnderpaid), together},
		{"amount.over", "One and a half of the amount is paid", notAtAll, off(sandbox.FaultOverpaid), together},
		{"callback_amount", "Less is paid, and the callback tells the whole amount", notAtAll, (*course).callbackAmount, together},
		{"coin", "The same number of another coin is paid, which the callback does not tell", notAtAll, (*course).otherCoin, together},
		{"unknown", "A callback says paid of an order that the merchant never made", "nothing is credited, and no order comes to be", (*course).unknown, together},
		{"mixed_up", "A callback tells an open order with the orderNum of another one, which is paid", ignored, (*course).mixedUp, together},
		{"other_app", "A callback says paid, with the exchange's signature, for another application", ignored, (*course).otherApp, together},
	}
}

func forms() []scenario {
	return []scenario{
		{"token", "The payer's token lapses before the payment", once, (*course).token, together},
		{"form.exponent", "Amounts are written with exponents, as text and as number, as Java does", once, written(sandbox.JavaBigDecimal, sandbox.JavaBigDecimalNumber, sandbox.JavaDouble, sandbox.JavaDoubleNumber), alone},
		{"form.padded", "Amounts are padded with zeros up to 18 fraction digits", once, written(sandbox.AmountPadded), alone},
		{"base64", "The callback is written in ordinary base64 with padding", once + "; the callback is acknowledged", (*course).base64, together},
		{"hex", "The order number has 32 hexadecimal digits", once, (*course).hex, together},
	}
}

type doing = func(t *course, ctx context.Context) error
