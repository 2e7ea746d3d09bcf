"""Ifthenpay's entry: Multibanco, MB WAY and cards."""

from dataclasses import replace

from app.registry.payments.methods import CARD, EUR, MBWAY, MULTIBANCO
from app.registry.places import Place
from app.registry.spec import Field, GatewaySpec, Spec, mark

__all__ = ["IFTHENPAY"]

# What they put into the address they call; the adapter registers the same by their API.
FILLED_IN = (
    "?key=[ANTI_PHISHING_KEY]&orderId=[ID]&amount=[AMOUNT]&requestId=[REQUEST_ID]"
    "&reference=[REFERENCE]&status=[STATUS]&when=[PAYMENT_DATETIME]"
)
KEY = r"[A-Za-z]{3}-\d{6}"

IFTHENPAY = Spec(
    "ifthenpay",
    "Ifthenpay",
    "Payments",
    (
        Field(
            "antiPhishingKey",
            mark("Anti-phishing key"),
            ("IFTHENPAY_ANTIPHISHING_KEY",),
            "secret",
            True,
            help=mark(
                "You make it up: 10 to 50 plain letters and digits. Ifthenpay's calls carry it."
            ),
            pattern=r"[A-Za-z0-9_.~-]{10,50}",
            example="s465ads4d6asd5sa",
        ),
        Field(
            "mbKey",
            mark("Multibanco key"),
            ("IFTHENPAY_MB_KEY",),
            "secret",
            help=mark("Like ABC-123456. Ifthenpay's backoffice, or its letter of contract."),
            pattern=KEY,
            example="ABC-123456",
        ),
        Field(
            "mbwayKey",
            mark("MB WAY key"),
            ("IFTHENPAY_MBWAY_KEY",),
            "secret",
            help=mark("Like ABC-123456. Not offered in the sandbox, which has no MB WAY."),
            pattern=KEY,
            example="ABC-123456",
        ),
        Field(
            "ccKey",
            mark("Card key"),
            ("IFTHENPAY_CC_KEY",),
            "secret",
            help=mark("Like ABC-123456."),
            pattern=KEY,
            example="ABC-123456",
        ),
        Field(
            "backofficeKey",
            mark("Backoffice key"),
            ("IFTHENPAY_BACKOFFICE_KEY",),
            "secret",
            help=mark(
                "Four times four digits, from the contract. Without it nothing can be refunded,"
                " looked up or registered."
            ),
            pattern=r"\d{4}(-\d{4}){3}",
            example="1111-2222-3333-4444",
        ),
        Field(
            "entity",
            mark("Multibanco entity"),
            ("IFTHENPAY_ENTITY",),
            help=mark(
                "Five digits, only for contracts without a Multibanco key: references are then"
                " computed here and never expire."
            ),
            pattern=r"\d{5}",
            example="12345",
        ),
        Field(
            "subEntity",
            mark("Multibanco sub-entity"),
            ("IFTHENPAY_SUBENTITY",),
            help=mark("One to three digits, which nothing else may make references with."),
            pattern=r"\d{1,3}",
            example="123",
        ),
        Field(
            "environment",
            mark("Environment"),
            ("IFTHENPAY_ENVIRONMENT",),
            "choice",
            default="production",
            choices=("production", "sandbox"),
        ),
    ),
    GatewaySpec(
        adapter="ifthenpay:IfthenpayGateway",
        display_name="Ifthenpay",
        methods=(
            MULTIBANCO,
            MBWAY,
            replace(CARD, lingers=True),
        ),
        creates_at="pay",
        currencies=EUR,
        cap={"EUR": 9_999_999},
        base_url_env="IFTHENPAY_BASE_URL",
        event_secret="antiPhishingKey",  # noqa: S106
        registers=True,
        finds_refunds=False,
        calls_by="GET",
        places=(
            Place(mark("Callback of the Multibanco key"), f"{FILLED_IN}&pm=MB", ("mbKey",)),
            Place(
                mark("Callback of the Multibanco entity"),
                f"{FILLED_IN}&pm=MB&entity={{entity}}",
                ("entity", "subEntity"),
            ),
            Place(mark("Callback of the MB WAY key"), f"{FILLED_IN}&pm=MBWAY", ("mbwayKey",)),
            Place(mark("Callback of the card key"), f"{FILLED_IN}&pm=CCARD", ("ccKey",)),
        ),
        reasons={
            "The payment was not confirmed in the MB WAY app": mark(
                "The payment was not confirmed in the MB WAY app"
            ),
            "The customer said no in the MB WAY app": mark(
                "The customer said no in the MB WAY app"
            ),
            "The customer did not confirm in the MB WAY app": mark(
                "The customer did not confirm in the MB WAY app"
            ),
            "The payment was declined by MB WAY": mark("MB WAY declined the payment"),
            "MB WAY needs a telephone number": mark("MB WAY needs a telephone number"),
            "it is not certain whether MB WAY asked the customer": mark(
                "It is not certain whether MB WAY asked the customer"
            ),
            "the key of this payment method is not set": mark(
                "The key of this way of paying is not set"
            ),
        },
    ),
    together=("entity", "subEntity"),
    any_of=("mbKey", "mbwayKey", "ccKey", "entity"),
    tests={"environment": ("sandbox",)},
)
