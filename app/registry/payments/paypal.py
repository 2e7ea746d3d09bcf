"""PayPal's entry: approved on their page, captured by us."""

from app.registry.payments.methods import CARD, USD
from app.registry.spec import Field, GatewaySpec, Method, Spec, mark

__all__ = ["PAYPAL"]

CURRENCIES = frozenset(
    "AUD BRL CAD CNY CZK DKK EUR HKD HUF ILS JPY MYR MXN NOK NZD PHP PLN GBP SGD SEK CHF TWD THB"
    " USD".split()
)
# Where PayPal has Pay Later; from memory, and PayPal itself is the judge.
PAY_LATER = frozenset({"AUD", "EUR", "GBP", "USD"})

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
            help=mark("PayPal Developer: Apps & Credentials, your app. Live and Sandbox differ."),
        ),
        Field(
            "clientSecret",
            mark("Client secret"),
            ("PAYPAL_CLIENT_SECRET",),
            "secret",
            True,
            help=mark("Beside the client id, under Secret."),
        ),
        Field(
            "webhookId",
            mark("Webhook id"),
            ("PAYPAL_WEBHOOK_ID",),
            help=mark("Filled in when your address is registered here; else in the app, Webhooks."),
        ),
        Field(
            "environment",
            mark("Environment"),
            ("PAYPAL_ENVIRONMENT",),
            "choice",
            default="live",
            choices=("live", "sandbox"),
            help=mark("Where the client id is from: its form does not tell."),
        ),
    ),
    GatewaySpec(
        adapter="paypal:PayPalGateway",
        display_name="PayPal",
        methods=(
            Method("paypal", "PayPal"),
            # Their script alone can draw its button.
            Method("venmo", "Venmo", currencies=USD, is_offered=False),
            CARD,
            Method("pay_later", mark("Pay later"), currencies=PAY_LATER),
        ),
        creates_at="pay",
        currencies=CURRENCIES,
        decimals={"HUF": 0, "TWD": 0},
        base_url_env="PAYPAL_BASE_URL",
        event_secret="webhookId",  # noqa: S106
        registers=True,
    ),
    tests={"environment": ("sandbox",)},
)
