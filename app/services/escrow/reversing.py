"""What of freed money has to come back from the seller for a refund. A part."""

from bisect import bisect_right
from collections.abc import Iterator

from sqlalchemy import func, select

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict
from app.kit.money import Money
from app.models import Hold, MoveStatus, Order, Refund, Release, Reversal
from app.registry import gateway
from app.services import ledger, tasks
from app.services.escrow.fees import part_of_fee

__all__ = ["reserve"]


def reserve(order: Order, hold: Hold, refund: Refund, minor: int) -> None:
    """Set freed money aside to be fetched back for a refund, the newest first. The fee goes back
    with it, as if that much had never been freed. Raises Conflict when less was freed."""
    freed = ledger.balances(order.id).released
    if minor > freed:
        left = Money(freed, order.currency)
        raise Conflict(f"Only {left} can be fetched back from the seller", "refund_too_large")
    step = gateway(order.gateway).step_of(order.currency)
    for release, part, fee in _parts(hold, freed, minor, step):
        db.session.add(
            Reversal(
                order_id=order.id,
                hold_id=hold.id,
                release_id=release.id,
                refund_id=refund.id,
                amount_minor=part,
                fee_minor=fee,
                currency=order.currency,
            )
        )
    refund.waits_since = clock.now()
    tasks.add("escrow.reverse", {"refund": refund.id}, key=f"escrow.reverse:{refund.id}")


def _parts(hold: Hold, freed: int, minor: int, step: int) -> Iterator[tuple[Release, int, int]]:
    """What comes back of each release, and the fee in it: each the fee of just that much, since
    the next one may fail, and the fee that is kept has to be right then too."""
    for release, with_seller in _left_of(hold):
        part = _most(hold, freed, minor, with_seller, step)
        if part:
            yield release, part, part_of_fee(freed, freed - part, hold.fee_bps, step)
        freed, minor = freed - part, minor - part


def _most(hold: Hold, freed: int, minor: int, with_seller: int, step: int) -> int:
    """The largest amount whose seller's share is there: fee and share grow with it, in steps."""

    def share(part: int) -> int:
        return part - part_of_fee(freed, freed - part, hold.fee_bps, step)

    if share(minor) <= with_seller:
        return minor
    amounts = range(0, minor + 1, step)
    return amounts[bisect_right(amounts, with_seller, key=share) - 1]


def _left_of(hold: Hold) -> list[tuple[Release, int]]:
    """Releases, the newest first, and what the seller still has of each, in minor units."""
    back = (
        select(Reversal.release_id, func.sum(Reversal.amount_minor - Reversal.fee_minor))
        .where(Reversal.hold_id == hold.id, Reversal.status != MoveStatus.failed)
        .group_by(Reversal.release_id)
    )
    gone = {release_id: int(minor) for release_id, minor in db.session.execute(back)}
    releases = db.session.scalars(
        select(Release)
        .where(Release.hold_id == hold.id, Release.status == MoveStatus.succeeded)
        .order_by(Release.id.desc())
    )
    return [(one, one.to_seller.minor - gone.get(one.id, 0)) for one in releases]
