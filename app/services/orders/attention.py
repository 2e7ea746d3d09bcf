"""What about an order needs a person, or only an answer. Parts; the order is locked."""

from app.adapters.gateways import base
from app.models import Order

__all__ = ["clear", "unanswered"]

# Codes that say only that a gateway could not be asked; its answer ends them.
NOT_KNOWING = {"payment_unknown", "payment_missing", "gateway_misconfigured"}


def unanswered(order: Order, error: base.GatewayError) -> None:
    """Say why nothing is known, unless something graver is said already."""
    if order.attention is None or order.attention in NOT_KNOWING:
        order.attention = _code(error)


def _code(error: base.GatewayError) -> str:
    if isinstance(error, base.Misconfigured):
        return "gateway_misconfigured"
    # Most likely the keys were changed to another account's.
    return "payment_missing" if isinstance(error, base.Missing) else "payment_unknown"


def clear(order: Order) -> None:
    """The gateway has answered: what was said about not knowing is over."""
    if order.attention in NOT_KNOWING:
        order.attention = None
