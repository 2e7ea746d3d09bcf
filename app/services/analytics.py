"""Telling an analytics service of what was paid and given back: where it is switched on, after the
commit, as a task. Whatever becomes of it, no order notices."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.adapters.analytics import Analytics, Happening
from app.extensions import db, reading
from app.kit import clock
from app.kit.money import Money
from app.kit.tenancy import current_org
from app.models import Order, Organization, Payment
from app.services import credentials, routing, tasks
from app.services.credentials import PLATFORM, Scope, Stored

__all__ = ["paid", "refunded", "tell"]

SERVICE = "ga4"


def paid(order: Order, payment: Payment) -> None:
    """The order was just paid (a part)."""
    _leave("purchase", order, payment.amount_minor, key=f"analytics:{order.id}")


def refunded(order: Order, minor: int) -> None:
    """So much of the order, in minor units, just went back (a part)."""
    _leave("refund", order, minor)


def _leave(kind: str, order: Order, minor: int, key: str | None = None) -> None:
    """Test orders are nobody's business figures."""
    if order.test_mode or _switched_on() is None:
        return
    at = clock.iso(clock.now())
    args = {"kind": kind, "order": order.id, "minor": str(minor), "at": at}
    tasks.add("analytics.tell", args, key=key)


def tell(args: Mapping[str, str]) -> None:
    """Tell of one thing (a flow), unless it was switched off meanwhile. Raises GatewayError, to be
    tried again."""
    with reading() as session:
        found = _switched_on()
        order = session.scalars(select(Order).where(Order.id == args["order"])).one_or_none()
    if found is None or order is None:
        return
    service: Analytics = routing.connect(SERVICE, credentials.open_stored(found))
    service.tell(_happening(order, args), clock.now())


def _happening(order: Order, args: Mapping[str, str]) -> Happening:
    minor, details = int(args["minor"]), order.details or {}
    kind: Any = args["kind"]
    return Happening(
        kind,
        order.id,
        Money(minor, order.currency),
        is_whole=minor == order.amount_minor,
        item_name=order.item_name,
        ordered_at=order.created_at,
        at=datetime.fromisoformat(args["at"]),
        hints={name: details[name] for name in ("gaClientId", "gaSessionId") if name in details},
    )


def _switched_on() -> Stored | None:
    """The values that count: the organization's own, else the installation's where the operator
    lets it use them; None unless their switch is on and nothing is missing."""
    found = credentials.stored(SERVICE, Scope("organization", current_org()))
    if found.is_empty:
        found = credentials.stored(SERVICE, PLATFORM)
        if found.is_empty or not _may_use_platform():
            return None
    return found if found.values.get("sends") == "on" else None


def _may_use_platform() -> bool:
    query = select(Organization.uses_platform_credentials).where(Organization.id == current_org())
    return bool(db.session.scalar(query))
