import { randomUUID } from "node:crypto"
import {
  AuthorizePaymentInput, AuthorizePaymentOutput, BigNumberInput, CancelPaymentInput, CancelPaymentOutput, CapturePaymentInput, CapturePaymentOutput,
  DeletePaymentInput, DeletePaymentOutput, GetPaymentStatusInput, GetPaymentStatusOutput, InitiatePaymentInput, InitiatePaymentOutput, Logger,
  PaymentActions, PaymentSessionStatus, ProviderWebhookPayload, RefundPaymentInput, RefundPaymentOutput, RetrievePaymentInput, RetrievePaymentOutput,
  UpdatePaymentInput, UpdatePaymentOutput, WebhookActionResult,
} from "@medusajs/framework/types"
import { AbstractPaymentProvider, defaultCurrencies, MathBN, MedusaError } from "@medusajs/framework/utils"
import { Checkout, Client, isSigned, Refund, Refused } from "./client"

export type Options = {
  address: string // of the Coincart shop, such as https://pay.example.org
  key: string // of its API: cc_live_…
  webhookSecret: string // whsec_…
  successUrl?: string // where payers go on; {session_id} is put in. Its origin must be one of the key's
  cancelUrl?: string
  expiresIn?: number // seconds in which a checkout can be paid; Coincart's default is 1800
}

/** What Medusa keeps with a payment session and with its payment. */
type Data = { session_id?: string; checkout?: string; url?: string; status?: Checkout["status"]; amount?: string; currency?: string; refund?: Refund }
type Input = { data?: Record<string, unknown> }
type Kept = { data: Record<string, unknown>; status: PaymentSessionStatus }

/** Medusa's word for what a checkout is. A payment under review is an order that is not paid yet: a person of the shop decides. */
const STATUS: Record<Checkout["status"], PaymentSessionStatus> = {
  open: "requires_more", processing: "requires_more", paid: "captured", review: "pending_authorization", expired: "canceled", cancelled: "canceled",
}

const ACTION: Record<Checkout["status"], PaymentActions> = {
  open: "requires_more", processing: "requires_more", paid: "captured", review: "pending_authorization", expired: "failed", cancelled: "failed",
}

/** Takes payments by a Coincart shop. The payment session's id is the checkout's reference, and the idempotency key that makes it. */
export default class Coincart extends AbstractPaymentProvider<Options> {
  static identifier = "coincart"

  private readonly client: Client
  private readonly logger: Logger

  static validateOptions(options: Record<string, unknown>): void {
    for (const name of ["address", "key", "webhookSecret"]) {
      if (!options[name] || typeof options[name] !== "string") throw new MedusaError(MedusaError.Types.INVALID_DATA, `Coincart: the option ${name} is missing`)
    }
  }

  constructor(container: { logger: Logger }, options: Options) {
    super(container, options)
    this.logger = container.logger
    this.client = new Client(options.address.replace(/\/+$/, ""), options.key)
  }

  async initiatePayment({ amount, currency_code, data, context }: InitiatePaymentInput): Promise<InitiatePaymentOutput> {
    const session = String(data?.session_id)
    const made = await this.create(session, amount, currency_code, context?.idempotency_key ?? session)
    return { id: made.id, ...this.keep(data, made) }
  }

  /** The amount of a checkout never changes: another amount is another checkout, once the one before can no longer be paid. */
  async updatePayment(input: UpdatePaymentInput): Promise<UpdatePaymentOutput> {
    const before = await this.read(input)
    const amount = decimalText(input.amount, input.currency_code)
    if (MathBN.eq(before.amount, amount) && before.currency === input.currency_code.toUpperCase()) return this.keep(input.data, before)
    await this.cancel(before.id)
    const made = await this.create(before.reference, amount, input.currency_code, `${before.id}:${amount}:${input.currency_code}`)
    return this.keep(input.data, made)
  }

  async authorizePayment(input: AuthorizePaymentInput): Promise<AuthorizePaymentOutput> {
    return this.keep(input.data, await this.read(input))
  }

  async getPaymentStatus(input: GetPaymentStatusInput): Promise<GetPaymentStatusOutput> {
    return this.keep(input.data, await this.read(input))
  }

  async retrievePayment(input: RetrievePaymentInput): Promise<RetrievePaymentOutput> {
    return { data: this.keep(input.data, await this.read(input)).data }
  }

  /** Nothing is left to do: who pays a checkout has paid. */
  async capturePayment({ data }: CapturePaymentInput): Promise<CapturePaymentOutput> {
    return { data }
  }

