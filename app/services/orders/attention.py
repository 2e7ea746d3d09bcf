"""What about an order needs a person, or only an answer. Parts; the order is locked."""

from datetime import timedelta

from app.adapters.gateways import base
from app.models import Attention, NoticeKind, Order
from app.services import notices

__all__ = ["MOVES_UNKNOWN", "NOT_KNOWING", "clear", "say", "unanswered"]

ONCE_IN = timedelta(days=1)
# Codes that say only that a gateway could not be asked; its answer ends them.
NOT_KNOWING = {
    Attention.payment_unknown,
    Attention.payment_missing,
    Attention.gateway_misconfigured,
}

# Money is on its way and nobody knows whether it went: set aside until the gateway's answer.
MOVES_UNKNOWN = {
    Attention.refund_unknown,
    Attention.release_unknown,
    Attention.reversal_unknown,
}


def unanswered(order: Order, error: base.GatewayError) -> None:
    """Say why nothing is known, unless something graver is said already."""
    if order.attention is None or order.attention in NOT_KNOWING:
        order.attention = _code(error)
        if order.attention == Attention.gateway_misconfigured:
            _tell_of_keys(order)


def _tell_of_keys(order: Order) -> None:
    """Every order meets the same keys: that is told once a day. The operator's are not the
    merchant's to change."""
    if order.scope_kind != "platform":
        notices.tell(
            NoticeKind.keys_refused, order.gateway, test_mode=order.test_mode, once_in=ONCE_IN
        )


def _code(error: base.GatewayError) -> Attention:
    if isinstance(error, base.Misconfigured):
        return Attention.gateway_misconfigured
    if isinstance(error, base.Unconfirmed):
        return Attention.payment_unconfirmed
    # Most likely the keys were changed to another account's.
    is_missing = isinstance(error, base.Missing)
    return Attention.payment_missing if is_missing else Attention.payment_unknown


def say(order: Order, code: Attention) -> None:
    """Say what is the matter, unless a customer's bank waits for an answer: it does not wait long,
    and says so only once."""
    if order.attention != Attention.chargeback:
        order.attention = code


def clear(order: Order, *decided: Attention) -> None:
    """The gateway has answered: what was said about not knowing is over, and what this answer has
    `decided`."""
    if order.attention in NOT_KNOWING.union(decided):
        order.attention = None
