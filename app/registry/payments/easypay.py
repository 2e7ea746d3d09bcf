"""Easypay's entry: Multibanco, MB WAY and cards."""

from app.registry.payments.methods import CARD, EUR, MBWAY, MULTIBANCO
from app.registry.places import Place
from app.registry.spec import Field, GatewaySpec, Spec, mark

__all__ = ["EASYPAY"]

UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

EASYPAY = Spec(
    "easypay",
    "Easypay",
    "Payments",
    (
        Field(
            "accountId",
            mark("Account id"),
            ("EASYPAY_ACCOUNT_ID",),
            required=True,
            help=mark("Easypay: Web Services, Configuration API 2.0, your account, Keys."),
            pattern=UUID,
            example="00000000-0000-0000-0000-000000000000",
        ),
        Field(
            "apiKey",
            mark("API key"),
            ("EASYPAY_API_KEY",),
            "secret",
            True,
            help=mark("Beside the account id. Make a key of its own for Gatehouse there."),
            pattern=UUID,
            example="00000000-0000-0000-0000-000000000000",
        ),
        Field(
            "baseUrl",
            mark("Environment"),
            ("EASYPAY_BASE_URL",),
            "choice",
            default="production",
            choices=("production", "sandbox"),
            help=mark("Where the keys were made: the sandbox has accounts and keys of its own."),
        ),
    ),
    GatewaySpec(
        adapter="easypay:EasypayGateway",
        display_name="Easypay",
        methods=(
            MULTIBANCO,
            MBWAY,
            CARD,
        ),
        creates_at="pay",
        currencies=EUR,
        minimum={"EUR": 50},
        base_url_env="EASYPAY_API_BASE",
        registers=True,
        returns_by="t_key",
        places=(Place(mark("Generic - URL")), Place(mark("Card redirect - URL"))),
        reasons={
            "Easypay could not complete the refund": mark("Easypay could not complete the refund"),
            "Easypay failed to make this payment": mark("Easypay failed to make this payment"),
            "There is no telephone number to ask in MB WAY": mark(
                "MB WAY needs a telephone number"
            ),
        },
    ),
    tests={"baseUrl": ("sandbox",)},
)
