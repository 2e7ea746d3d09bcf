"""BTCPay's calls to us: verified against the secret we gave the webhook, then translated."""

import hmac
from collections.abc import Sequence
from typing import Any

from app.adapters.gateways import base
from app.kit import strictjson

__all__ = ["EVENTS", "HEADER", "read"]

HEADER = "btcpay-sig"
EVENTS = (
    "InvoiceCreated",
    "InvoiceReceivedPayment",
    "InvoiceProcessing",
    "InvoiceExpired",
    "InvoiceSettled",
    "InvoiceInvalid",
    "InvoicePaymentSettled",
)


def read(call: base.InboundCall, secrets: Sequence[str], store_id: str) -> base.GatewayEvent:
    """Verify and translate a call. Raises base.BadSignature."""
    if not any(_is_signed(call, secret) for secret in secrets):
        raise base.BadSignature("no signature matches")
    try:
        found = strictjson.parse_object(call.body, max_depth=40)
        return _translate(found, store_id)
    except (strictjson.InvalidJson, KeyError, TypeError, AttributeError) as error:
        raise base.BadSignature("signed, but not an event") from error


def _is_signed(call: base.InboundCall, secret: str) -> bool:
    made = "sha256=" + hmac.new(secret.encode(), call.body, "sha256").hexdigest()
    return hmac.compare_digest(made.encode(), call.headers.get(HEADER, "").encode())


def _translate(found: dict[str, Any], store_id: str) -> base.GatewayEvent:
    kind, invoice = str(found["type"]), found.get("invoiceId")
    reference = (found.get("metadata") or {}).get("orderId")
    return base.GatewayEvent(
        # A redelivery has an id of its own, and is the same news.
        external_id=str(found.get("originalDeliveryId") or found["deliveryId"])[:120],
        type=kind[:80],
        reference=str(reference) if reference else None,
        gateway_ref=str(invoice)[:120] if invoice else None,
        gateway_payment_id=str(invoice)[:120] if invoice else None,
        note=_note(found),
        is_relevant=kind in EVENTS and bool(invoice) and found.get("storeId") == store_id,
    )


def _note(found: dict[str, Any]) -> str | None:
    """Coins that came too late for the invoice, which may by now be marked or given up."""
    if found["type"] != "InvoiceReceivedPayment" or not found.get("afterExpiration"):
        return None
    sent = (found.get("payment") or {}).get("value", "?")
    return f"{sent} by {found.get('paymentMethodId', '?')} came after the invoice had ended"[:300]