  /** Throws if it was paid, or if it is not known: Medusa must not forget a payment that counts. */
  async cancelPayment(input: CancelPaymentInput): Promise<CancelPaymentOutput> {
    const { checkout } = (input.data ?? {}) as Data
    if (!checkout) return { data: input.data } // a session without a checkout
    return { data: this.keep(input.data, await this.cancel(checkout)).data }
  }

  deletePayment(input: DeletePaymentInput): Promise<DeletePaymentOutput> {
    return this.cancelPayment(input)
  }

  /**
   * Coincart pays out the refund's worth in the coin that was paid. The key is made from the refund before and the amount, not from Medusa's id of
   * the refund: Medusa forgets a refund whose answer was lost, and its next try, with another id, must not pay again.
   */
  async refundPayment({ amount, data }: RefundPaymentInput): Promise<RefundPaymentOutput> {
    const { checkout, currency, refund } = (data ?? {}) as Data
    if (!checkout || !currency) throw new MedusaError(MedusaError.Types.INVALID_DATA, "Coincart: a refund needs its checkout")
    const body = { currency_amount: decimalText(amount, currency), reason: "Medusa" }
    const key = `refund:${checkout}:${refund?.id ?? "first"}:${body.currency_amount}`
    const { id, status } = await this.client.call<Refund>("POST", `/checkouts/${checkout}/refunds`, body, key)
    return { data: { ...data, refund: { id, status } } }
  }

  /** A webhook is a hint: what counts is what Coincart answers when it is asked. Medusa has answered the webhook before it comes here. */
  async getWebhookActionAndData({ rawData, headers }: ProviderWebhookPayload["payload"]): Promise<WebhookActionResult> {
    if (!isSigned(headers, rawData, this.config.webhookSecret)) {
      this.logger.warn("Coincart: a webhook without a valid signature was left out")
      return { action: "not_supported" }
    }
    const told = JSON.parse(rawData.toString()) as { data?: { object?: string; id?: string } }
    if (told.data?.object !== "checkout" || !told.data.id) return { action: "not_supported" }
    const { reference, amount, status } = await this.client.checkout(told.data.id)
    if (!reference.startsWith("payses_")) return { action: "not_supported" } // made by another program with the same key
    return { action: ACTION[status], data: { session_id: reference, amount } }
  }

  private create(session: string, amount: BigNumberInput, currency: string, key: string): Promise<Checkout> {
    const address = (text?: string) => text?.replace("{session_id}", encodeURIComponent(session))
    return this.client.call("POST", "/checkouts", {
      amount: decimalText(amount, currency), currency: currency.toUpperCase(), reference: session, expires_in: this.config.expiresIn,
      success_url: address(this.config.successUrl), cancel_url: address(this.config.cancelUrl),
    }, key)
  }

  /** Reads the checkout of a session. One that was made for another session is refused. */
  private async read({ data }: Input): Promise<Checkout> {
    const { checkout, session_id } = (data ?? {}) as Data
    if (!checkout) throw new MedusaError(MedusaError.Types.INVALID_DATA, "Coincart: the payment session has no checkout")
    const found = await this.client.checkout(checkout)
    if (found.reference !== session_id) throw new MedusaError(MedusaError.Types.NOT_ALLOWED, "Coincart: the checkout is not of this payment session")
    return found
  }

  /** Returns when the checkout can no longer be paid. A payment under way is proved closed at the exchange first, which takes seconds. */
  private async cancel(id: string): Promise<Checkout> {
    const ended = ({ status }: Checkout) => status === "cancelled" || status === "expired"
    const now = await this.client.checkout(id)
    if (ended(now)) return now
    const asked = await this.client.call<Checkout>("POST", `/checkouts/${id}/cancel`, undefined, randomUUID()).catch((error) => {
      if (error instanceof Refused && error.answerCode === "checkout_expired") return this.client.checkout(id)
      throw error
    })
    const then = ended(asked) ? asked : await this.client.checkout(id, 10)
    if (!ended(then)) throw new MedusaError(MedusaError.Types.NOT_ALLOWED, `Coincart: the payment is ${then.status} and cannot be cancelled now`)
    return then
  }

  private keep(data: Record<string, unknown> | undefined, { id, reference, url, status, amount, currency }: Checkout): Kept {
    const kept: Data = { ...data, session_id: reference, checkout: id, url, status, amount, currency }
    return { data: kept, status: STATUS[status] }
  }
}

/** Medusa's amount as decimal text, in the currency's decimals, as Medusa itself compares amounts. No float is computed with. */
function decimalText(amount: BigNumberInput, currency: string): string {
  const digits = defaultCurrencies[currency.toUpperCase()]?.decimal_digits ?? 2
  return MathBN.convert(amount, digits).toFixed()
}
