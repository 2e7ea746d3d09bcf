// An integrator's server around the two published samples, which are loaded as they were printed;
// only the host is put in. What they take for granted (Express, a database, access to grant) is
// made here as small as it can be.
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')

const orders = new Map()
const granted = []
const routes = new Map()

const db = {
  orders: {
    create: async (order) => void orders.set(order.id, order),
    findById: async (id) => orders.get(id),
    update: async (id, fields) => void Object.assign(orders.get(id), fields),
  },
}
const grantAccess = async (userId, amount) => void granted.push({ userId, amount })
const app = { post: (route, handler) => void routes.set(route, handler) }

function load(name, gives) {
  const printed = fs.readFileSync(path.join(__dirname, name), 'utf8')
  const source = printed.replaceAll('https://dztech.shop', process.env.DZTECH_URL)
  return new Function('app', 'db', 'grantAccess', `${source}\nreturn ${gives}`)(app, db, grantAccess)
}

const createPaymentSession = load('create_payment_session.js', 'createPaymentSession')
load('webhook_handler.js', 'undefined')

// The test's own doors: a customer buys something; what does the integrator know?
app.post('/buy', async (req, res) => {
  const { userId, amount, itemName, gateway } = req.body
  try {
    res.status(200).json(await createPaymentSession(userId, amount, itemName, gateway))
  } catch (error) {
    res.status(500).json({ error: error.message })
  }
})
app.post('/know', async (req, res) => res.status(200).json({ orders: [...orders.values()], granted }))

function expressLike(response) {
  const res = {
    status: (code) => Object.assign(response, { statusCode: code }) && res,
    json: (body) => void response.end(JSON.stringify(body)),
  }
  return res
}

const server = http.createServer(async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const handler = routes.get(request.url)
  if (!handler || request.method !== 'POST') return void response.writeHead(404).end()
  const body = chunks.length ? JSON.parse(Buffer.concat(chunks).toString()) : {}
  await handler({ headers: request.headers, body }, expressLike(response))
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
