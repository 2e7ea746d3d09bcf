"""What about an order needs a person, or only an answer. Parts; the order is locked."""

from app.adapters.gateways import base
from app.models import Attention, Order

__all__ = ["NOT_KNOWING", "UNDECIDED", "clear", "unanswered"]

# Codes that say only that a gateway could not be asked; its answer ends them.
NOT_KNOWING = {
    Attention.payment_unknown,
    Attention.payment_missing,
    Attention.gateway_misconfigured,
}

# Money is on its way and nobody knows whether it went: set aside until the gateway's answer.
UNDECIDED = {Attention.refund_unknown, Attention.release_unknown}


def unanswered(order: Order, error: base.GatewayError) -> None:
    """Say why nothing is known, unless something graver is said already."""
    if order.attention is None or order.attention in NOT_KNOWING:
        order.attention = _code(error)


def _code(error: base.GatewayError) -> Attention:
    if isinstance(error, base.Misconfigured):
        return Attention.gateway_misconfigured
    if isinstance(error, base.Unconfirmed):
        return Attention.payment_unconfirmed
    # Most likely the keys were changed to another account's.
    is_missing = isinstance(error, base.Missing)
    return Attention.payment_missing if is_missing else Attention.payment_unknown


def clear(order: Order) -> None:
    """The gateway has answered: what was said about not knowing is over."""
    if order.attention in NOT_KNOWING:
        order.attention = None
