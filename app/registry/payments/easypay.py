"""Easypay's entry: Multibanco, MB WAY and cards."""

from app.registry.payments.methods import CARD, EUR, MBWAY, MULTIBANCO
from app.registry.spec import Field, GatewaySpec, Spec, mark

__all__ = ["EASYPAY"]

EASYPAY = Spec(
    "easypay",
    "Easypay",
    "Payments",
    (
        Field("accountId", mark("Account id"), ("EASYPAY_ACCOUNT_ID",), required=True),
        Field("apiKey", mark("API key"), ("EASYPAY_API_KEY",), "secret", True),
        Field(
            "baseUrl",
            mark("Environment"),
            ("EASYPAY_BASE_URL",),
            "choice",
            default="production",
            choices=("production", "sandbox"),
        ),
    ),
    GatewaySpec(
        adapter=None,
        display_name="Easypay",
        methods=(
            MULTIBANCO,
            MBWAY,
            CARD,
        ),
        creates_at="pay",
        currencies=EUR,
        base_url_env="EASYPAY_API_BASE",
    ),
    tests={"baseUrl": ("sandbox",)},
)
