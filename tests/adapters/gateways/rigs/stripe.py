"""Stripe's adapter against its fake, by Cash App and by card."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.stripe import StripeGateway
from app.kit import clock
from tests import world
from tests.adapters.gateways.rigs.base import Rig, request
from tests.adapters.gateways.rigs.forging import spoiled
from tests.fakes.stripe import StripeFake

__all__ = ["RIGS"]


class StripeRig(Rig):
    """One method at one account."""

    service, currency = "stripe", "USD"
    unknown = ("pi_nothing", "re_nothing")
    says = ("currency", "mode")

    def __init__(self, fake: StripeFake, method: str) -> None:
        self.fake, self.method = fake, method
        self.adapter = StripeGateway(base.Credentials(self.values(), fake.url))

    def values(self) -> dict[str, str]:
        return {"secretKey": world.STRIPE_KEY, "webhookSecret": world.STRIPE_WEBHOOK_SECRET}

    def environ(self) -> dict[str, str]:
        return {"STRIPE_API_BASE": self.fake.url}

    def request(self, method: str | None, **changes: Any) -> base.PaymentRequest:
        return request(method, **changes)

    def pay(self, ref: str, minor: int | None = None) -> None:
        self.fake.pay_session(ref) if ref.startswith("cs_") else self.fake.approve(ref)
        if minor is not None:
            self._tamper(ref, minor)

    def _tamper(self, ref: str, minor: int) -> None:
        """Stripe takes no other amount than was asked for; one that says so lies."""
        if ref.startswith("cs_"):
            self.fake.tamper(ref, amount_total=minor)
            ref = self.fake.object(ref)["payment_intent"]
        self.fake.tamper(ref, amount_received=minor, amount=minor)

    def decline(self, ref: str) -> None:
        self.fake.decline(ref)

    def news(self, ref: str, url: str) -> base.InboundCall:
        return self._signed(ref, world.STRIPE_WEBHOOK_SECRET)

    def _signed(self, ref: str, secret: str, age: int = 0) -> base.InboundCall:
        stamp = int(clock.now().timestamp()) - age
        body, headers = self.fake.sign(self._last_event(ref), secret, stamp)
        return base.InboundCall(body, {name.lower(): value for name, value in headers.items()})

    def _last_event(self, ref: str) -> dict[str, Any]:
        found = self.fake.object(ref)
        known = {ref, found.get("payment_intent")}
        for event in reversed(self.fake.events):
            thing = event["data"]["object"]
            if {thing["id"], thing.get("payment_intent")} & known - {None}:
                return event
        return self._made(ref, found)

    def _made(self, ref: str, found: dict[str, Any]) -> dict[str, Any]:
        """News of nothing: the object as it was made, which Stripe tells of at times."""
        type_ = "checkout.session.completed" if ref.startswith("cs_") else "payment_intent.created"
        event = {"id": f"evt_{ref}", "object": "event", "type": type_, "livemode": False}
        return {**event, "created": int(clock.now().timestamp()), "data": {"object": found}}

    def forgeries(self, ref: str, url: str) -> dict[str, base.InboundCall]:
        right = self.news(ref, url)
        stamped = right.headers["stripe-signature"]
        others = {
            "another secret": self._signed(ref, "whsec_somebody_elses_secret"),
            "too old": self._signed(ref, world.STRIPE_WEBHOOK_SECRET, age=301),
            "from the future": self._signed(ref, world.STRIPE_WEBHOOK_SECRET, age=-302),
            "another scheme": base.InboundCall(
                right.body, {"stripe-signature": stamped.replace("v1=", "v0=")}
            ),
        }
        return spoiled(right, "stripe-signature", signed=others)

    def charges(self) -> list[tuple[str, int, str]]:
        made = {one.get("payment_intent"): one["id"] for one in self.fake.sessions()}
        return [
            (made.get(one["payment_intent"], one["payment_intent"]), one["amount"], "USD")
            for one in self.fake.charges()
            if one["status"] == "succeeded"
        ]

    def objects(self) -> int:
        made = self.fake.sessions() if self.method == "card" else self.fake.payment_intents()
        return len(made)

    def lie(self, ref: str, what: str) -> None:
        known = [ref, self.fake.object(ref).get("payment_intent")]
        changed = {"currency": "eur"} if what == "currency" else {"livemode": True}
        for one in filter(None, known):
            self.fake.tamper(one, **changed)

    def drop_next_refund(self) -> None:
        self.fake.drop_after_commit("POST /v1/refunds$")

    def refunded(self) -> int:
        return sum(one["amount"] for one in self.fake.refunds() if one["status"] == "succeeded")

    def drop_next_creation(self) -> None:
        path = "checkout/sessions$" if self.method == "card" else "payment_intents$"
        self.fake.drop_after_commit(f"POST /v1/{path}", times=2)


@contextmanager
def _stripe(method: str, fixtures: Any) -> Iterator[StripeRig]:
    with StripeFake() as fake:
        fake.account(world.STRIPE_KEY)
        yield StripeRig(fake, method)


RIGS = {f"stripe-{method}": partial(_stripe, method) for method in ("cashapp", "card")}
