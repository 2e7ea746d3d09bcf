"""What `make run` prints at the end of its start: where to look and one line to paste."""

import sys

from app.services import demo

__all__ = ["print_welcome"]


def _curl(base: str, key: str) -> str:
    body = '{"amount": 19.99, "itemName": "Premium Credits", "externalId": "order-1"}'
    return (
        f"curl -s {base}/api/create-payment-intent -H 'Authorization: Bearer {key}'"
        f" -H 'Content-Type: application/json' -d '{body}'"
    )


def print_welcome() -> None:
    """Print the addresses, the demo's login and key, and a ready-to-paste curl line."""
    from wsgi import app

    with app.app_context():
        base, known = app.config["SETTINGS"].public_base_url, demo.remembered()
    if not known:
        return
    sys.stdout.write(
        f"""
Gatehouse runs on {base}
  API reference      {base}/api/docs
  Webhooks received  {base}/demo
  Letters            {base}/outbox
  Sign in            {base}/login
  Demo login         {known["email"]}  {known["password"]}
  Demo API key       {known["apiKey"]}

Make a payment, then open the checkoutUrl it answers with:

{_curl(base, known["apiKey"])}

"""
    )
    sys.stdout.flush()
