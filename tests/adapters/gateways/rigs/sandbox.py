"""The built-in gateway on its ledger in the database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import func, select

from app.adapters.gateways import base
from app.extensions import reading
from app.kit import clock, signing
from app.kit.tenancy import across_organizations
from app.kit.tokens import new_id
from app.models import SandboxPayment
from app.services import routing, sandbox
from app.services.credentials import Scope, Stored, open_stored
from tests import world
from tests.adapters.gateways.rigs.base import Rig, request
from tests.adapters.gateways.rigs.forging import spoiled

__all__ = ["RIGS"]

PAID = {"paid", "processing"}


class SandboxRig(Rig):
    """Pays, declines and tells as the sandbox's own page does."""

    service, method, currency, fake = "sandbox", "test", "USD", None
    unknown = ("sbx_no", "sbr_no")

    def __init__(self, shop: world.Shop) -> None:
        self.shop = shop
        with shop.inside():
            self.credentials = open_stored(Stored(Scope("organization", shop.org_id), "sandbox"))
            self.adapter = routing.connect("sandbox", self.credentials)
        self.scenario: str | None = None

    def values(self) -> dict[str, str]:
        return {}

    def environ(self) -> dict[str, str]:
        return {}

    def request(self, method: str | None, **changes: Any) -> base.PaymentRequest:
        metadata = {"scenario": self.scenario} if self.scenario else {}
        return request(method, **{"metadata": metadata, **changes})

    def pay(self, ref: str, minor: int | None = None) -> None:
        sandbox.press(ref, "pay")

    def decline(self, ref: str) -> None:
        sandbox.press(ref, "decline")

    def news(self, ref: str, url: str) -> base.InboundCall:
        return self._signed(ref, self.credentials["webhookSecret"])

    def _signed(self, ref: str, secret: str, age: int = 0) -> base.InboundCall:
        event_id, stamp = new_id("sbe"), int(clock.now().timestamp()) - age
        told = {"id": event_id, "type": "payment.succeeded", "payment": ref, "reference": "pay_x"}
        body = json.dumps(told).encode()
        headers = {
            "webhook-id": event_id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": signing.sign(event_id, stamp, body, [secret]),
        }
        return base.InboundCall(body, headers)

    def forgeries(self, ref: str, url: str) -> dict[str, base.InboundCall]:
        right = self._signed(ref, self.credentials["webhookSecret"])
        others = {
            "another secret": self._signed(ref, "whsec_" + "QUJD" * 11),
            "too old": self._signed(ref, self.credentials["webhookSecret"], age=301),
            "from the future": self._signed(ref, self.credentials["webhookSecret"], age=-301),
        }
        return spoiled(right, "webhook-signature", signed=others)

    def charges(self) -> list[tuple[str, int, str]]:
        with across_organizations("a test looks at the ledger"), reading() as session:
            rows = session.scalars(
                select(SandboxPayment).where(SandboxPayment.paid_at.is_not(None))
            ).all()
        return [(row.id, row.amount_minor, row.currency) for row in rows]

    def objects(self) -> int:
        with across_organizations("a test looks at the ledger"), reading() as session:
            return session.scalar(select(func.count(SandboxPayment.id)))

    def drop_next_creation(self) -> None:
        self.scenario = "timeout_but_charged"


@contextmanager
def _sandbox(fixtures: Any) -> Iterator[SandboxRig]:
    rig = SandboxRig(fixtures.getfixturevalue("shop"))
    with rig.shop.inside():
        yield rig


RIGS = {"sandbox": _sandbox}
