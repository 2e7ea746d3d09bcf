"""Ifthenpay's entry: Multibanco, MB WAY and cards."""

from dataclasses import replace

from app.registry.payments.methods import CARD, EUR, MBWAY, MULTIBANCO
from app.registry.spec import Field, GatewaySpec, Spec, mark

__all__ = ["IFTHENPAY"]

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
        ),
        Field(
            "mbKey",
            mark("Multibanco key"),
            ("IFTHENPAY_MB_KEY",),
            "secret",
            help=mark("Like ABC-123456. Ifthenpay's backoffice, or its letter of contract."),
        ),
        Field(
            "mbwayKey",
            mark("MB WAY key"),
            ("IFTHENPAY_MBWAY_KEY",),
            "secret",
            help=mark("Like ABC-123456. Not offered in the sandbox, which has no MB WAY."),
        ),
        Field(
            "ccKey",
            mark("Card key"),
            ("IFTHENPAY_CC_KEY",),
            "secret",
            help=mark("Like ABC-123456."),
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
        ),
        Field(
            "entity",
            mark("Multibanco entity"),
            ("IFTHENPAY_ENTITY",),
            help=mark(
                "Five digits, only for contracts without a Multibanco key: references are then"
                " computed here and never expire."
            ),
        ),
        Field(
            "subEntity",
            mark("Multibanco sub-entity"),
            ("IFTHENPAY_SUBENTITY",),
            help=mark("One to three digits, which nothing else may make references with."),
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
        calls_by="GET",
    ),
    any_of=("mbKey", "mbwayKey", "ccKey", "entity"),
    tests={"environment": ("sandbox",)},
)
