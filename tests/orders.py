"""Orders as the API would have made them, without the API: many, old, or odd ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
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


FILL = """
INSERT INTO orders (id, org_id, provider_id, token, external_id, item_name, amount_minor, currency,
    gateway, gateway_reason, scope_kind, scope_owner, test_mode, status, sequence, customer_email,
    metadata, expires_at, created_at, updated_at)
SELECT 'ord_01M0' || lpad(upper(to_hex(n)), 6, '0') || lpad(upper(to_hex(n)), 16, '0'),
    :org, :provider, md5('p' || n), 'cart-' || n,
    (ARRAY['Ticket', 'Chair', 'Table', 'Lamp', 'Book'])[1 + n % 5] || ' ' || md5('i' || n),
    100 + n % 9900, 'EUR', CASE WHEN n % 3 = 0 THEN 'stripe' ELSE 'sandbox' END, '', 'platform',
    'platform', n % 2 = 0,
    (ARRAY['paid', 'paid', 'paid', 'paid', 'failed', 'expired', 'pending', 'refunded'])[1 + n % 8],
    3, md5('c' || n) || '@example.com', '{}', now(), now() - make_interval(mins => n), now()
FROM generate_series(1, :number) AS n
"""


def fill(shop: Shop, number: int) -> None:
    """Store very many orders of all kinds, on PostgreSQL, which then knows its tables again."""
    place = {"org": shop.org_id, "provider": shop.provider_id, "number": number}
    with shop.app.app_context(), db.engine.connect() as connection:
        connection.execute(text(FILL), place)
        connection.commit()
        vacuum = connection.execution_options(isolation_level="AUTOCOMMIT")
        vacuum.execute(text("VACUUM ANALYZE orders"))
