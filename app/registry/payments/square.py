"""Square's entry: a hosted page for cards and wallets."""

from app.registry.payments.methods import CARD, USD
from app.registry.spec import Field, GatewaySpec, Method, Spec, mark

__all__ = ["SQUARE"]

# Of the countries Square works in, from memory; the location's own currency is what counts.
CURRENCIES = frozenset("AUD CAD EUR GBP JPY USD".split())

SQUARE = Spec(
    "square",
    "Square",
    "Payments",
    (
        Field(
            "accessToken",
            mark("Access token"),
            ("SQUARE_ACCESS_TOKEN",),
            "secret",
            True,
            help=mark("Square's developer console: your application, Credentials."),
        ),
        Field(
            "locationId",
            mark("Location id"),
            ("SQUARE_LOCATION_ID",),
            required=True,
            help=mark("Same place, Locations. Payments are in this location's currency."),
        ),
        Field(
            "applicationId",
            mark("Application id"),
            ("NEXT_PUBLIC_SQUARE_APPLICATION_ID",),
            help=mark("Not needed: customers pay on Square's own page."),
        ),
        Field(
            "webhookSignatureKey",
            mark("Webhook signature key"),
            ("SQUARE_WEBHOOK_SIGNATURE_KEY",),
            "secret",
            help=mark("Comes by itself when the address is registered here."),
        ),
        Field(
            "environment",
            mark("Environment"),
            ("SQUARE_ENVIRONMENT",),
            "choice",
            default="production",
            choices=("production", "sandbox"),
            help=mark("Each access token works in one of the two."),
        ),
    ),
    GatewaySpec(
        adapter="square:SquareGateway",
        display_name="Square",
        methods=(
            CARD,
            Method("apple_pay", "Apple Pay"),
            Method("google_pay", "Google Pay"),
            Method("cash_app", "Cash App Pay", currencies=USD),
        ),
        creates_at="pay",
        currencies=CURRENCIES,
        base_url_env="SQUARE_BASE_URL",
        event_secret="webhookSignatureKey",  # noqa: S106
        registers=True,
    ),
    tests={"environment": ("sandbox",)},
)
