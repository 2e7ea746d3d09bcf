"""The provider's own pages, with the order's values put in."""

import re
from urllib.parse import quote

from app.models import Order

__all__ = ["fill"]

_PLACEHOLDER = re.compile(r"\{(orderId|externalId|status)\}")


def fill(template: str, order: Order) -> str:
    """A redirect URL with {orderId}, {externalId} and {status} filled in, percent-encoded.

    One pass, so that no value can bring a placeholder of its own.
    """
    values = {
        "orderId": order.id,
        "externalId": order.external_id or "",
        "status": order.status,
    }
    return _PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), template)
