"""Looking again at refunds that were counted: a gateway says it gave back less than we do."""

from sqlalchemy import select

from app.extensions import reading, transaction
from app.models import Payment, Refund, RefundStatus
from app.services import refunding, routing
from app.services.orders import money_out
from app.services.refunds.sending import lock_refund

__all__ = ["review"]

COUNTED = {RefundStatus.succeeded, RefundStatus.failed}


def review(payment_id: str) -> None:
    """Find refunds of ours that failed after they had succeeded, and count them no more (a flow,
    for the task). Raises GatewayError when the gateway does not answer; the task tries again."""
    with reading() as session:
        payment = session.scalars(select(Payment).where(Payment.id == payment_id)).one()
        refunds = session.scalars(
            select(Refund).where(
                Refund.payment_id == payment_id,
                Refund.status.in_(COUNTED),
                Refund.gateway_refund_id.is_not(None),
            )
        ).all()
    adapter = routing.connect_payment(payment)
    now = {one.id: adapter.retrieve_refund(one.gateway_refund_id) for one in refunds}
    failed = {key: result for key, result in now.items() if result.status == "failed"}
    if not failed:
        return  # it was old news
    total = adapter.retrieve_payment(payment.gateway_ref).refunded_minor
    with transaction():
        for refund_id, result in failed.items():
            order, locked, refund = lock_refund(refund_id)
            if refund.status != RefundStatus.failed:
                refund.status, refund.failure = RefundStatus.failed, result.failure
                refunding.failed(order, locked, refund)
            # Some gateways tell no total, and theirs is nothing: ours that stand are counted.
            standing = refunding.total(locked, {RefundStatus.succeeded})
            money_out.take_back(order, locked, max(total, standing))
            refunding.release(locked)
