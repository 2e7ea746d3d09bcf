"""Asking a gateway about an order on request: `?sync=1`, a merchant's button. A flow."""

from app.adapters.gateways import base
from app.models.payment import OPEN
from app.services import payments
from app.services.orders.look import Whole

__all__ = ["ask_about"]


def ask_about(found: Whole, *, actor: str = "sync") -> None:
    """Settle what the gateway says now; `actor` wants to know. Raises AppError 502 when it does
    not answer."""
    current = [one for one in found.payments if one.is_live or one.id == found.order.settled_by]
    for payment in current:
        if payment.status not in OPEN and payment.id != found.order.settled_by:
            continue
        try:
            payments.ask(payment.id, actor=actor)
        except (base.Declined, base.MethodUnavailable) as error:
            payments.record_error(payment.id, error)
        except base.GatewayError as error:
            raise payments.no_answer(error, found.order.id) from error
