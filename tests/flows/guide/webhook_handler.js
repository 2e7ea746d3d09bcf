app.post('/api/webhooks/dztech', async (req, res) => {
  if (req.headers['x-dztech-webhook'] !== 'payment-notification') {
    return res.status(401).json({ error: 'Unauthorized' })
  }

  const { event, externalId, amount } = req.body

  const order = await db.orders.findById(externalId)
  if (!order) {
    return res.status(200).json({ received: true })
  }

  if (event === 'payment_succeeded') {
    await db.orders.update(order.id, { status: 'paid' })
    await grantAccess(order.userId, amount)
  } else if (event === 'payment_failed') {
    await db.orders.update(order.id, { status: 'failed' })
  }

  res.status(200).json({ received: true })
})
