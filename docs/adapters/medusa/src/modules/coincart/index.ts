import { ModuleProvider, Modules } from "@medusajs/framework/utils"
import Coincart from "./service"

export default ModuleProvider(Modules.PAYMENT, { services: [Coincart] })
