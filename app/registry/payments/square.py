"""Square's entry: a hosted page for cards and wallets."""

from app.registry.payments.methods import CARD, USD
from app.registry.spec import Field, GatewaySpec, Method, Spec, mark

__all__ = ["SQUARE"]

SQUARE = Spec(
    "square",
    "Square",
    "Payments",
    (
        Field("accessToken", mark("Access token"), ("SQUARE_ACCESS_TOKEN",), "secret", True),
        Field("locationId", mark("Location id"), ("SQUARE_LOCATION_ID",), required=True),
        Field("applicationId", mark("Application id"), ("NEXT_PUBLIC_SQUARE_APPLICATION_ID",)),
        Field(
            "webhookSignatureKey",
            mark("Webhook signature key"),
            ("SQUARE_WEBHOOK_SIGNATURE_KEY",),
            "secret",
        ),
        Field(
            "environment",
            mark("Environment"),
            ("SQUARE_ENVIRONMENT",),
            "choice",
            default="production",
            choices=("production", "sandbox"),
        ),
    ),
    GatewaySpec(
        adapter=None,
        display_name="Square",
        methods=(
            CARD,
            Method("apple_pay", "Apple Pay"),
            Method("google_pay", "Google Pay"),
            Method("cash_app", "Cash App Pay", currencies=USD),
        ),
        creates_at="pay",
        base_url_env="SQUARE_BASE_URL",
    ),
    tests={"environment": ("sandbox",)},
)
