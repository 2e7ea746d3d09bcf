"""NOWPayments' payments in our words, as they are asked for and as calls tell of them.

Amounts are in the order's own currency (`price_amount`); what was sent in coins is turned into it
by proportion. Statuses: https://documenter.getpostman.com/view/7907941/S1a32n38 ("Get payment
status").
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal, localcontext
from typing import Any

from app.adapters.gateways import base
from app.kit import clock
from app.kit.money import any_decimal, cut_to_minor

__all__ = ["STATUSES", "moment", "of_payment"]

STATUSES = {
    "waiting": "pending",
    "confirming": "processing",
    "confirmed": "processing",
    "sending": "processing",
    "spending": "processing",
    "partially_paid": "succeeded",  # but short: what came is less than what was asked for
    "finished": "succeeded",
    "failed": "failed",
    "refunded": "succeeded",  # and given back
    "expired": "expired",
}


def of_payment(found: Mapping[str, Any], *, test_mode: bool) -> base.Snapshot:
    """A payment as GET /v1/payment/{id} or a verified call describes it; numbers as int, Decimal
    or text. A status we do not know decides nothing."""
    said = str(found.get("payment_status", ""))
    status = STATUSES.get(said, "pending")
    currency = str(found.get("price_currency", "")).upper()
    price = cut_to_minor(found.get("price_amount"), currency)
    paid = _paid(found, said, price) if status == "succeeded" else 0
    # Money has its own id: of several payments of one invoice the one that money came by.
    has_money = status in {"processing", "succeeded"}
    return base.Snapshot(
        status,
        paid_minor=paid,
        refunded_minor=paid if said == "refunded" else 0,
        currency=currency or None,
        gateway_payment_id=str(found["payment_id"]) if has_money else None,
        test_mode=test_mode,
        paid_at=moment(found.get("updated_at")) if has_money else None,
        failure="NOWPayments could not complete the payment" if status == "failed" else None,
    )


def _paid(found: Mapping[str, Any], said: str, price: int) -> int:
    """What came, in minor units of the order's currency. `finished` is their word that it is
    enough, within the tolerance of the merchant's own settings; anything less is never the whole.
    """
    sent, asked = any_decimal(found.get("actually_paid")), any_decimal(found.get("pay_amount"))
    if said == "finished" or (said == "refunded" and (not sent or sent >= asked)):
        return price
    if not asked:
        return 0
    with localcontext(prec=60):
        share = int((Decimal(price) * sent / asked).to_integral_value(ROUND_FLOOR))
    return max(0, min(share, price - 1))


def moment(value: object) -> datetime | None:
    """A moment of theirs: ISO 8601, or milliseconds since 1970 in some calls; None if absent."""
    text = str(value or "")
    try:
        if text.isascii() and text.isdecimal():
            return clock.from_unix(int(text) / 1000)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
