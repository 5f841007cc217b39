import {
  createApiKeysWorkflow, createProductsWorkflow, createRegionsWorkflow, createSalesChannelsWorkflow, linkSalesChannelsToApiKeyWorkflow,
} from "@medusajs/medusa/core-flows"
import type { ExecArgs } from "@medusajs/framework/types"

/** Makes what a cart needs, and prints it: a region that takes Coincart, a mug of 20 USD that needs no shipping, and keys. */
export default async function seed({ container }: ExecArgs) {
  const { result: [channel] } = await createSalesChannelsWorkflow(container).run({ input: { salesChannelsData: [{ name: "Web" }] } })
  const { result: [region] } = await createRegionsWorkflow(container).run({
    input: { regions: [{ name: "US", currency_code: "usd", countries: ["us"], payment_providers: ["pp_coincart_coincart"] }] },
  })
  const { result: [mug] } = await createProductsWorkflow(container).run({
    input: {
      products: [{
        title: "Mug", status: "published", options: [{ title: "Size", values: ["One"] }], sales_channels: [{ id: channel.id }],
        variants: [{ title: "One", options: { Size: "One" }, manage_inventory: false, prices: [{ amount: 20, currency_code: "usd" }] }],
      }],
    },
  })
  const { result: [publishable, secret] } = await createApiKeysWorkflow(container).run({
    input: {
      api_keys: [
        { title: "Store", type: "publishable", created_by: "" },
        { title: "Office", type: "secret", created_by: "" },
      ],
    },
  })
  await linkSalesChannelsToApiKeyWorkflow(container).run({ input: { id: publishable.id, add: [channel.id] } })
  console.log("SEEDED " + JSON.stringify({ region: region.id, variant: mug.variants[0].id, publishable: publishable.token, secret: secret.token }))
}
