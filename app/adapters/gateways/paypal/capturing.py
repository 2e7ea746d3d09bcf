"""Taking the money of an approved order: what a refusal means, and where a capture belongs."""

from collections.abc import Mapping
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.paypal.issues import Refused
from app.adapters.gateways.paypal.snapshots import link

__all__ = ["after_refusal", "order_of"]


def after_refusal(refusal: Refused, now: base.Snapshot) -> base.Snapshot:
    """How a payment stands whose capture was refused; `now` is what PayPal said after that.

    Somebody else may have taken it (ORDER_ALREADY_CAPTURED), so what PayPal shows counts first.
    Raises Declined when nothing was taken: a new order then takes the place of this one.
    """
    if now.status != "pending":
        return now
    if refusal.issue == "ORDER_NOT_APPROVED":
        return now
    if refusal.issue == "ORDER_ALREADY_CAPTURED":
        raise base.Unavailable("PayPal took the money and does not show it yet")
    raise base.Declined(refusal.reason)


def order_of(capture: Mapping[str, Any]) -> str:
    """The id of the order that a capture belongs to; empty where PayPal does not say."""
    extra = capture.get("supplementary_data")
    related = extra.get("related_ids") if isinstance(extra, dict) else None
    named = related.get("order_id") if isinstance(related, dict) else None
    return str(named or link(capture, "up").rsplit("/", 1)[-1])
