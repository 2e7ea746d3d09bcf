"""Deleting an organization, in two steps: nobody gets in any more; then, once no money is under
way, its secrets are gone. Its books stay.

Between the two lies a moment in which requests that were let in before come to their end: what
they started can still be asked about, because the keys are there until it is decided.
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select, update

from app.extensions import changed, db, transaction
from app.kit import clock
from app.kit.errors import Conflict, Refused
from app.kit.tenancy import current_org
from app.models import (
    ApiKey,
    Door,
    DoorKind,
    Hold,
    HoldStatus,
    Invitation,
    Membership,
    Order,
    OrderStatus,
    Organization,
    Payment,
    Provider,
    Refund,
    Task,
    WebhookEndpoint,
)
from app.models.payment import OPEN
from app.services import records, tasks

__all__ = ["UnderWay", "close", "under_way"]

IN_FLIGHT = 120  # seconds; longer than any request or task that was let in before
_HOLDING = (HoldStatus.held, HoldStatus.disputed)
_PAYABLE = (OrderStatus.pending, OrderStatus.processing, OrderStatus.failed)
_ASKING = ("payments.cancel", "refunds.review")


@dataclass(frozen=True)
class UnderWay:
    """Real money that is not where it belongs yet. What was only played with in test mode keeps
    nobody."""

    orders: int
    payments: int
    refunds: int
    holds: int = 0

    def __bool__(self) -> bool:
        return bool(self.orders or self.payments or self.refunds or self.holds)


def close(typed: str, *, actor: str) -> None:
    """Delete the current organization (a step).

    People and callers are locked out at once; a task takes the secrets away for good when what was
    let in before has come to its end. Orders, payments, refunds and the audit log stay in the
    database, because books have to be kept, and so do customers' receipts. Raises Refused when
    `typed` is not its name, Conflict while money is under way: without keys nobody could be asked
    about it.
    """
    with transaction():
        query = select(Organization).where(Organization.id == current_org()).with_for_update()
        row = db.session.scalars(query).one()
        if typed.strip() != row.name:
            raise Refused("Type the name exactly as it is", "wrong_name", field="name")
        _must_be_settled()
        row.closed_at, row.slug = clock.now(), f"closed-{secrets.token_hex(6)}"
        _lock_out()
        tasks.add("organizations.erase", {}, due=clock.after(IN_FLIGHT), key=f"erase:{row.id}")
        records.audit("organization.deleted", actor=actor, subject=row.name)


def under_way() -> UnderWay:
    """What the current organization would leave undecided (a part)."""
    is_payable = Order.status.in_(_PAYABLE) & or_(
        Order.status != OrderStatus.failed, Order.expires_at > clock.now()
    )
    # A reference that was given away may be paid after its order has ended: it is still asked
    # about. Of a superseded payment the cancelling may not be certain yet.
    is_open = or_(
        Payment.status.in_(OPEN),
        Payment.next_check_at.is_not(None),
        Payment.id.in_(_asked_about()),
    )
    return UnderWay(
        _count(select(func.count(Order.id)).where(is_payable, Order.test_mode.is_(False))),
        _count(select(func.count(Payment.id)).where(is_open, Payment.test_mode.is_(False))),
        _count(
            select(func.count(Refund.id))
            .join(Payment, Payment.id == Refund.payment_id)
            .where(Refund.status.in_(Refund.UNDECIDED), Payment.test_mode.is_(False))
        ),
        _count(
            select(func.count(Hold.id))
            .join(Order, Order.id == Hold.order_id)
            .where(Hold.status.in_(_HOLDING), Order.test_mode.is_(False))
        ),
    )


def _asked_about() -> list[str]:
    """Payments about which a task still waits for a definite answer of the gateway."""
    waiting = db.session.scalars(
        select(Task.args).where(
            Task.org_id == current_org(), Task.name.in_(_ASKING), Task.dead_at.is_(None)
        )
    )
    return [args["payment"] for args in waiting]


def _count(query: object) -> int:
    return db.session.scalar(query) or 0  # type: ignore[call-overload]


def _must_be_settled() -> None:
    found = under_way()
    if found:
        raise Conflict(
            f"Money is under way: {found.orders} open orders, {found.payments} payments that may"
            f" still come, {found.refunds} refunds not finished, {found.holds} orders held for"
            " sellers",
            "money_under_way",
            orders=found.orders,
            payments=found.payments,
            refunds=found.refunds,
            holds=found.holds,
        )


def _lock_out() -> None:
    """People and callers: each loses the way in. Customers keep their receipts, and gateways can
    tell us about money until the secrets go."""
    org_id, now = current_org(), clock.now()
    changed(delete(Membership).where(Membership.organization_id == org_id))
    changed(delete(Door).where(Door.org_id == org_id, Door.kind == DoorKind.api_key))
    changed(update(Provider).values(is_active=False))
    changed(update(ApiKey).where(ApiKey.revoked_at.is_(None)).values(revoked_at=now))
    changed(update(Invitation).where(Invitation.accepted_at.is_(None)).values(revoked_at=now))
    changed(
        update(WebhookEndpoint)
        .where(WebhookEndpoint.disabled_at.is_(None))
        .values(disabled_at=now, disabled_reason="the organization was deleted")
    )
