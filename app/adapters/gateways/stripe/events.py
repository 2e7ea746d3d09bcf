"""Stripe's webhook events: verified, and reduced to what they are about."""

import re
from collections.abc import Sequence
from typing import Any

import stripe

from app.adapters.gateways import base
from app.adapters.gateways.stripe.snapshots import id_of
from app.kit import clock, strictjson

__all__ = ["EVENTS", "SELLER_EVENTS", "read"]

HEADER_LIMIT = 2048  # characters
TOLERANCE = 300  # seconds; the SDK checks only "too old", so "too new" is checked here

EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.canceled",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "transfer.reversed",
)
# What happens in connected accounts' own books (https://docs.stripe.com/connect/webhooks).
SELLER_EVENTS = (
    "account.updated",
    "account.application.deauthorized",
    "payout.created",
    "payout.updated",
    "payout.paid",
    "payout.failed",
    "payout.canceled",
)
_STAMP = re.compile(r"(?:^|,)\s*t=(\d{1,12})(?:,|$)", re.ASCII)


def read(call: base.InboundCall, secrets: Sequence[str]) -> base.GatewayEvent:
    """Verify with any live secret and translate. Raises BadSignature."""
    header = call.headers.get("stripe-signature", "")
    # The SDK cannot compare letters outside ASCII, and takes the last of several timestamps.
    if not header.isascii() or len(header) > HEADER_LIMIT or header.count("t=") != 1:
        raise base.BadSignature("not a signature header of Stripe's")
    stamp = _STAMP.search(header)
    if not stamp or int(stamp[1]) - clock.now().timestamp() > TOLERANCE:
        raise base.BadSignature("no timestamp, or one from the future")
    if not any(_verifies(call.body, header, secret) for secret in secrets):
        raise base.BadSignature("no signature matches")
    try:
        event = strictjson.parse_object(call.body, max_depth=40)
        return _translate(event, event["data"]["object"])
    except (strictjson.InvalidJson, KeyError, TypeError) as error:
        raise base.BadSignature("signed, but not an event") from error


def _verifies(body: bytes, header: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body.decode(), header, secret, TOLERANCE)
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True


def _translate(event: dict[str, Any], thing: dict[str, Any]) -> base.GatewayEvent:
    kind = thing.get("object")
    if account := event.get("account"):
        return _of_seller(event, thing, account)
    if kind == "transfer":
        return base.GatewayEvent(
            external_id=event["id"],
            type=event["type"],
            gateway_ref=thing["id"],
            is_relevant=event["type"] in EVENTS,
            about="transfer",
        )
    metadata = thing.get("metadata") or {}
    reference = metadata.get("payment_id") or thing.get("client_reference_id")
    intent = thing["id"] if kind == "payment_intent" else id_of(thing.get("payment_intent"))
    return base.GatewayEvent(
        external_id=event["id"],
        type=event["type"],
        reference=reference,
        gateway_ref=thing["id"] if kind == "checkout.session" else intent,
        gateway_payment_id=intent,
        note=_note(event["type"], thing),
        is_relevant=event["type"] in EVENTS,
    )


def _of_seller(event: dict[str, Any], thing: dict[str, Any], account: str) -> base.GatewayEvent:
    """Of a connected account's own books: nothing in there says anything of our payments, however
    it is called and whatever references it carries."""
    is_payout = thing.get("object") == "payout"
    return base.GatewayEvent(
        external_id=event["id"],
        type=event["type"],
        gateway_ref=thing["id"] if is_payout else None,
        is_relevant=event["type"] in SELLER_EVENTS,
        about="payout" if is_payout else "seller",
        seller=account,
    )


def _note(type_: str, thing: dict[str, Any]) -> str | None:
    if type_ == "charge.dispute.created":
        return f"the customer's bank disputes it ({thing.get('reason') or 'no reason given'})"[:300]
    if type_ != "payment_intent.payment_failed":
        return None
    error = thing.get("last_payment_error") or {}
    return str(error.get("message") or error.get("code") or "declined")[:300]
