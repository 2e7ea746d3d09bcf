"""Orders as the API would have made them, without the API: many, old, or odd ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ulid import ULID

from app.extensions import db, transaction
from app.kit import clock
from app.kit.tokens import new_token
from app.models import Order, Payment
from tests.world import Shop


def row(shop: Shop, *, at: datetime | None = None, **values: Any) -> Order:
    """One order, made `at` a moment, as its id says as well; not stored."""
    at = at or clock.now()
    given = {
        "id": f"ord_{ULID.from_datetime(at)}",
        "provider_id": shop.provider_id,
        "token": new_token(),
        "item_name": "Ticket",
        "amount_minor": 1999,
        "currency": "EUR",
        "gateway": "sandbox",
        "scope_kind": "platform",
        "scope_owner": "platform",
        "test_mode": True,
        "expires_at": at + timedelta(hours=1),
        "created_at": at,
        "status": "pending",
    }
    return Order(**{**given, **values})


def add(shop: Shop, **values: Any) -> str:
    """Store one order; its id."""
    return add_several(shop, values)[0]


def add_several(shop: Shop, *several: dict[str, Any]) -> list[str]:
    """Store orders, a second after each other unless they say `at`; their ids, in that order."""
    start = clock.now() - timedelta(seconds=len(several))
    rows = [
        row(shop, **{"at": start + timedelta(seconds=number), **one})
        for number, one in enumerate(several)
    ]
    with shop.inside(), transaction():
        db.session.add_all(rows)
    return [one.id for one in rows]


def add_payment(shop: Shop, order_id: str, **values: Any) -> str:
    """Store a payment of an order; its id."""
    given = {
        "order_id": order_id,
        "gateway": "sandbox",
        "status": "succeeded",
        "amount_minor": 1999,
        "currency": "EUR",
        "scope_kind": "platform",
        "scope_owner": "platform",
        "test_mode": True,
    }
    payment = Payment(**{**given, **values})
    with shop.inside(), transaction():
        db.session.add(payment)
    return payment.id
