"""Freed money that somebody fetched back on a gateway's own pages. A flow."""

from sqlalchemy import func, select

from app.adapters.gateways import base
from app.extensions import db, reading, transaction
from app.kit.money import Money
from app.models import Attention, MoveStatus, NoticeKind, Payment, Release, Reversal
from app.services import notices, orders, records, routing

__all__ = ["look_at_transfer"]


def look_at_transfer(payment_id: str, gateway_transfer_id: str) -> None:
    """Ask how a transfer stands. What came back beside our own reversals is shown, and the books
    stay as they are: nobody can know what it was for. Raises GatewayError without an answer."""
    with reading() as session:
        payment = session.scalars(select(Payment).where(Payment.id == payment_id)).one()
    market: base.Marketplace = routing.connect_payment(payment).marketplace
    _compare(payment_id, market.retrieve_transfer(gateway_transfer_id))


def _compare(payment_id: str, state: base.TransferState) -> None:
    with transaction():
        order, payment = orders.lock(payment_id)
        release = db.session.scalars(
            select(Release).where(
                Release.order_id == order.id,
                Release.gateway_transfer_id == state.gateway_transfer_id,
            )
        ).one()
        strange = state.reversed_minor - _ours(release)
        if strange <= 0 or order.attention == Attention.reversed_elsewhere:
            return
        order.attention = Attention.reversed_elsewhere
        notices.about_order(NoticeKind.reversed_elsewhere, order)
        records.timeline(
            order,
            "escrow.reversed_elsewhere",
            payment=payment,
            release=release.id,
            amount=str(Money(strange, order.currency)),
        )


def _ours(release: Release) -> int:
    """What our own reversals have taken out of it, or may have by now; in minor units."""
    from_seller = func.sum(Reversal.amount_minor - Reversal.fee_minor)
    query = select(func.coalesce(from_seller, 0)).where(
        Reversal.release_id == release.id, Reversal.status != MoveStatus.failed
    )
    return int(db.session.scalars(query).one())
