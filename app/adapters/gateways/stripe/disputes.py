"""Stripe's disputes (https://docs.stripe.com/disputes): what customers' banks take back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import stripe

from app.adapters.gateways import base
from app.adapters.gateways.stripe.amounts import from_stripe

__all__ = ["is_open", "seen"]

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
    found = _all_of(client.v1, charge["id"], {})
    taken = sum(one["amount"] for one in found if one["status"] in TAKEN)
    return replace(
        snapshot,
        taken_minor=from_stripe(taken, charge["currency"].upper()),
        is_contested=any(one["status"] in OPEN for one in found),
    )


def is_open(v1: Any, charge: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    """Whether a bank contests a charge and has not decided yet; asked only where the charge says
    that it was disputed. Raises as `seen`."""
    if not charge.get("disputed"):
        return False
    return any(one["status"] in OPEN for one in _all_of(v1, charge["id"], options))


def _all_of(v1: Any, charge_id: str, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = v1.disputes.list({"charge": charge_id, "limit": 100}, options)
    return [one.to_dict() for one in listed.auto_paging_iter()]
