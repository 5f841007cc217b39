import { defineConfig } from "@medusajs/framework/utils"

// The settings of the project in which the provider is tested. The event bus, locks and workflows are Medusa's own, in its memory.
export default defineConfig({
  admin: { disable: true },
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    http: { storeCors: "", adminCors: "", authCors: "", jwtSecret: "of the tests", cookieSecret: "of the tests" },
  },
  modules: [
    {
      resolve: "@medusajs/medusa/payment",
      options: {
        webhook_delay: 200, // ms; Medusa's own is 5000
        providers: [
          {
            resolve: "./src/modules/coincart",
            id: "coincart",
            options: { address: process.env.COINCART_URL, key: process.env.COINCART_KEY, webhookSecret: process.env.COINCART_WEBHOOK_SECRET },
          },
        ],
      },
    },
  ],
})
