"""NOWPayments' calls to us (IPN): verified first, then translated."""

import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.crypto.nowpayments import canonical
from app.adapters.gateways.crypto.nowpayments.snapshots import STATUSES, of_payment

__all__ = ["HEADER", "read"]

HEADER = "x-nowpayments-sig"
_SIGNATURE = re.compile(r"[0-9a-f]{128}", re.ASCII)
_HAS_MONEY = {"processing", "succeeded"}


def read(call: base.InboundCall, secrets: Sequence[str], *, test_mode: bool) -> base.GatewayEvent:
    """Verify and translate a call. Raises base.BadSignature.

    It says what money came, by whichever payment of the invoice: the one whose address we showed,
    or one the customer started on the invoice's own page, which nobody here could ask about. Where
    it says that none came, the one we showed is asked about, since the other may be idle.
    """
    signature = call.headers.get(HEADER, "")
    if not _SIGNATURE.fullmatch(signature):
        raise base.BadSignature("not a signature of NOWPayments'")
    try:
        found = canonical.read(call.body)
        texts = list(canonical.forms(found))
    except canonical.NotCanonical as error:
        raise base.BadSignature(str(error)) from error
    if not any(_is_signed(text, secret, signature) for secret in secrets for text in texts):
        raise base.BadSignature("no signature matches")
    if not found.get("payment_id") or not found.get("payment_status"):
        return base.GatewayEvent("", "other", is_relevant=False)  # of a payout, for instance
    return _translate(found, test_mode)


def _is_signed(text: bytes, secret: str, signature: str) -> bool:
    made = hmac.new(secret.encode(), text, "sha512").hexdigest()
    return hmac.compare_digest(made, signature)


def _translate(found: Mapping[str, Any], test_mode: bool) -> base.GatewayEvent:
    payment, status = str(found["payment_id"]), str(found["payment_status"])
    # Several calls about one status differ in their time, or at least in what came.
    turn = found.get("updated_at") or found.get("actually_paid") or ""
    has_money = STATUSES.get(status) in _HAS_MONEY
    is_more = bool(found.get("parent_payment_id"))
    return base.GatewayEvent(
        external_id=f"{payment}:{status}:{turn}"[:120],
        type=status[:80],
        reference=_text(found.get("order_id")),
        gateway_ref=f"{found['invoice_id']}:{payment}" if found.get("invoice_id") else None,
        gateway_payment_id=payment,
        snapshot=of_payment(found, test_mode=test_mode) if has_money and not is_more else None,
        note=_note(found, payment, is_more) if STATUSES.get(status) == "succeeded" else None,
    )


def _note(found: Mapping[str, Any], payment: str, is_more: bool) -> str:
    """What came, for whoever looks at the order: a second payment of one invoice stands out."""
    coins = f"{found.get('actually_paid', '?')} {str(found.get('pay_currency', '')).upper()}"
    what = "sent later to an address that was used already" if is_more else "sent"
    return f"{coins} {what}: payment {payment} at NOWPayments"[:300]


def _text(value: object) -> str | None:
    return str(value) if value else None
