import { createHmac, timingSafeEqual } from "node:crypto"
import { MedusaError } from "@medusajs/framework/utils"

/** A checkout of Coincart, as far as the provider reads it (docs/openapi.json). */
export type Checkout = {
  id: string
  status: "open" | "processing" | "paid" | "review" | "expired" | "cancelled"
  reference: string // the payment session's id
  amount: string // decimal text
  currency: string
  url: string // where it is paid
}

/** A refund of Coincart, as far as the provider reads it. */
export type Refund = { id: string; status: string }

/** An answer that says no. `code` is Coincart's, such as already_paid. */
export class Refused extends MedusaError {
  constructor(readonly answerCode: string, status: number, message: string) {
    const types = MedusaError.Types
    super(status === 404 ? types.NOT_FOUND : status < 500 ? types.NOT_ALLOWED : types.UNEXPECTED_STATE, message)
  }
}

const TRIES = 4
const SECONDS = 1000

/** Calls the API of one shop. The same call with the same idempotency key may be sent again; nothing is done twice. */
export class Client {
  constructor(private readonly address: string, private readonly key: string) {}

  checkout(id: string, waitSeconds = 0): Promise<Checkout> {
    return this.call("GET", `/checkouts/${encodeURIComponent(id)}?wait=${waitSeconds}`)
  }

  /**
   * Sends a call, and sends it again if it is not known what became of it: an answer that was lost must not become a second refund.
   * Throws Refused, or the network's error after the last try.
   */
  async call<T>(method: "GET" | "POST", path: string, body?: object, idempotencyKey?: string): Promise<T> {
    for (let tried = 1; ; tried++) {
      const answer = await this.send(method, path, body, idempotencyKey).catch((error: Error) => error)
      const last = tried === TRIES
      if (answer instanceof Error) {
        if (last) throw new MedusaError(MedusaError.Types.UNEXPECTED_STATE, `Coincart did not answer: ${answer.message}`)
      } else if (answer.ok) {
        return (await answer.json()) as T
      } else {
        const problem = await answer.json().catch(() => ({}))
        const again = answer.status >= 500 || answer.status === 429 || problem.code === "idempotency_in_flight"
        if (last || !again) {
          throw new Refused(problem.code ?? "", answer.status, `Coincart: ${problem.detail ?? answer.status} (${problem.code}, request ${problem.request_id})`)
        }
      }
      const asked = answer instanceof Error ? 0 : Number(answer.headers.get("retry-after")) * SECONDS
      await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(asked || 0, 200 * 2 ** tried), 5 * SECONDS)))
    }
  }

  private send(method: string, path: string, body?: object, idempotencyKey?: string): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.key}`, "coincart-version": "2026-12-01" }
    if (body) headers["content-type"] = "application/json"
    if (idempotencyKey) headers["idempotency-key"] = idempotencyKey
    return fetch(`${this.address}/api/v1${path}`, {
      method, headers, body: body && JSON.stringify(body), redirect: "error", signal: AbortSignal.timeout(15 * SECONDS),
    })
  }
}

/** Says whether a webhook was signed with this secret within five minutes (Standard Webhooks). `body` is what came, byte for byte. */
export function isSigned(headers: Record<string, unknown>, body: string | Buffer, secret: string): boolean {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => String(headers[name] ?? ""))
  if (!id || !/^\d+$/.test(timestamp) || Math.abs(Date.now() / SECONDS - Number(timestamp)) > 300) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64")
  const own = Buffer.from("v1," + createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64"))
  return signatures.split(" ").some((text) => {
    const given = Buffer.from(text)
    return given.length === own.length && timingSafeEqual(given, own)
  })
}
