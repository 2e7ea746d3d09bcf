"""The provider's own pages, to which customers are sent back: which addresses will do, and how the
order's values get into them."""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from app.extensions import settings
from app.kit.errors import Refused
from app.models import Order

__all__ = ["EXAMPLE", "PLACES", "check", "fill", "of_order", "unknown_places"]

PLACES = ("orderId", "externalId", "status")
EXAMPLE = {"orderId": "ord_01M8EXAMPLE", "externalId": "ORDER-1042", "status": "paid"}

_PLACE = re.compile(r"\{(" + "|".join(PLACES) + r")\}")
_BRACES = re.compile(r"\{[^{}]*\}")
# A host and port as they are written into a policy header: nobody's semicolon or asterisk.
_PLAIN_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")


def fill(template: str, values: Mapping[str, str]) -> str:
    """An address with its placeholders filled in, percent-encoded.

    One pass, so that no value can bring a placeholder of its own.
    """
    return _PLACE.sub(lambda found: quote(values[found[1]], safe=""), template)


def of_order(order: Order) -> dict[str, str]:
    """What an order puts into the placeholders."""
    return {
        "orderId": order.id,
        "externalId": order.external_id or "",
        "status": order.status,
    }


def unknown_places(template: str) -> list[str]:
    """What looks like a placeholder and will be sent as it stands."""
    return [one for one in _BRACES.findall(template) if not _PLACE.fullmatch(one)]


def check(url: str | None, field: str) -> str | None:
    """An address to send customers back to; placeholders only after the host.

    Raises Refused. Python's URL parser forgives what browsers read differently, so anything
    unusual is refused by looking at the characters.
    """
    url = (url or "").strip()
    if not url:
        return None
    allowed = {"https"} if settings().is_production else {"https", "http"}
    strange = any(letter <= " " or letter in '\\"<>`\x7f' or ord(letter) > 126 for letter in url)
    if strange or len(url) > 2048 or not _has_plain_host(url, allowed):
        raise Refused(
            "Give a complete address like https://shop.example.com/thanks?order={orderId}",
            "invalid_url",
            field=field,
        )
    return url


def _has_plain_host(url: str, schemes: set[str]) -> bool:
    try:
        address = urlsplit(url)
        _ = address.port
    except ValueError:
        return False
    return bool(
        address.scheme in schemes
        and url.startswith(f"{address.scheme}://")
        and address.hostname
        and _PLAIN_HOST.fullmatch(address.netloc)
    )
