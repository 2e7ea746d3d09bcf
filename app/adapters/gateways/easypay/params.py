"""What we send to Easypay. Built from stored values alone: the same key must carry the same body
whenever it is repeated, or Easypay refuses it."""

from datetime import UTC, datetime
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.easypay.amounts import CURRENCY, to_easypay

__all__ = ["METHODS", "refund", "single"]

METHODS = {"multibanco": "mb", "mbway": "mbw", "card": "cc"}  # ours, and their words for them
TEXT, EMAIL = 255, 70  # characters at most


def single(request: base.PaymentRequest) -> dict[str, Any]:
    """A sale by one method (`POST /single`). Our id stands in it twice: `key` finds it again in
    lists, `transaction_key` comes back in notifications. Raises MethodUnavailable."""
    if request.method not in METHODS:
        raise base.MethodUnavailable(f"Easypay is not used for {request.method}")
    sent: dict[str, Any] = {
        "method": METHODS[request.method],
        "type": "sale",
        "value": to_easypay(request.money),
        "currency": CURRENCY,
        "key": request.payment_id,
        "capture": {
            "descriptive": request.item_name[:TEXT],
            "transaction_key": request.payment_id,
        },
    }
    if customer := _customer(request):
        sent["customer"] = customer
    if request.method == "multibanco":
        sent["multibanco"] = {"expiration_time": _moment(request.expires_at)}
    return sent


def refund(request: base.RefundRequest) -> dict[str, Any]:
    """Money back out of a capture (`POST /refund/{capture}`)."""
    return {"value": to_easypay(request.money), "transaction_key": request.refund_id}


def _customer(request: base.PaymentRequest) -> dict[str, str]:
    found: dict[str, str] = {}
    if request.customer_email and len(request.customer_email) <= EMAIL:
        found["email"] = request.customer_email
    if request.method == "mbway":
        found["phone_indicative"], found["phone"] = _in_two(request.answers.get("phone", ""))
    if language := (request.locale or "").replace("_", "-").split("-")[0]:
        found["language"] = language.upper()[:2]
    return found


def _in_two(phone: str) -> tuple[str, str]:
    """The country's code and the number within it, of an E.164 number. Raises Declined."""
    import phonenumbers  # 0.1 s and 6 MB that only a payment by telephone should pay

    try:
        found = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        raise base.Declined("There is no telephone number to ask in MB WAY") from None
    return f"+{found.country_code}", str(phonenumbers.national_significant_number(found))


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
