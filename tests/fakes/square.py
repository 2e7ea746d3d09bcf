"""A stateful Square on loopback that refuses what Square refuses.

Tests drive the code under test against ``SquareFake().url``, play the customer with the methods
below, and count the money in the ledger.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterable
from typing import Any

from tests.fakes import square_shapes as shapes
from tests.fakes.customer import CustomerCannot
from tests.fakes.square_api import SquareApi, Token
from tests.fakes.square_books import Merchant
from tests.fakes.square_shapes import Object, now
from tests.fakes.square_webhooks import sign


class SquareFake(SquareApi):
    """The fake as tests use it: ``with SquareFake() as square: ...``."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Object] = []
        self.books.listeners.append(self._told)

    def _told(self, merchant_id: str, type_: str, row: Object) -> None:
        kind = type_.partition(".")[0]
        self.events.append(
            {
                "merchant_id": merchant_id,
                "type": type_,
                "event_id": str(uuid.uuid4()),
                "created_at": now(),
                "data": {"type": kind, "id": row["id"], "object": {kind: row}},
            }
        )

    # Merchants

    def account(
        self,
        token: str,
        *,
        id: str = "MLTEST1",
        locations: Any = ("L1",),
        lacks: Iterable[str] = (),
    ) -> Merchant:
        """Make ``token`` open the merchant ``id``, new or known; ``lacks`` takes scopes from it."""
        merchant = self.books.merchants.setdefault(id, Merchant(id))
        for one in locations:
            self.location(one, merchant=id)
        self.tokens[token] = Token(merchant, frozenset(lacks))
        return merchant

    def location(self, location_id: str, *, merchant: str = "MLTEST1", **traits: Any) -> None:
        """Add or describe a location."""
        known = self.books.merchants[merchant].locations
        fresh = shapes.location(location_id, merchant)
        known[location_id] = {**known.get(location_id, fresh), **traits}

    # The customer

    def pay(
        self,
        link_id: str,
        *,
        status: str = "COMPLETED",
        source: str = "CARD",
        minor: int | None = None,
    ) -> Object:
        """The customer pays on Square's page; the money may be only APPROVED or PENDING then."""
        with self.books.lock:
            made = self.books.pay(link_id, "APPROVED" if status == "COMPLETED" else status, source)
            if minor is not None:
                made.update({name: {**made[name], "amount": minor} for name in _MONEYS})
            if status == "COMPLETED":
                self.books.move_payment(made, "COMPLETED")
            return copy.deepcopy(made)

    def pay_in_parts(self, link_id: str, first: int) -> None:
        """A gift card pays a part and a card the rest."""
        with self.books.lock:
            for minor in (first, None):
                made = self.books.pay(link_id, "APPROVED", "CARD", minor)
                self.books.move_payment(made, "COMPLETED")

    def decline(self, link_id: str) -> Object:
        """A card is declined on Square's page; the customer is still there."""
        with self.books.lock:
            return copy.deepcopy(self.books.pay(link_id, "FAILED", "CARD"))

    def move(self, payment_id: str, status: str) -> None:
        """What was pending or approved is decided."""
        with self.books.lock:
            payment = self.books.rows["payment"][payment_id]
            if payment["status"] not in {"PENDING", "APPROVED"}:
                raise CustomerCannot(f"the payment is {payment['status']}")
            self.books.move_payment(payment, status)

    def finish_refund(self, refund_id: str, status: str = "COMPLETED") -> None:
        """A refund is decided."""
        with self.books.lock:
            self.books.finish_refund(self.books.rows["refund"][refund_id], status)

    def finish_refunds(self) -> None:
        """Every refund that waits is carried out."""
        for one in self.ledger("refund"):
            if one["status"] == "PENDING":
                self.finish_refund(one["id"])

    # The ledger

    def ledger(self, kind: str) -> list[Object]:
        """Every link, order, payment or refund, oldest first."""
        with self.books.lock:
            return copy.deepcopy(list(self.books.rows[kind].values()))

    def object(self, kind: str, object_id: str) -> Object:
        """A copy of any stored object; KeyError when there is none."""
        with self.books.lock:
            return copy.deepcopy(self.books.rows[kind][object_id])

    def tamper(self, kind: str, object_id: str, **fields: Any) -> None:
        """Overwrite fields of a stored object, for a company that tells something else."""
        with self.books.lock:
            self.books.rows[kind][object_id].update(fields)

    # Events

    def last_event(self, type_: str) -> Object:
        """The newest event of a type."""
        return next(event for event in reversed(self.events) if event["type"] == type_)

    def sign(self, event: Object | bytes, url: str, key: str) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a delivery to an address."""
        return sign(event, url, key)


_MONEYS = ("amount_money", "total_money")
