"""An account at the fake Ifthenpay, and adapters for parts of its keys."""

from __future__ import annotations

from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.ifthenpay import IfthenpayGateway
from tests.adapters.gateways import rigs
from tests.adapters.gateways.rigs.ifthenpay import KEY
from tests.fakes.ifthenpay import IfthenpayFake

__all__ = ["KEY", "URL", "made", "opened", "order"]

URL = "https://pay.example.com/api/webhooks/ifthenpay/0123456789abcdef0123456789abcdef"


def opened(fake: IfthenpayFake, **changes: str) -> IfthenpayGateway:
    """The adapter with every key; `changes` replace some, or take them away with an empty one."""
    account = fake.account
    values = {
        "antiPhishingKey": KEY,
        "mbKey": account.mb,
        "mbwayKey": account.mbway,
        "ccKey": account.card,
        "backofficeKey": account.backoffice,
        "environment": "production",
        **changes,
    }
    kept = {name: value for name, value in values.items() if value}
    return IfthenpayGateway(base.Credentials(kept, fake.url))


def order(method: str, minor: int = 2000, **changes: Any) -> base.PaymentRequest:
    """A request for 20.00 EUR by a method."""
    answers = {"phone": "+351912345678"} if method == "mbway" else {}
    return rigs.request(method, minor, "EUR", **{"answers": answers, **changes})


def made(fake: IfthenpayFake, method: str, **keys: str) -> str:
    """A payment of 20.00 EUR by a method; our ref of it."""
    return opened(fake, **keys).create_payment(order(method)).gateway_ref
