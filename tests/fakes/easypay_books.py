"""One account at the fake Easypay: its payments, its refunds, and the customers who pay them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.fakes.customer import CustomerCannot
from tests.fakes.easypay_checks import EasypayRefusal

__all__ = ["Books", "Refund", "Single", "cents"]

TRANSIENT = (
    "Refund request cannot be completed at this time. Operations are currently undergoing"
    " processing and are unavailable for modification. Please try again later."
)
# Telephone numbers of their test environment, and what comes of asking there.
PHONES = {"911234567": "paid", "917654321": "failed", "913456789": "failed"}


def cents(value: Decimal | int) -> int:
    return int(Decimal(value) * 100)


@dataclass
class Refund:
    id: str
    cents: int
    key: str
    status: str = "pending"


@dataclass
class Single:
    """A payment and its capture. ``status`` is in the words of ``payment_status``."""

    id: str
    capture_id: str
    sent: dict[str, Any]
    created_at: datetime
    entity: str = ""
    reference: str = ""
    status: str = "pending"
    paid_at: datetime | None = None
    paid_cents: int = 0
    refunds: list[Refund] = field(default_factory=list)
    claimed: dict[str, Any] = field(default_factory=dict)  # lies, for tests

    @property
    def method(self) -> str:
        return str(self.sent["method"])

    @property
    def asked_cents(self) -> int:
        return cents(self.sent["value"])

    @property
    def capture_status(self) -> str:
        back = sum(one.cents for one in self.refunds if one.status == "success")
        if self.status == "paid":
            return "refunded" if back >= self.paid_cents else "success"
        return {"failed": "failed", "error": "failed"}.get(self.status, "pending")

    @property
    def expires_at(self) -> datetime | None:
        text = self.sent.get("multibanco", {}).get("expiration_time")
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) if text else None


class Books:
    """What an account holds."""

    def __init__(self) -> None:
        self.singles: dict[str, Single] = {}
        self.busy_refunds = 0  # how many of the next ones are refused for the moment

    def open(self, sent: dict[str, Any]) -> Single:
        made = Single(str(uuid4()), str(uuid4()), sent, datetime.now(UTC))
        if made.method == "mb":
            made.entity, made.reference = "11683", f"{random.randrange(10**9):09}"
        self.singles[made.id] = made
        return made

    def single(self, id: str) -> Single:
        if id not in self.singles:
            raise EasypayRefusal(404, "Resource not found")
        return self.singles[id]

    def delete(self, id: str) -> None:
        found = self.single(id)
        if found.status not in {"pending", "active", "authorised"}:
            raise EasypayRefusal(400, "The payment cannot be deleted")
        found.status = "deleted"

    def captured(self, capture_id: str) -> Single:
        for one in self.singles.values():
            if one.capture_id == capture_id:
                return one
        raise EasypayRefusal(404, "Resource not found")

    def refund(self, capture_id: str, sent: dict[str, Any]) -> Refund:
        single = self.captured(capture_id)
        wanted = cents(sent["value"])
        if single.method == "mb" and not {"iban", "account_holder"} <= set(sent):
            raise EasypayRefusal(
                400, "The field iban is required", "The field account_holder is required"
            )
        if self.busy_refunds:
            self.busy_refunds -= 1
            raise EasypayRefusal(422, TRANSIENT)
        taken = sum(one.cents for one in single.refunds if one.status != "failed")
        if single.status != "paid" or wanted <= 0 or taken + wanted > single.paid_cents:
            raise EasypayRefusal(422, "The value exceeds what can be refunded")
        made = Refund(str(uuid4()), wanted, sent.get("transaction_key", ""))
        single.refunds.append(made)
        return made

    def refunded(self, id: str) -> tuple[Single, Refund]:
        for single in self.singles.values():
            for one in single.refunds:
                if one.id == id:
                    return single, one
        raise EasypayRefusal(404, "Resource not found")

    # --- the customer

    def pay(self, id: str, paid_cents: int | None = None) -> Single:
        """Pay what was asked for, or at a cash machine another amount."""
        single = self.singles[id]
        wanted = single.asked_cents if paid_cents is None else paid_cents
        if single.status != "pending":
            raise CustomerCannot(f"the payment is {single.status}")
        if single.expires_at and datetime.now(UTC) >= single.expires_at:
            raise CustomerCannot("the reference has expired")
        if single.method != "mb" and wanted != single.asked_cents:
            raise CustomerCannot("only what was asked for can be paid")
        single.status, single.paid_cents = "paid", wanted
        single.paid_at = datetime.now(UTC)
        return single

    def decline(self, id: str) -> Single:
        single = self.singles[id]
        if single.status != "pending" or single.method == "mb":
            raise CustomerCannot(f"nobody declines a payment that is {single.status}")
        single.status = "failed"
        return single
