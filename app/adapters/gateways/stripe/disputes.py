"""Stripe's disputes (https://docs.stripe.com/disputes): what customers' banks take back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import stripe

from app.adapters.gateways import base
from app.adapters.gateways.stripe.amounts import from_stripe

__all__ = ["seen"]

# An inquiry (`warning_…`) takes nothing yet; while either is open the bank has not decided.
OPEN = {"warning_needs_response", "warning_under_review", "needs_response", "under_review"}
TAKEN = {"needs_response", "under_review", "lost"}


def seen(
    client: stripe.StripeClient, snapshot: base.Snapshot, intent: Mapping[str, Any] | str | None
) -> base.Snapshot:
    """A snapshot, and what was disputed of it; Stripe is asked only where a charge says that it
    was. Raises what the SDK raises."""
    charge = intent.get("latest_charge") if isinstance(intent, Mapping) else None
    if not isinstance(charge, Mapping):
        return snapshot
    if not charge.get("disputed"):
        return replace(snapshot, taken_minor=0)
    listed = client.v1.disputes.list({"charge": charge["id"], "limit": 100})
    found = [one.to_dict() for one in listed.auto_paging_iter()]
    taken = sum(one["amount"] for one in found if one["status"] in TAKEN)
    return replace(
        snapshot,
        taken_minor=from_stripe(taken, charge["currency"].upper()),
        is_contested=any(one["status"] in OPEN for one in found),
    )
