"""How a hold stands, and its clock. Parts; the order is locked, and the hold is locked here."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict
from app.kit.money import Money
from app.models import Hold, HoldStatus, Order, Payment, Release, Reversal
from app.services import ledger
from app.services.ledger import Balances

__all__ = [
    "BUSY",
    "UNREADY",
    "forget_date",
    "free_of",
    "freeze",
    "is_stopped_since",
    "lock",
    "locked",
    "must_be_still",
    "plan",
    "run_on",
    "settle",
    "stop",
    "told",
    "under_way",
    "unfreeze",
    "wait",
    "why_stopped",
]

BUSY, UNREADY = 3600, 86_400  # seconds until what could not be freed is tried again
OVER = {HoldStatus.released, HoldStatus.refunded}
REMIND = timedelta(days=3)  # before money is freed by its date


def lock(order_id: str) -> Hold | None:
    """The hold of a locked order, locked; None where nothing is held."""
    found: Hold | None = db.session.scalars(
        select(Hold).where(Hold.order_id == order_id).with_for_update()
    ).one_or_none()
    return found


def locked(order_id: str) -> Hold:
    """As `lock`, of an order that has a seller and so a hold."""
    found = lock(order_id)
    if found is None:
        raise LookupError(f"{order_id} has a seller and no hold")
    return found


def under_way(hold: Hold) -> Release | None:
    """The release that is not decided yet."""
    query = select(Release).where(Release.hold_id == hold.id, Release.status.in_(Release.UNDECIDED))
    found: Release | None = db.session.scalars(query).one_or_none()
    return found


def must_be_still(hold: Hold) -> None:
    """Raises Conflict `escrow_busy` while money is on its way to the seller or back."""
    back = select(Reversal.id).where(
        Reversal.hold_id == hold.id, Reversal.status.in_(Reversal.UNDECIDED)
    )
    if under_way(hold) or db.session.scalars(back.limit(1)).first():
        raise Conflict(
            "A release or reversal of this order is under way; wait until it is decided",
            "escrow_busy",
        )


def is_stopped_since(hold: Hold, moment: datetime) -> bool:
    """Whether somebody disputes it who had not done so at that moment, or the bank decides."""
    if hold.is_charged_back:
        return True
    since = hold.disputed_at
    return hold.status == HoldStatus.disputed and since is not None and since > moment


def why_stopped(hold: Hold, release: Release) -> str | None:
    """Why a release that was surely never asked for must not be asked for any more; None when it
    may be. What the bank took for good, or somebody gave back elsewhere, is not freed as well."""
    if is_stopped_since(hold, release.created_at):
        return "stopped by a dispute"
    if ledger.balances(hold.order_id).held < release.amount_minor:
        return "less is held by now"
    return None


def free_of(hold: Hold, payment: Payment, found: Balances, *, refunding: int | None = None) -> int:
    """What is held and set aside for nothing, in minor units. `refunding` is what is set aside for
    refunds, where that is not what the payment says."""
    going = under_way(hold)
    for_refunds = payment.reserved_minor if refunding is None else refunding
    return max(0, found.held - (going.amount_minor if going else 0) - for_refunds)


def settle(order: Order, hold: Hold, *, decided_at: datetime | None = None) -> Balances:
    """Say how the hold stands after its money moved; where that is now. `decided_at` is when
    somebody here decided to move it: that ends a dispute which there was by then.

    Money that is here again after all was gone waits for a person: nothing frees it by itself.
    """
    found = ledger.balances(order.id)
    if hold.is_charged_back:
        hold.status, hold.release_at = HoldStatus.disputed, None  # wherever the money is meanwhile
    elif found.held == 0:
        hold.status = HoldStatus.released if found.released else HoldStatus.refunded
        hold.release_at = hold.seconds_left = hold.disputed_at = hold.dispute_reason = None
    elif hold.status in OVER:
        hold.status, hold.release_at = HoldStatus.held, None
    elif hold.status == HoldStatus.disputed and _is_decided(hold, decided_at):
        unfreeze(hold)
    plan(hold)
    return found


def _is_decided(hold: Hold, decided_at: datetime | None) -> bool:
    return decided_at is not None and not is_stopped_since(hold, decided_at)


def freeze(hold: Hold, reason: str | None) -> None:
    """The provider disputes it."""
    hold.disputed_at, hold.dispute_reason = clock.now(), reason
    stop(hold)


def stop(hold: Hold) -> None:
    """Stop the clock, if it runs."""
    hold.status = HoldStatus.disputed
    if hold.release_at:
        left = hold.release_at - clock.now()
        hold.seconds_left = max(0, int(left.total_seconds()))
    hold.release_at = None
    plan(hold)


def unfreeze(hold: Hold) -> None:
    """The provider's dispute is over."""
    hold.disputed_at = hold.dispute_reason = None
    run_on(hold)


def run_on(hold: Hold) -> None:
    """Let the clock run on from where it stopped."""
    hold.status = HoldStatus.held
    if hold.seconds_left is not None:
        hold.release_at = clock.after(hold.seconds_left)
    hold.seconds_left = None
    plan(hold)


def forget_date(hold: Hold) -> None:
    """Let no date free what is held, not even once a dispute ends: a person decides."""
    hold.release_at = hold.seconds_left = None
    plan(hold)


def plan(hold: Hold) -> None:
    """Set when the clock is looked at next: to remind, then to release."""
    hold.next_check_at = _next(hold)


def _next(hold: Hold) -> datetime | None:
    if hold.status != HoldStatus.held or hold.release_at is None:
        return None
    if hold.reminded_at is None and (hold.release_after_days or 0) > REMIND.days:
        return hold.release_at - REMIND
    return hold.release_at


def wait(hold: Hold, seconds: int) -> None:
    """Its date has come, and it cannot be freed now: look again later."""
    hold.next_check_at = clock.after(seconds)


def told(order: Order, hold: Hold, found: Balances) -> dict[str, Any]:
    """What events say of a hold: amounts in major units, each the total so far."""
    return {
        "sellerId": hold.seller_id,
        "heldAmount": Money(found.held, order.currency).number,
        "releasedAmount": Money(found.released, order.currency).number,
        "feeAmount": Money(found.fee, order.currency).number,
        "sellerAmount": Money(found.seller, order.currency).number,
        "releaseAt": clock.iso(hold.release_at) if hold.release_at else None,
    }
