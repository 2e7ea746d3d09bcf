"""PayPal's entry: approved on their page, captured by us."""

from app.registry.payments.methods import CARD, USD
from app.registry.spec import Field, GatewaySpec, Method, Spec, mark

__all__ = ["PAYPAL"]

CURRENCIES = frozenset(
    "AUD BRL CAD CNY CZK DKK EUR HKD HUF ILS JPY MYR MXN NOK NZD PHP PLN GBP SGD SEK CHF TWD THB"
    " USD".split()
)

PAYPAL = Spec(
    "paypal",
    "PayPal",
    "Payments",
    (
        Field(
            "clientId",
            mark("Client id"),
            ("PAYPAL_CLIENT_ID", "NEXT_PUBLIC_PAYPAL_CLIENT_ID"),
            required=True,
        ),
        Field("clientSecret", mark("Client secret"), ("PAYPAL_CLIENT_SECRET",), "secret", True),
        Field("webhookId", mark("Webhook id"), ("PAYPAL_WEBHOOK_ID",)),
        Field(
            "environment",
            mark("Environment"),
            ("PAYPAL_ENVIRONMENT",),
            "choice",
            default="live",
            choices=("live", "sandbox"),
        ),
    ),
    GatewaySpec(
        adapter=None,
        display_name="PayPal",
        methods=(
            Method("paypal", "PayPal"),
            Method("venmo", "Venmo", currencies=USD),
            CARD,
            Method("pay_later", mark("Pay later")),
        ),
        creates_at="pay",
        currencies=CURRENCIES,
        decimals={"HUF": 0, "JPY": 0, "TWD": 0},
        base_url_env="PAYPAL_BASE_URL",
    ),
    tests={"environment": ("sandbox",)},
)
