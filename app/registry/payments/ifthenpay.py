"""Ifthenpay's entry: Multibanco, MB WAY and cards."""

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
        ),
        Field("mbKey", mark("Multibanco key"), ("IFTHENPAY_MB_KEY",), "secret"),
        Field("mbwayKey", mark("MB WAY key"), ("IFTHENPAY_MBWAY_KEY",), "secret"),
        Field("ccKey", mark("Card key"), ("IFTHENPAY_CC_KEY",), "secret"),
        Field("backofficeKey", mark("Backoffice key"), ("IFTHENPAY_BACKOFFICE_KEY",), "secret"),
    ),
    GatewaySpec(
        adapter=None,
        display_name="Ifthenpay",
        methods=(
            MULTIBANCO,
            MBWAY,
            CARD,
        ),
        creates_at="pay",
        currencies=EUR,
        base_url_env="IFTHENPAY_BASE_URL",
        calls_by="GET",
    ),
    any_of=("mbKey", "mbwayKey", "ccKey"),
)
