"""Stripe's entry: Cash App Pay, cards and Link."""

from app.kit.money import CURRENCIES
from app.registry.payments.methods import CARD, USD
from app.registry.spec import Field, GatewaySpec, Method, Spec, mark

__all__ = ["STRIPE"]

# From memory, except the zero-decimal list; Stripe itself is the judge.
NOT_HERE = set("CUP ERN IQD IRR KPW LYD SDG SSP SVC SYP TMT VES BTN".split())

STRIPE = Spec(
    "stripe",
    "Stripe",
    "Payments",
    (
        Field(
            "secretKey",
            mark("Secret key"),
            ("STRIPE_SECRET_KEY",),
            "secret",
            required=True,
            help=mark("Starts with sk_ or rk_. Stripe: Developers, API keys."),
            prefixes=("sk_test_", "sk_live_", "rk_test_", "rk_live_"),
        ),
        Field(
            "webhookSecret",
            mark("Webhook signing secret"),
            ("STRIPE_WEBHOOK_SECRET",),
            "secret",
            help=mark("Starts with whsec_. Shown once, when the endpoint is made."),
            prefixes=("whsec_",),
        ),
        Field(
            "connectWebhookSecret",
            mark("Signing secret of sellers' webhooks"),
            ("STRIPE_CONNECT_WEBHOOK_SECRET",),
            "secret",
            help=mark("Starts with whsec_. Only where money is held for sellers."),
            prefixes=("whsec_",),
        ),
        Field(
            "publishableKey",
            mark("Publishable key"),
            ("NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY",),
            help=mark("Starts with pk_. Tells test from live."),
            prefixes=("pk_test_", "pk_live_"),
        ),
        Field(
            "methods",
            mark("Payment methods"),
            ("STRIPE_METHODS",),
            default="cashapp,card",
            help=mark("In the order customers see them: cashapp, card, link."),
        ),
    ),
    GatewaySpec(
        adapter="stripe:StripeGateway",
        display_name="Stripe (Cash App Pay)",
        methods=(
            Method("cashapp", mark("Cash App Pay"), mark("Scan with Cash App"), USD),
            CARD,
            Method("link", "Link", mark("Saved with Link, on a secure page")),
        ),
        creates_at="api",
        currencies=frozenset(CURRENCIES) - NOT_HERE,
        minimum={"USD": 50, "EUR": 50, "GBP": 30, "CAD": 50, "JPY": 50},
        decimals={"MGA": 0, "BHD": 2, "JOD": 2, "KWD": 2, "OMR": 2, "TND": 2},
        base_url_env="STRIPE_API_BASE",
        event_secret="webhookSecret",  # noqa: S106
        seller_event_secret="connectWebhookSecret",  # noqa: S106
        registers=True,
        reasons={
            "no configured method is left for this account": mark(
                "None of the chosen ways of paying is possible with this account"
            ),
        },
    ),
    tests={"secretKey": ("sk_test", "rk_test"), "publishableKey": ("pk_test",)},
)
