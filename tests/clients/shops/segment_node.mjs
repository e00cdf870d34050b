// A shop with npm's @segment/analytics-node: URL KEY CUSTOMER.
import { createRequire } from 'node:module'

const { Analytics } = createRequire(process.cwd() + '/')('@segment/analytics-node')
const [url, writeKey, userId] = process.argv.slice(2)
const analytics = new Analytics({ writeKey, host: url, maxEventsInBatch: 250, flushInterval: 500, httpRequestTimeout: 60000 })
analytics.identify({ userId, traits: { email: `${userId}@shop.example`, firstName: 'Ada' } })
analytics.track({ userId, event: 'Signed Up', properties: { type: 'organic', email: `${userId}@shop.example` } })
analytics.track({ userId, event: 'Product Added', properties: { cart_id: `cart-${userId}`, product_id: 'kite', name: 'Oak kite', price: 34.5 } })
for (let number = 0; number < 250; number++)
  analytics.track({ userId, event: 'Product Viewed', properties: { product_id: `p-${number}` } })
await analytics.closeAndFlush({ timeout: 30000 })
