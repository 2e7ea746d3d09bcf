const DZTECH_API_KEY = process.env.DZTECH_API_KEY

async function createPaymentSession(userId, amount, itemName, gateway) {
  const externalId = `ORDER-${userId}-${Date.now()}`

  const response = await fetch('https://dztech.shop/api/create-payment-intent', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      apiKey: DZTECH_API_KEY,
      amount,
      itemName,
      externalId,
      // Optional: specify a gateway per transaction
      ...(gateway && { gateway }),
    }),
  })

  if (!response.ok) {
    const error = await response.json()
    throw new Error(error.error || 'Failed to create payment session')
  }

  const data = await response.json()

  // Store in your database
  await db.orders.create({
    id: externalId,
    userId,
    amount: data.amount,
    dztechOrderId: data.orderId,
    status: 'pending',
  })

  return {
    checkoutUrl: data.checkoutUrl,
    orderId: data.orderId,
  }
}
