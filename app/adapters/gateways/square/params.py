"""What we send to Square. Built from stored values alone: the same key must carry the same body
whenever it is repeated, or Square refuses it.

Amounts are integers in the smallest unit of the currency, as ISO 4217 and Square both count them
(https://developer.squareup.com/docs/build-basics/common-data-types/working-with-monetary-amounts).
"""

import hashlib
from typing import Any

from app.adapters.gateways import base
from app.kit.money import Money

__all__ = ["LINK_KEY", "OTHER_KEY", "key", "link", "mark_of", "money", "refund"]

LINK_KEY, OTHER_KEY = 192, 45  # characters of an idempotency key, for links and for the rest
REASON, EMAIL = 192, 256  # characters
# A hosted page always takes cards; these stand beside them if we say so.
_BESIDE_CARDS = {
    "apple_pay": "apple_pay",
    "google_pay": "google_pay",
    "cash_app": "cash_app_pay",
    "afterpay": "afterpay_clearpay",
}
_CAUSES = {"duplicate": "Paid twice", "late": "Paid too late"}


def link(request: base.PaymentRequest, location_id: str) -> dict[str, Any]:
    """CreatePaymentLinkRequest for one method; the amount cannot change on the page, so there are
    no tips, coupons, points or taxes by rule."""
    sent: dict[str, Any] = {
        "idempotency_key": key(request.idempotency_key, LINK_KEY),
        "order": _order(request, location_id),
        "checkout_options": {
            "redirect_url": request.return_url,
            "allow_tipping": False,
            "ask_for_shipping_address": False,
            "enable_coupon": False,
            "enable_loyalty": False,
            "accepted_payment_methods": {
                name: method == request.method for method, name in _BESIDE_CARDS.items()
            },
        },
        "payment_note": request.payment_id,  # Square copies it to the payment, and so to events
    }
    if request.customer_email and len(request.customer_email) <= EMAIL:
        sent["pre_populated_data"] = {"buyer_email": request.customer_email}
    return sent


def _order(request: base.PaymentRequest, location_id: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "name": request.item_name,
        "quantity": "1",
        "base_price_money": money(request.money),
    }
    if request.item_description:
        item["note"] = request.item_description
    return {
        "location_id": location_id,
        "reference_id": request.payment_id,
        "line_items": [item],
        "pricing_options": {"auto_apply_discounts": False, "auto_apply_taxes": False},
        "metadata": {
            "payment_id": request.payment_id,
            "order_id": request.order_id,
            "organization_id": request.org_id,
        },
    }


def refund(gateway_payment_id: str, request: base.RefundRequest) -> dict[str, Any]:
    """RefundPaymentRequest; the amount always goes along, also for all of it. Our id ends the
    reason, since a refund has no other field of ours to be found by."""
    mark = mark_of(request)
    why = request.reason or _CAUSES.get(request.cause, "Refund")
    return {
        "idempotency_key": key(request.idempotency_key, OTHER_KEY),
        "payment_id": gateway_payment_id,
        "amount_money": money(request.money),
        "reason": why[: REASON - len(mark) - 1] + " " + mark,
    }


def mark_of(request: base.RefundRequest) -> str:
    """What the reason of the refund that a request made ends with."""
    return f"({request.refund_id})"


def money(amount: Money) -> dict[str, Any]:
    """Square's Money."""
    return {"amount": amount.minor, "currency": amount.currency}


def key(wanted: str, longest: int) -> str:
    """An idempotency key that Square takes: a longer one is replaced by its digest, for good."""
    if len(wanted.encode()) <= longest:
        return wanted
    return hashlib.sha256(wanted.encode()).hexdigest()[:40]
