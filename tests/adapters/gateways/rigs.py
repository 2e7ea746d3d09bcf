"""One rig for each gateway: the adapter, and the customer and the company on the other side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Protocol

from app.adapters.gateways import base
from app.kit import clock, signing
from app.kit.money import Money
from app.kit.tokens import new_id
from tests import world
from tests.fakes.stripe import StripeFake


class Rig(Protocol):
    """What the contract suite needs of a gateway."""

    adapter: base.Gateway
    method: str

    def pay(self, ref: str) -> None: ...
    def decline(self, ref: str) -> None: ...
    def drop_next_creation(self) -> None: ...
    def objects(self) -> int: ...
    def signed_event(self, ref: str) -> base.InboundCall: ...
    def inside(self) -> Any: ...


def request(method: str | None, minor: int = 2000, **changes: Any) -> base.PaymentRequest:
    """An ordinary payment of 20.00 USD."""
    payment_id = new_id("pay")
    until = clock.now() + timedelta(hours=2)
    values = {
        "payment_id": payment_id,
        "order_id": new_id("ord"),
        "org_id": new_id("org"),
        "money": Money(minor, "USD"),
        "item_name": "Premium Credits",
        "return_url": "http://127.0.0.1:5999/checkout/o/x/return",
        "cancel_url": "http://127.0.0.1:5999/checkout/o/x",
        "expires_at": until,
        "session_until": until,
        "idempotency_key": payment_id,
        "method": method,
    }
    return base.PaymentRequest(**{**values, **changes})


class SandboxRig:
    """The built-in gateway on its ledger in the database."""

    method = "test"

    def __init__(self, shop: world.Shop) -> None:
        from app.services import routing
        from app.services.credentials import Scope, Stored, open_stored

        self.shop = shop
        with shop.inside():
            scope = Scope("organization", shop.org_id)
            self.credentials = open_stored(Stored(scope, "sandbox"))
            self.adapter = routing.connect("sandbox", self.credentials)
        self.scenario: str | None = None

    @contextmanager
    def inside(self) -> Iterator[None]:
        with self.shop.inside():
            yield

    def pay(self, ref: str) -> None:
        from app.services import sandbox

        sandbox.press(ref, "pay")

    def decline(self, ref: str) -> None:
        from app.services import sandbox

        sandbox.press(ref, "decline")

    def drop_next_creation(self) -> None:
        self.scenario = "timeout_but_charged"

    def objects(self) -> int:
        from sqlalchemy import func, select

        from app.extensions import reading
        from app.models import SandboxPayment

        with reading() as session:
            return session.scalar(select(func.count(SandboxPayment.id)))

    def request(self, method: str | None, **changes: Any) -> base.PaymentRequest:
        metadata = {"scenario": self.scenario} if self.scenario else {}
        return request(method, **{"metadata": metadata, **changes})

    def signed_event(self, ref: str) -> base.InboundCall:
        event_id, stamp = new_id("sbe"), int(clock.now().timestamp())
        body = json.dumps(
            {"id": event_id, "type": "payment.succeeded", "payment": ref, "reference": "pay_x"}
        ).encode()
        signature = signing.sign(event_id, stamp, body, [self.credentials["webhookSecret"]])
        headers = {
            "webhook-id": event_id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": signature,
        }
        return base.InboundCall(body, headers)


class StripeRig:
    """Stripe's adapter against its fake."""

    def __init__(self, fake: StripeFake, method: str) -> None:
        from app.adapters.gateways.stripe import StripeGateway

        self.fake, self.method = fake, method
        values = {"secretKey": world.STRIPE_KEY, "webhookSecret": world.STRIPE_WEBHOOK_SECRET}
        self.adapter = StripeGateway(base.Credentials(values, fake.url))

    @contextmanager
    def inside(self) -> Iterator[None]:
        yield

    def request(self, method: str | None, **changes: Any) -> base.PaymentRequest:
        return request(method, **changes)

    def pay(self, ref: str) -> None:
        self.fake.pay_session(ref) if ref.startswith("cs_") else self.fake.approve(ref)

    def decline(self, ref: str) -> None:
        self.fake.decline(ref)

    def drop_next_creation(self) -> None:
        path = "checkout/sessions$" if self.method == "card" else "payment_intents$"
        self.fake.drop_after_commit(f"POST /v1/{path}", times=2)

    def objects(self) -> int:
        made = self.fake.sessions() if self.method == "card" else self.fake.payment_intents()
        return len(made)

    def signed_event(self, ref: str) -> base.InboundCall:
        body, headers = self.fake.sign(self.fake.events[-1], world.STRIPE_WEBHOOK_SECRET)
        return base.InboundCall(body, {name.lower(): value for name, value in headers.items()})
